import { option } from '../../base/index.ts'

/** How many calls may run at the same time, found out from how long they take. */
export interface ConcurrencyLimitOptions {
  /** Calls at the same time to begin with. Default 20. */
  limitStart?: number
  /** Never fewer. Default 1. */
  limitMin?: number
  /** Never more. Default 1_000. */
  limitMax?: number
  /** So many times the usual duration is no reason to lower the limit. Default 1.5. */
  tolerance?: number
  /** How fast the limit follows what is measured, from 0 to 1. Default 0.2. */
  smoothing?: number
  /** Durations are looked at together over this time, in milliseconds. Default 250. */
  sampleMs?: number
}
export type ConcurrencyLimitRules = Readonly<Required<ConcurrencyLimitOptions>>
export const CONCURRENCY_LIMIT_DEFAULTS: ConcurrencyLimitRules = Object.freeze({
  limitStart: 20,
  limitMin: 1,
  limitMax: 1_000,
  tolerance: 1.5,
  smoothing: 0.2,
  sampleMs: 250,
})
export const CONCURRENCY_LIMIT_CHECKS: option.Checks<ConcurrencyLimitOptions> = Object.freeze({
  limitStart: option.integer({ min: 1, max: 1_000_000 }),
  limitMin: option.integer({ min: 1, max: 1_000_000 }),
  limitMax: option.integer({ min: 1, max: 1_000_000 }),
  tolerance: option.number({ min: 1, max: 100 }),
  smoothing: option.number({ min: 0.01, max: 1 }),
  sampleMs: option.duration({ min: 1, max: 60_000 }),
})
