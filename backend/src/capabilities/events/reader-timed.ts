import type { Clock } from '../../base/index.ts'
import { JournalTimeoutError } from './reader-errors.ts'

/** The answer, or ST624 when it does not come in time; then it is dropped whenever it comes. */
export function timed<T>(clock: Clock, timeoutMs: number, ask: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(timeoutMs, () => reject(new JournalTimeoutError(timeoutMs)))
    ask().then(resolve, reject).finally(cancel)
  })
}
