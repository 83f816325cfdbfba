import { percentile } from '../../harness/statistics.ts'
import { createCaller } from './caller.ts'
import { insertOf, isFound, isSuccess, readOf, tokenOf } from './entries.ts'

/** Callers that write a row and then read it. */
export interface PairsOrder {
  readonly kind: 'pairs'
  readonly port: number
  readonly callers: number
  readonly pairs: number
  /** Rows get the numbers from here on. */
  readonly firstId: number
  /** Whether the read says what it has to see. */
  readonly withToken: boolean
}

export interface PairsReport {
  readonly pairs: number
  /** Reads that did not see the row. */
  readonly stale: number
  readonly failed: number
  readonly firstFailure: string | undefined
  readonly withoutToken: number
  readonly writeP50Ms: number
  readonly readP50Ms: number
  readonly readP99Ms: number
}

const ANSWER_WITHIN_MS = 10_000

export async function runPairs(order: PairsOrder): Promise<PairsReport> {
  const { port, callers, pairs, firstId, withToken } = order
  const [writes, reads]: [number[], number[]] = [[], []]
  let [begun, stale, failed, withoutToken] = [0, 0, 0, 0]
  let firstFailure: string | undefined
  const onFailure = (head: string) => {
    failed++
    firstFailure ??= head
  }
  const work = async () => {
    const caller = createCaller(port, ANSWER_WITHIN_MS)
    while (begun < pairs) {
      const id = firstId + begun++
      const startedAt = performance.now()
      const written = await caller.ask(insertOf(id))
      const writtenAt = performance.now()
      if (!isSuccess(written)) {
        onFailure(written.head)
        continue
      }
      const token = tokenOf(written)
      if (token === undefined) withoutToken++
      const read = await caller.ask(readOf(id, withToken ? token : undefined))
      writes.push(writtenAt - startedAt)
      reads.push(performance.now() - writtenAt)
      if (!isSuccess(read)) onFailure(read.head)
      else if (!isFound(read)) stale++
    }
    caller.close()
  }
  await Promise.all(Array.from({ length: callers }, work))
  const sorted = Float64Array.from(reads).sort()
  return {
    ...{ pairs: reads.length, stale, failed, firstFailure, withoutToken },
    writeP50Ms: percentile(Float64Array.from(writes).sort(), 0.5),
    readP50Ms: percentile(sorted, 0.5),
    readP99Ms: percentile(sorted, 0.99),
  }
}
