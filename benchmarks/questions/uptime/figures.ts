import { percentile } from '../../harness/statistics.ts'
import type { Row } from '../../harness/trial.ts'
import { isRight, type RequestLog, VERDICTS, type Verdict } from '../../programs/uptime/tally.ts'

/** From a fault to the next one. */
export interface Period {
  readonly name: string
  readonly fromMs: number
  /** When all was there again. */
  readonly endedMs: number
  readonly untilMs: number
}

/** Of some of the requests to a contestant. */
export interface Share {
  readonly requests: number
  /** Of them, from 0 to 1; those that were told to be stale among them. */
  readonly right: number
  readonly reads: number
  readonly writes: number
  readonly verdicts: Readonly<{ [verdict in Verdict]: number }>
  readonly p99Ms: number
  /** Longest time without a right answer. */
  readonly longestGapMs: number
}

export interface Figures {
  readonly name: string
  readonly all: Share
  readonly byFault: readonly { readonly name: string; readonly share: Share }[]
  readonly reason: string
}

export function figuresOf(record: RequestLog, periods: readonly Period[]): Figures {
  const names = [...new Set(periods.map(({ name }) => name))]
  return {
    name: record.name,
    all: shareOf(record, [...record.sentAtMs.keys()], []),
    byFault: names.map(name => {
      const own = periods.filter(period => period.name === name)
      const indexes = [...record.sentAtMs.keys()].filter(index => {
        const at = record.sentAtMs[index] ?? 0
        return own.some(({ fromMs, untilMs }) => at >= fromMs && at < untilMs)
      })
      const starts = own.map(({ fromMs }) => fromMs)
      return { name, share: shareOf(record, indexes, starts) }
    }),
    reason: reasonOf(record),
  }
}

/** Each contestant as a whole, then fault by fault. */
export function rowsOf(figures: readonly Figures[]): readonly Row[] {
  const wholes = figures.map(({ name, all }) => ({ name: `**${name}**`, values: valuesOf(all) }))
  const parts = figures[0]?.byFault ?? []
  const byFault = parts.flatMap(({ name }, index) =>
    figures.map(one => ({
      name: `${name}: ${one.name}`,
      values: valuesOf(one.byFault[index]?.share ?? one.all),
    })),
  )
  return [...wholes, ...byFault]
}

function valuesOf(share: Share): Row['values'] {
  const { requests, right, reads, writes, verdicts, p99Ms, longestGapMs } = share
  return [
    ...[requests, 100 * right, 100 * reads, 100 * writes],
    ...[verdicts['told stale'], verdicts.old, verdicts.wrong, p99Ms, longestGapMs],
  ]
}

/** `starts`: from where on nothing may have been answered. */
function shareOf(record: RequestLog, indexes: readonly number[], starts: readonly number[]): Share {
  const counts = VERDICTS.map(() => 0)
  const rights = [0, 0]
  const totals = [0, 0]
  const ends: number[] = [...starts]
  for (const index of indexes) {
    const verdict = record.verdicts[index] ?? 0
    const kind = record.isWrite[index] ?? 0
    counts[verdict] = (counts[verdict] ?? 0) + 1
    totals[kind] = (totals[kind] ?? 0) + 1
    if (!isRight(VERDICTS[verdict])) continue
    rights[kind] = (rights[kind] ?? 0) + 1
    ends.push((record.sentAtMs[index] ?? 0) + (record.tookMs[index] ?? 0))
  }
  const [reads = 0, writes = 0] = rights.map((right, kind) => right / (totals[kind] ?? 0))
  const took = Float64Array.from(indexes, index => record.tookMs[index] ?? 0).sort()
  return {
    requests: indexes.length,
    right: rights.reduce((sum, count) => sum + count, 0) / indexes.length,
    ...{ reads, writes, p99Ms: percentile(took, 0.99), longestGapMs: longestGap(ends) },
    verdicts: Object.fromEntries(
      VERDICTS.map((name, n) => [name, counts[n] ?? 0]),
    ) as Share['verdicts'],
  }
}

/** Periods of the same fault lie apart; what is between two of them is no gap. */
const APART_MS = 60_000

function longestGap(ends: readonly number[]): number {
  const sorted = Float64Array.from(ends).sort()
  let longest = 0
  for (let index = 1; index < sorted.length; index++) {
    const gap = (sorted[index] ?? 0) - (sorted[index - 1] ?? 0)
    if (gap > longest && gap < APART_MS) longest = gap
  }
  return longest
}

/** What came instead of right answers, the most frequent first. */
function reasonOf({ faults }: RequestLog): string {
  const counts = new Map<string, number>()
  for (const { kind, verdict, what } of faults) {
    const key = `${verdict} ${kind}: ${what.slice(0, 80)}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a)
  return sorted
    .slice(0, 5)
    .map(([what, count]) => `${count} × ${what}`)
    .join('; ')
}
