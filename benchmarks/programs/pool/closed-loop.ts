import { percentile } from '../../harness/statistics.ts'
import type { TestedPool } from './contestants.ts'
import { statementOf, type Work } from './work.ts'

/** Callers that each ask again as soon as they are answered. */
export interface Callers {
  readonly count: number
  readonly work: Work
  readonly isBatch?: boolean
}

export interface LoopOrder {
  readonly kind: 'loop'
  readonly groups: readonly Callers[]
  /** Load that is not counted comes first, in milliseconds: time to find a size. */
  readonly leadInMs: number
  readonly durationMs: number
}

/** Of one group, in the order of the groups. */
export interface LoopReport {
  readonly perSecond: number
  /** From asking for a connection to the answer, and the part of it in the database, in milliseconds. */
  readonly p50Ms: number
  readonly p95Ms: number
  readonly databaseP95Ms: number
}

export async function runLoop(
  pool: TestedPool,
  { groups, leadInMs, durationMs }: LoopOrder,
): Promise<readonly LoopReport[]> {
  const countsFrom = performance.now() + leadInMs
  const endsAt = countsFrom + durationMs
  return Promise.all(groups.map(group => runGroup(pool, group, countsFrom, endsAt)))
}

async function runGroup(
  pool: TestedPool,
  { count, work, isBatch = false }: Callers,
  countsFrom: number,
  endsAt: number,
): Promise<LoopReport> {
  const total: number[] = []
  const inDatabase: number[] = []
  let turn = 0
  const caller = async () => {
    for (let now = performance.now(); now < endsAt; now = performance.now()) {
      const databaseMs = await pool.run(statementOf(work, turn++), isBatch)
      const answeredAt = performance.now()
      if (answeredAt < countsFrom || answeredAt > endsAt) continue
      total.push(answeredAt - now)
      inDatabase.push(databaseMs)
    }
  }
  await Promise.all(Array.from({ length: count }, caller))
  const sorted = Float64Array.from(total).sort()
  return {
    perSecond: total.length / ((endsAt - countsFrom) / 1000),
    p50Ms: percentile(sorted, 0.5),
    p95Ms: percentile(sorted, 0.95),
    databaseP95Ms: percentile(Float64Array.from(inDatabase).sort(), 0.95),
  }
}
