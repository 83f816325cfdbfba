import type { Clock } from '../../base/index.ts'
import { CallTimeoutError } from './errors.ts'
import { timedCall } from './timed-call.ts'

/** What is answered instead; it hears why. */
export type Fallback<T> = (reason: unknown) => T | Promise<T>

export interface FallbackSetup {
  readonly name: string
  readonly clock: Clock
  readonly timeoutMs: number
  /** It failed, or took too long. */
  readonly onFailure: (error: unknown) => void
}

/** What the fallback answers in time; otherwise `reason` is thrown. */
export async function fallBack<T>(
  fallback: Fallback<T>,
  reason: unknown,
  { name, clock, timeoutMs, onFailure }: FallbackSetup,
): Promise<T> {
  try {
    const answer = fallback(reason)
    if (!isThenable(answer)) return answer
    const onTimeout = () => new CallTimeoutError(`the fallback of ${name}`, timeoutMs)
    return await timedCall(async () => answer, { clock, timeoutMs, signal: undefined, onTimeout })
  } catch (error) {
    onFailure(error)
    throw reason
  }
}

/** A query of many libraries is one, and no Promise. */
function isThenable<T>(answer: T | Promise<T>): answer is Promise<T> {
  return typeof (answer as Partial<Promise<T>> | null | undefined)?.then === 'function'
}
