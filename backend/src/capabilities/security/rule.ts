import type { EventKind, Level, PrincipalKind, Reason, ResponseKind, Scope } from './types.ts'

/**
 * How a rule looks at events.
 *
 * - `count`: so many events of a principal
 * - `distinct`: so many different things (`of`) of a principal
 * - `brute-force`: guessing at a user from an address, at one address's many users, or at a user from several addresses
 * - `slow`: guessing that stays below every short window, over a day
 * - `token-replay`: one token at several addresses
 * - `token-age`: a token that is good, or used, for longer than others of its issuer
 * - `probing`: a principal that is denied more than it may
 * - `enumeration`: keys one after the other
 * - `mass-read`: more rows than this principal ever reads
 * - `anomaly`: a role on a route that behaves as it never did
 * - `sequence`: `steps`, one after the other
 */
export const DETECTOR_NAMES = [
  'count',
  'distinct',
  'brute-force',
  'slow',
  'token-replay',
  'token-age',
  'probing',
  'enumeration',
  'mass-read',
  'anomaly',
  'sequence',
] as const
export type DetectorName = (typeof DETECTOR_NAMES)[number]

/** What `distinct` tells apart. `target`: the route with the key and value that were asked for. */
export const DISTINCT_OF = ['credential', 'user', 'ip', 'token', 'name', 'target'] as const
export type DistinctOf = (typeof DISTINCT_OF)[number]

/** One step of a sequence: `count` events of these kinds. */
export interface SequenceStep {
  readonly events: readonly EventKind[]
  /** Default 1. */
  readonly count?: number
  /** Only those with so many rows count, and those with twice as many count twice. Default 0. */
  readonly rowsMin?: number
}

/** Whom a rule does not look at. `*` at the end of a route stands for any ending. */
export interface Exemption {
  readonly users?: readonly string[]
  readonly roles?: readonly string[]
  readonly routes?: readonly string[]
  /** Addresses and networks. */
  readonly ips?: readonly string[]
}

/** A rule, as it is written. What is left out comes from the built-in rule of the same name, or from `RULE_DEFAULTS`. */
export interface SecurityRule {
  /** Default true. */
  enabled?: boolean
  /** Default `count`. */
  detector?: DetectorName
  /** `watch`: alerts only. `act`: the response as well. Default: the monitor's `mode`. */
  mode?: 'watch' | 'act'
  /** Default `medium`. */
  level?: Level
  /** Which events count. Default: none, those of the detector. */
  events?: readonly EventKind[]
  /** Only those with one of these reasons, of `count` and `distinct`. Default: none, any. */
  reasons?: readonly Reason[]
  /** Whom it counts for. Default `ip`. */
  per?: PrincipalKind
  /** What `distinct` tells apart. Default `name`. */
  of?: DistinctOf
  /** So many within `windowMs` are found. Default 5. */
  threshold?: number
  /** Default 60_000. */
  windowMs?: number
  /** Share of the events, from 0 to 1, that must be of this kind: of `probing`. Default 0. */
  ratioMin?: number
  /** Fewer rows say nothing: of `mass-read` and `anomaly`. Default 0. */
  rowsMin?: number
  /** So many times what is usual is found: of `mass-read`, `anomaly` and `token-age`. Default 10. */
  factor?: number
  /** Addresses from which many different users get in may fail more often, up to 8 times. Default false. */
  scalesWithUsers?: boolean
  /** Of `sequence`. Default: none. */
  steps?: readonly SequenceStep[]
  /** What is done at the first time, the second, …; the last is repeated. Default `['log']`. */
  response?: readonly ResponseKind[]
  /** What a ban refuses. Default `all`. */
  scope?: Scope
  /** How long answers wait in a tarpit, in milliseconds. Default 2_000. */
  tarpitMs?: number
  /** What a penalty leaves of the limits, from 0 to 1. Default 0.25. */
  penaltyShare?: number
  /** How long a measure holds at the first time, in milliseconds; each further time doubles it. Default 600_000. */
  forMs?: number
  /** Longest such time, in milliseconds. Default 86_400_000. */
  forMsMax?: number
  /** The same principal is told of again after this time at the earliest, in milliseconds. Default 600_000. */
  quietForMs?: number
  unless?: Exemption
  /** In MITRE ATT&CK. Default: none. */
  mitre?: string
  /** What a person might do. */
  suggestion?: string
}

/** By name. `null` takes a built-in rule away. */
export type SecurityRules = Readonly<Record<string, SecurityRule | null>>

/** A rule, complete. */
export type RuleSettings = Readonly<Omit<Required<SecurityRule>, 'enabled' | 'mode'>> & {
  readonly name: string
  readonly mode: 'watch' | 'act' | undefined
}

export const RULE_DEFAULTS: Omit<RuleSettings, 'name'> = Object.freeze({
  detector: 'count',
  mode: undefined,
  level: 'medium',
  events: Object.freeze([]),
  reasons: Object.freeze([]),
  per: 'ip',
  of: 'name',
  threshold: 5,
  windowMs: 60_000,
  ratioMin: 0,
  rowsMin: 0,
  factor: 10,
  scalesWithUsers: false,
  steps: Object.freeze([]),
  response: Object.freeze(['log'] as const),
  scope: 'all',
  tarpitMs: 2_000,
  penaltyShare: 0.25,
  forMs: 600_000,
  forMsMax: 86_400_000,
  quietForMs: 600_000,
  unless: Object.freeze({}),
  mitre: '',
  suggestion: 'Look at what this principal has done.',
})
