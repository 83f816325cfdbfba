import type { Clock } from '../base/index.ts'

/** After this time a person wants to know what goes on, in milliseconds. */
const QUIET_MS = 1_000
const REPEAT_MS = 5_000

export interface ProgressTelling {
  readonly clock: Clock
  readonly tell: (notice: { readonly level: 'info'; readonly message: string }) => void
}

/** Waits for work and says what is being done when that takes longer than a second. */
export async function withProgress<T>(
  doing: string,
  work: Promise<T>,
  { clock, tell: tellNotice }: ProgressTelling,
): Promise<T> {
  const began = clock.now()
  let cancel = clock.after(QUIET_MS, tell)
  function tell(): void {
    const message = `${doing} … ${Math.round((clock.now() - began) / 1000)} s`
    tellNotice({ level: 'info', message })
    cancel = clock.after(REPEAT_MS, tell)
  }
  try {
    return await work
  } finally {
    cancel()
  }
}
