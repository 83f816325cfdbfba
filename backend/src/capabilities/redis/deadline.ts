import type { Clock } from '../../base/index.ts'

/**
 * The answer, or `late()` as an error once the time is over; an answer after that is dropped. When this process was too busy to look,
 * the answer may be there and unread: one turn of the event loop reads it first.
 */
export async function within<T>(
  answer: Promise<T>,
  timeoutMs: number,
  clock: Clock,
  late: () => Error,
): Promise<T> {
  let cancel = (): void => undefined
  const tooLate = new Promise<never>((_resolve, reject) => {
    cancel = clock.after(timeoutMs, () => setImmediate(() => reject(late())))
  })
  try {
    return await Promise.race([answer, tooLate])
  } finally {
    cancel()
  }
}
