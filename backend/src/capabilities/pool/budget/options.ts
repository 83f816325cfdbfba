import { option } from '../../../base/index.ts'

/** How the processes that share one PostgreSQL server divide its connections. */
export interface BudgetOptions {
  /** `auto`: through Redis where there is one, otherwise through PostgreSQL; `off`: every process for itself. Default auto. */
  mode?: 'auto' | 'off'
  /** The part of the server's connections that all processes together may have, from 0.01 to 1. Default 0.9. */
  share?: number
  /** What one process has and wants is told this often, in milliseconds. Default 5_000. */
  refreshMs?: number
  /** Connections of a process that cannot ask for its share; 0: a tenth of the total. Default 0. */
  safe?: number
}
export type BudgetRules = Readonly<Required<BudgetOptions>>
export const BUDGET_DEFAULTS: BudgetRules = Object.freeze({
  mode: 'auto',
  share: 0.9,
  refreshMs: 5_000,
  safe: 0,
})
export const BUDGET_CHECKS: option.Checks<BudgetOptions> = Object.freeze({
  mode: option.oneOf('auto', 'off'),
  share: option.number({ min: 0.01, max: 1 }),
  refreshMs: option.duration({ min: 50, max: 600_000 }),
  safe: option.integer({ min: 0, max: 10_000 }),
})

/** A lease of Redis outlives so many refreshes. */
export const LEASE_REFRESHES = 3
/** Its holder gives it up after this part of it, counted from the question: its clock may run so much slower. */
export const LEASE_TRUSTED = 0.8
/** For so many leases the safe capacity of one that has fallen silent is not given to others. */
export const MOURNING_LEASES = 40
/** A new need, or something to give back, is looked for this often, in milliseconds. */
export const WATCH_NEEDS_MS = 250
/** Wait before asking a registry again that could not be reached: doubles from here up to a refresh. */
export const RETRY_MIN_MS = 10
/** Where there can be no registry it is tried again this often, in milliseconds: a pooler may have been removed. */
export const RETRY_IMPOSSIBLE_MS = 60_000
/** A registry in PostgreSQL that does not answer in this time is lost, in milliseconds. */
export const REGISTRY_ANSWER_MS = 5_000
/** Connections beside the pool: the registry's own, the listener, a probe. */
export const OVERHEAD = 3
