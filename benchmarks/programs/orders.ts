import type { WorkerReply } from '../harness/worker.ts'

/** What the parent gave this program, as JSON. */
export const settings: unknown = JSON.parse(process.argv[2] ?? '{}')

/** Carries out one order after the other, until the parent hangs up; an error is an answer too. */
export function answerOrders(
  carryOut: (order: never) => Promise<unknown>,
  close: () => Promise<unknown>,
): void {
  const reply = (message: WorkerReply) => process.send?.(message, ignoreFailure)
  process.on('message', order => {
    carryOut(order as never).then(
      result => reply({ result }),
      (error: unknown) =>
        reply({ failure: error instanceof Error ? String(error.stack) : String(error) }),
    )
  })
  process.once('disconnect', () => {
    void close().finally(() => process.exit())
  })
}

/** The parent has gone, and so shall we. */
function ignoreFailure(): void {}
