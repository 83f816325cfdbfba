// Sleeps from one due time to the next, and says when each has come. JavaScript, so that a thread runs it as it is.
import { parentPort, workerData } from 'node:worker_threads'

const nobody = new Int32Array(new SharedArrayBuffer(4))

/** `startedAt`: on the clock that threads have in common. */
parentPort.once('message', startedAt => {
  for (const due of workerData) {
    const leftMs = due - Number(process.hrtime.bigint() - startedAt) / 1e6
    if (leftMs > 0) Atomics.wait(nobody, 0, 0, leftMs)
    parentPort.postMessage('due')
  }
})
parentPort.postMessage('ready')
