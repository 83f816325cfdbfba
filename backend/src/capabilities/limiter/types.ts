/** Who asks what. Attributes are found by name (`ip`, `user`, `role`, `endpoint`, `claims.tenant`, …); undefined: it has none. */
export interface Subject {
  attribute(name: string): string | undefined
}

/** What is counted: most rules count requests; the others what a request costs. */
export type Weight = 'requests' | 'rows' | 'bytes' | 'embeds' | 'cost'

/** What a request costs: first as estimated, after the answer as it was. Default: one request, and nothing else. */
export type Cost = { readonly [Name in Weight]?: number | undefined }

/**
 * - `sliding`: no more than `limit` in any stretch of `windowMs`
 * - `gcra`: an even flow of `limit` per `windowMs`, of which `burst` may come at once
 * - `fixed`: no more than `limit` from one full `windowMs` to the next, as the clock on the wall has them; up to twice that across an edge
 * - `concurrency`: no more than `limit` at the same time; who is not settled within `windowMs` is forgotten
 */
export type Algorithm = 'sliding' | 'gcra' | 'fixed' | 'concurrency'

/** `enforce`: over the limit is refused. `shadow`: it is only counted and told. */
export type LimitMode = 'enforce' | 'shadow'

/** Which subjects: each attribute has one of its values. `*` at the end of a value stands for anything, alone for any value. */
export type Conditions = Readonly<Record<string, string | readonly string[]>>

/** What holds while the shared counters cannot be reached: this process's share of the limit, no limit, or nobody passes. */
export type OnOutage = 'share' | 'open' | 'closed'

/** How important a request is when there is not room for all. */
export type Priority = 'critical' | 'normal' | 'low'

/** One limit. */
export interface LimitRule {
  /** Default true; false takes a rule of the same name away. */
  readonly enabled?: boolean
  /** Default `sliding`. */
  readonly algorithm?: Algorithm
  /** How much of the weight in each window. `none`: no limit, for exemptions by `replaces`. */
  readonly limit: number | 'none'
  /** Default 60_000. */
  readonly windowMs?: number
  /** Of `gcra`: how much may come at once. Default: the limit. */
  readonly burst?: number
  /** The attributes whose values have a counter each; none: one for all. Who lacks one is not counted. Default: none. */
  readonly per?: readonly string[]
  /** Only for subjects of which all these hold. Default: all. */
  readonly when?: Conditions
  /** Not for subjects of which any of these holds. Default: none. */
  readonly unless?: Conditions
  /** Where this rule holds, those of these names do not. Default: none. */
  readonly replaces?: readonly string[]
  /** Default `requests`. */
  readonly weight?: Weight
  /** Default: the limiter's. */
  readonly mode?: LimitMode
  /** Default: the limiter's. */
  readonly onOutage?: OnOutage
}

/** By name. `null` takes away what was there by that name. */
export type LimitRules = Readonly<Record<string, LimitRule | null>>

/** Why a request may not pass. */
export interface Refusal {
  /** The rule, or the class that was cut. */
  readonly rule: string
  readonly code: 'ST401' | 'ST402' | 'ST403'
  readonly status: 429 | 503
  /** When it may pass, spread a little, in milliseconds from now. */
  readonly retryAfterMs: number
  readonly message: string
  readonly details?: string
}

/** Less than the limit for a while, for those of whom an attribute has a value. */
export interface Penalty {
  readonly attribute: string
  readonly value: string
  /** What is left of every limit, from 0 (nothing passes) to 1. */
  readonly share: number
  /** Milliseconds since 1970. */
  readonly until: number
  readonly reason: string
}

/** What is needed of Redis. Every command must end: answered, or rejected within its deadline. */
export interface LimiterRedis {
  readonly isReady: boolean
  command(name: string, ...args: (string | number)[]): Promise<unknown>
  eval(
    script: string,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown>
  publish(channel: string, message: string): Promise<void>
  subscribe(
    channel: string,
    onMessage: (message: string) => void,
    onSubscribed?: () => void,
  ): Promise<() => unknown>
}
