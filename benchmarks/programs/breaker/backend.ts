import { setTimeout as sleep } from 'node:timers/promises'

/** Something that does `capacity` calls at a time in `workMs`, and takes the longer the more it has beyond that. */
export interface Backend {
  call(): Promise<number>
  /** Begun so far, running now. */
  readonly calls: number
  readonly running: number
}

export function createBackend(workMs: number, capacity = Number.POSITIVE_INFINITY): Backend {
  let [calls, running] = [0, 0]
  return {
    async call() {
      calls++
      running++
      await sleep(workMs * Math.max(1, running / capacity))
      running--
      return 1
    },
    get calls() {
      return calls
    },
    get running() {
      return running
    },
  }
}
