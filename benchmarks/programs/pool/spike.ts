import type { TestedPool } from './contestants.ts'
import { statementOf } from './work.ts'

/** Many callers at the same moment. */
export interface SpikeOrder {
  readonly kind: 'spike'
  readonly callers: number
  readonly workMs: number
}

export interface SpikeReport {
  /** Until the last has been answered, in milliseconds. */
  readonly ms: number
}

export async function runSpike(
  pool: TestedPool,
  { callers, workMs }: SpikeOrder,
): Promise<SpikeReport> {
  const work = { kind: 'sleep', ms: workMs } as const
  const startedAt = performance.now()
  await Promise.all(
    Array.from({ length: callers }, (_, turn) => pool.run(statementOf(work, turn), false)),
  )
  return { ms: performance.now() - startedAt }
}
