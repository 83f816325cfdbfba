import { option } from '../../../base/index.ts'

const DAY_MS = 86_400_000
const GIB = 1_073_741_824

/** How long the journal is kept, and how large it may grow. It is dropped by whole days, never the one that is not over. */
export interface RetentionOptions {
  /** Days that are older than this go, in milliseconds. Default 604_800_000, a week. */
  keepMs?: number
  /** The oldest days go while the journal has more bytes than this. Default 10_737_418_240, 10 GiB. */
  keepBytes?: number
  /** So many days have their place made beforehand. Default 7. */
  daysAhead?: number
  /** How often that is looked after, in milliseconds. Default 600_000. */
  everyMs?: number
}
export type RetentionRules = Readonly<Required<RetentionOptions>>
export const RETENTION_DEFAULTS: RetentionRules = Object.freeze({
  keepMs: 7 * DAY_MS,
  keepBytes: 10 * GIB,
  daysAhead: 7,
  everyMs: 600_000,
})
export const RETENTION_CHECKS: option.Checks<RetentionOptions> = Object.freeze({
  keepMs: option.duration({ min: 0, max: 36_500 * DAY_MS }),
  keepBytes: option.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  daysAhead: option.integer({ min: 1, max: 366 }),
  everyMs: option.duration({ min: 1_000, max: DAY_MS }),
})
