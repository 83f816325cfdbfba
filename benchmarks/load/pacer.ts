import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** Calls when times have come, within a tenth of a millisecond. Timers of Node know whole ones only, and a server answers within one. */
export interface Pacer {
  /** The first time is counted from now; `onDue` is called once for each, in their order. */
  start(onDue: () => void): void
  stop(): void
}

const IS_COMPILED = import.meta.url.endsWith('.js')
const PROGRAM = new URL(
  IS_COMPILED ? '../../../load/pacer-thread.mjs' : './pacer-thread.mjs',
  import.meta.url,
)

/** A thread of its own sleeps from one to the next. Resolves when it is ready to. */
export async function startPacer(dueMs: Float64Array): Promise<Pacer> {
  const thread = new Worker(PROGRAM, { workerData: dueMs })
  await once(thread, 'message')
  return {
    start(onDue) {
      thread.on('message', onDue)
      thread.postMessage(process.hrtime.bigint())
    },
    stop: () => void thread.terminate(),
  }
}
