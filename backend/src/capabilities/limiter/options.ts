import { option } from '../../base/index.ts'
import { LIMIT_RULES_CHECK } from './rules-check.ts'
import { PRIORITIES_CHECK } from './priorities-check.ts'
import type { LimitMode, LimitRules, OnOutage, Priority } from './types.ts'

const DAY_MS = 86_400_000

/** How many requests may come in, counted for whom, and what happens when there are more. */
export interface LimitsOptions {
  /** Count at all. Default true. */
  enabled?: boolean
  /** Of rules that do not say it: refuse what is over the limit (`enforce`), or only count and tell (`shadow`). Default `shadow`. */
  mode?: LimitMode
  /** Rules by name, over the default ones; `null` takes one away. Default: none more. */
  rules?: LimitRules
  /** Keys with a counter of their own in this process; of more, the lightest are estimated, never too low. Default 25_000. */
  keysMax?: number
  /** How long a process may answer from what it took of a shared limit in advance, in milliseconds. Default 1_000. */
  leaseMs?: number
  /** Share of a limit, from 0 to 1, that all processes together may have taken in advance; 0: every request asks Redis. Default 0.1. */
  leaseShareMax?: number
  /** Of rules that do not say it: what holds while Redis cannot be reached: `share`, `open` or `closed`. Default `share`. */
  onOutage?: OnOutage
  /** Processes that share the limits: a process that starts while Redis cannot be reached takes its part of so many. Default 1. */
  processes?: number
  /** Answer the headers `RateLimit` and `RateLimit-Policy`. Default true. */
  headers?: boolean
  /** How important requests are, by a condition such as `role=service_role`; the first that holds counts. Default: all are `normal`. */
  priorities?: Readonly<Record<string, Priority>>
  /** Refuse the less important while the server is overloaded. Default true. */
  shedding?: boolean
  /** Overloaded: requests wait longer than this for a connection, in milliseconds (95 of 100 wait less). Default 1_000. */
  targetWaitMs?: number
  /** Overloaded: the event loop is late by more than this, in milliseconds. Default 1_000. */
  eventLoopLagMsMax?: number
  /** Share of what can be served, from 0 to 1, that is kept for `critical` requests. Default 0.2. */
  criticalReserve?: number
  /** Follow the rules in the table `s_tier.limits`, over these. Default false. */
  tableEnabled?: boolean
}
export type LimitsRules = Readonly<Required<LimitsOptions>>
export const LIMITS_DEFAULTS: LimitsRules = Object.freeze({
  enabled: true,
  mode: 'shadow',
  rules: Object.freeze({}),
  keysMax: 25_000,
  leaseMs: 1_000,
  leaseShareMax: 0.1,
  onOutage: 'share',
  processes: 1,
  headers: true,
  priorities: Object.freeze({}),
  shedding: true,
  targetWaitMs: 1_000,
  eventLoopLagMsMax: 1_000,
  criticalReserve: 0.2,
  tableEnabled: false,
})
export const LIMITS_CHECKS: option.Checks<LimitsOptions> = Object.freeze({
  enabled: option.flag(),
  mode: option.oneOf('enforce', 'shadow'),
  rules: LIMIT_RULES_CHECK,
  keysMax: option.integer({ min: 100, max: 1_000_000 }),
  leaseMs: option.duration({ min: 10, max: 60_000 }),
  leaseShareMax: option.number({ min: 0, max: 0.5 }),
  onOutage: option.oneOf('share', 'open', 'closed'),
  processes: option.integer({ min: 1, max: 10_000 }),
  headers: option.flag(),
  priorities: PRIORITIES_CHECK,
  shedding: option.flag(),
  targetWaitMs: option.duration({ min: 1, max: DAY_MS }),
  eventLoopLagMsMax: option.duration({ min: 1, max: DAY_MS }),
  criticalReserve: option.number({ min: 0, max: 0.9 }),
  tableEnabled: option.flag(),
})
