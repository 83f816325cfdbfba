/** What the places that decide about a request can tell. */
export const EVENT_KINDS = [
  'auth.failed',
  'auth.passed',
  'auth.tampered',
  'access.denied',
  'validation.refused',
  'limit.refused',
  'name.unknown',
  'route.unknown',
  'pattern.recognised',
  'admin.changed',
  'honeypot.touched',
  'read',
  'read.personal',
  'write',
] as const
export type EventKind = (typeof EVENT_KINDS)[number]

/**
 * Why somebody was not let in. Of `auth.failed` only `credentials` and `unknown-user` are attempts at guessing: what has expired or
 * cannot be read comes from clients that are merely old. Of `auth.tampered`: a wrong `signature`, an `algorithm`
 * that asks not to be verified, or one that will only be issued in the `future`.
 */
export const REASONS = [
  'credentials',
  'unknown-user',
  'expired',
  'malformed',
  'signature',
  'algorithm',
  'future',
] as const
export type Reason = (typeof REASONS)[number]

/**
 * One fact, told where it is decided. Tell no secrets: what is one becomes a number with `fingerprint` first. All times are of
 * the one who tells, so that recorded events can be told again.
 */
export interface SecurityEvent {
  readonly kind: EventKind
  /** Milliseconds since 1970. */
  readonly atMs: number
  /** The client's address. Of IPv6 its first 64 bits count. */
  readonly ip: string
  /** Who it is; of a failure, who it says it is. */
  readonly user?: string | undefined
  readonly role?: string | undefined
  /** `GET /orders`, `/rpc/x`: names of routes, never a client's own text. */
  readonly route?: string | undefined
  readonly status?: number | undefined
  /** Default `credentials`, and `signature` of `auth.tampered`. */
  readonly reason?: Reason | undefined
  /** The fingerprint of what was tried: several times the same is one attempt. */
  readonly credentialHash?: number | undefined
  /** The fingerprint of the token that was shown. */
  readonly tokenHash?: number | undefined
  /** Who has issued that token. */
  readonly issuer?: string | undefined
  /** How long that token is good for, from when it was issued; one that never ends: how old it is. */
  readonly tokenLifeMs?: number | undefined
  /** The fingerprint of `User-Agent`. */
  readonly agentHash?: number | undefined
  /** What does not exist, was changed, read or touched: a route, a table, a column, a setting. */
  readonly name?: string | undefined
  /** The column that was asked for one value: `orders.id`. */
  readonly key?: string | undefined
  /** That value. */
  readonly sought?: string | number | undefined
  readonly rows?: number | undefined
  readonly bytes?: number | undefined
  /** Which process tells it. Default: this one. */
  readonly node?: string | undefined
  /** Of `validation.refused`: it was only looked at, and let through. */
  readonly isWatched?: boolean | undefined
  /** In a few words, for people. */
  readonly detail?: string | undefined
}

/** How much it matters. From `high` on somebody is to be woken. */
export const LEVELS = ['info', 'low', 'medium', 'high', 'critical'] as const
export type Level = (typeof LEVELS)[number]

/** Whom a rule counts for. */
export const PRINCIPAL_KINDS = [
  'ip',
  'user',
  'user+ip',
  'token',
  'credential',
  'role+route',
  'all',
] as const
export type PrincipalKind = (typeof PRINCIPAL_KINDS)[number]

/** Who or what an alert is about. */
export interface Principal {
  readonly kind: PrincipalKind
  readonly ip?: string | undefined
  readonly user?: string | undefined
  /** The fingerprint of the token, or of the credential. */
  readonly token?: number | undefined
  readonly role?: string | undefined
  readonly route?: string | undefined
}

/** What can be done, from mild to hard. */
export const RESPONSE_KINDS = ['log', 'tarpit', 'penalty', 'revoke', 'ban'] as const
export type ResponseKind = (typeof RESPONSE_KINDS)[number]

/** `login`: only attempts to be let in are refused, and who is in stays in. */
export type Scope = 'login' | 'all'

/** Something done about a principal, until a time. */
export interface Measure {
  readonly id: string
  readonly kind: Exclude<ResponseKind, 'log'>
  readonly principal: Principal
  readonly rule: string
  readonly reason: string
  readonly evidence: readonly string[]
  readonly scope: Scope
  readonly sinceMs: number
  readonly untilMs: number
  /** How often something was done about this one before, this time included. */
  readonly offence: number
  /** How long its answers wait. Of a tarpit. */
  readonly delayMs: number
  /** What is left of its limits, from 0 to 1. Of a penalty. */
  readonly share: number
  /** The process that decided it. */
  readonly node: string
}

/** A measure that refuses: `ban` for an address or for a user at an address, `revoke` for a token. */
export type Ban = Measure

/** What is to be done with the request that was told of. */
export type Response =
  | { readonly kind: 'none' }
  | { readonly kind: 'tarpit'; readonly delayMs: number; readonly measure: Measure }
  | {
      readonly kind: 'penalty'
      readonly share: number
      readonly forMs: number
      readonly measure: Measure
    }
  | { readonly kind: 'ban'; readonly measure: Ban }

/** For nearly all requests. */
export const NOTHING: Response = Object.freeze({ kind: 'none' })

const NAME_LENGTH_MAX = 1_000

/** Whether something that came from elsewhere is one. */
export function isPrincipal(value: unknown): value is Principal {
  if (typeof value !== 'object' || value === null) return false
  const { kind, token, ip, user, role, route } = value as Record<string, unknown>
  const isName = (name: unknown): boolean =>
    name === undefined || (typeof name === 'string' && name.length <= NAME_LENGTH_MAX)
  return (
    PRINCIPAL_KINDS.some(name => name === kind) &&
    (token === undefined || typeof token === 'number') &&
    [ip, user, role, route].every(isName)
  )
}
