import { option } from '../../base/index.ts'

const DAY_MS = 86_400_000

/** How a reader of the journal looks, waits, tries again and keeps its place. */
export interface ReaderOptions {
  /** Longest time between two looks when nobody wakes it, in milliseconds; up to a fifth less by chance. Default 250. */
  sweepMs?: number
  /** Least time between two looks, in milliseconds; but a full page is followed at once. Default 5. */
  restMs?: number
  /** Events that are delivered together at most. Default 500. */
  batchMax?: number
  /** Longest time for one answer of the source or the checkpoints, in milliseconds. Default 5_000. */
  timeoutMs?: number
  /** First pause after a failure, in milliseconds. It doubles with each failure in a row, and is spread. Default 100. */
  backoffMs?: number
  /** Longest such pause, in milliseconds. Default 5_000. */
  backoffMsMax?: number
  /** A transaction that is in the way for so long is told, in milliseconds. Default 1_000. */
  stalledAfterMs?: number
  /** Longest time that a delivered place is not kept, in milliseconds. Default 1_000. */
  checkpointMs?: number
  /** Batches after which it is kept sooner. Default 20. */
  checkpointBatches?: number
  /** After so long without a word from a named reader another may take its place, in milliseconds. Default 15_000. */
  leaseMs?: number
}
export type ReaderRules = Readonly<Required<ReaderOptions>>
export const READER_DEFAULTS: ReaderRules = Object.freeze({
  sweepMs: 250,
  restMs: 5,
  batchMax: 500,
  timeoutMs: 5_000,
  backoffMs: 100,
  backoffMsMax: 5_000,
  stalledAfterMs: 1_000,
  checkpointMs: 1_000,
  checkpointBatches: 20,
  leaseMs: 15_000,
})
export const READER_CHECKS: option.Checks<ReaderOptions> = Object.freeze({
  sweepMs: option.duration({ min: 1, max: 3_600_000 }),
  restMs: option.duration({ min: 0, max: 60_000 }),
  batchMax: option.integer({ min: 1, max: 100_000 }),
  timeoutMs: option.duration({ min: 1, max: 3_600_000 }),
  backoffMs: option.duration({ min: 1, max: 3_600_000 }),
  backoffMsMax: option.duration({ min: 1, max: 3_600_000 }),
  stalledAfterMs: option.duration({ min: 1, max: DAY_MS }),
  checkpointMs: option.duration({ min: 1, max: 3_600_000 }),
  checkpointBatches: option.integer({ min: 1, max: 1_000_000 }),
  leaseMs: option.duration({ min: 100, max: DAY_MS }),
})
