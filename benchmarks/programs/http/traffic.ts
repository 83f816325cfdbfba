import { setTimeout as sleep } from 'node:timers/promises'
import { type AnswerSeen } from '../../load/connection.ts'
import { percentile } from '../../harness/statistics.ts'
import { type Caller, createCaller } from './caller.ts'
import { insertOf, isSuccess, readOf, SEEDED } from './entries.ts'

/** Requests that come when they come, whatever became of those before them. */
export interface TrafficOrder {
  readonly kind: 'traffic'
  readonly port: number
  readonly durationMs: number
  readonly readsPerSecond: number
  readonly writesPerSecond: number
  /** Rows that are written get the numbers from here on. */
  readonly firstId: number
}

export interface TrafficReport {
  readonly reads: StreamReport
  readonly writes: StreamReport
  /** Numbers of the rows whose writing was answered with a success. */
  readonly acknowledged: readonly number[]
}

/** Of all reads, or of all writes. */
export interface StreamReport {
  readonly sent: number
  readonly failed: number
  /** How often which status, or the first line of what came instead. */
  readonly failures: Readonly<Record<string, number>>
  readonly p50Ms: number
  readonly p99Ms: number
  /** The longest time without a success, and when it ended (since the epoch), in milliseconds. */
  readonly longestGapMs: number
  readonly gapEndedAtMs: number
}

/** A client gives up then; it is counted as a failure. */
const ANSWER_WITHIN_MS = 5_000
/** Requests under way at most; one that would be more is a failure. */
const UNDER_WAY_MAX = 500

export async function runTraffic(order: TrafficOrder): Promise<TrafficReport> {
  const { port, durationMs, readsPerSecond, writesPerSecond, firstId } = order
  const acknowledged: number[] = []
  const read = (turn: number) => readOf(1 + ((turn * 7_919) % SEEDED))
  const write = (turn: number) => insertOf(firstId + turn)
  const [reads, writes] = await Promise.all([
    runStream({ port, durationMs, perSecond: readsPerSecond }, read, () => undefined),
    runStream({ port, durationMs, perSecond: writesPerSecond }, write, turn => {
      acknowledged.push(firstId + turn)
    }),
  ])
  return { reads, writes, acknowledged }
}

interface Stream {
  readonly port: number
  readonly durationMs: number
  readonly perSecond: number
}

async function runStream(
  { port, durationMs, perSecond }: Stream,
  requestOf: (turn: number) => Buffer,
  onSuccess: (turn: number) => void,
): Promise<StreamReport> {
  const free: Caller[] = []
  const tally = createTally()
  const underWay = new Set<Promise<void>>()
  const ask = async (turn: number) => {
    const caller = free.pop() ?? createCaller(port, ANSWER_WITHIN_MS)
    const startedAt = performance.now()
    const seen = await caller.ask(requestOf(turn))
    free.push(caller)
    tally.count(seen, performance.now() - startedAt)
    if (isSuccess(seen)) onSuccess(turn)
  }
  const startedAt = performance.now()
  for (let turn = 0, at = 0; at < durationMs; at = performance.now() - startedAt) {
    for (; turn <= (at / 1000) * perSecond; turn++) {
      if (underWay.size >= UNDER_WAY_MAX) tally.count(TOO_MANY, ANSWER_WITHIN_MS)
      else {
        const asked = ask(turn).finally(() => underWay.delete(asked))
        underWay.add(asked)
      }
    }
    await sleep(1)
  }
  await Promise.all(underWay)
  for (const caller of free) caller.close()
  return tally.report()
}

const TOO_MANY: AnswerSeen = { status: 0, bytes: 0, head: 'Not sent: too many under way' }

function createTally() {
  const durations: number[] = []
  const failures: Record<string, number> = {}
  let [failed, longestGapMs, gapEndedAt] = [0, 0, 0]
  let lastSuccessAt = performance.now()
  return {
    count(seen: AnswerSeen, ms: number): void {
      durations.push(ms)
      const now = performance.now()
      if (isSuccess(seen)) {
        if (now - lastSuccessAt > longestGapMs) {
          longestGapMs = now - lastSuccessAt
          gapEndedAt = now
        }
        lastSuccessAt = now
        return
      }
      const what = seen.status === 0 ? seen.head : String(seen.status)
      failures[what] = (failures[what] ?? 0) + 1
      failed++
    },
    report(): StreamReport {
      const sorted = Float64Array.from(durations).sort()
      return {
        ...{ sent: durations.length, failed, failures, longestGapMs },
        p50Ms: percentile(sorted, 0.5),
        p99Ms: percentile(sorted, 0.99),
        gapEndedAtMs: performance.timeOrigin + gapEndedAt,
      }
    },
  }
}
