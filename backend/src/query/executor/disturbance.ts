import type { Clock } from '../../base/index.ts'
import { CancelledError, DeadlineError } from '../../capabilities/pool/index.ts'
import type { Execution } from './types.ts'

/**
 * What goes wrong on purpose on the way to a node: resolves when the execution may go on, undefined when nothing is wrong,
 * rejects where it is to fail, and with the reason of the signal.
 */
export type Disturb = (node: string, signal: AbortSignal) => Promise<void> | undefined

/** How often a caller is looked at who waits for a fault to pass, in milliseconds. */
const LOOK_EVERY_MS = 25

/**
 * Lets a fault happen. Returns how long it took, in milliseconds; throws its error, `DeadlineError` when the deadline passes
 * first, and `CancelledError` when the caller goes.
 */
export async function sufferedMs(
  disturb: Disturb,
  node: string,
  execution: Pick<Execution, 'signal' | 'deadline'>,
  clock: Clock,
): Promise<number> {
  const leaving = new AbortController()
  const startedAt = clock.now()
  const fault = disturb(node, leaving.signal)
  if (fault === undefined) return 0
  let endLook = (): void => undefined
  const look = (): void => {
    const reason = reasonToLeave(execution, clock.now())
    if (reason === undefined) endLook = clock.after(LOOK_EVERY_MS, look)
    else leaving.abort(reason)
  }
  look()
  try {
    await fault
  } finally {
    endLook()
  }
  return clock.now() - startedAt
}

function reasonToLeave(
  { signal, deadline }: Pick<Execution, 'signal' | 'deadline'>,
  now: number,
): Error | undefined {
  if (signal?.aborted === true) return new CancelledError()
  return deadline !== undefined && now >= deadline ? new DeadlineError() : undefined
}
