import type { Facts } from '../facts.ts'
import type { RuleSettings } from '../rule.ts'
import type { EventKind } from '../types.ts'
import type { Detector, DetectorParts, Finding } from './detector.ts'
import { Habits } from './habits.ts'
import { Programs } from './programs.ts'

const MINUTE_MS = 60_000
const DAY_MINUTES = 1_440
/** Pairs of role and route. What comes after is not watched. */
const PAIRS_MAX = 1_024
const ERRORS_MIN = 20
const ERROR_SHARE_MIN = 0.5
const BYTES_OF_PAIR = 1_024

/** A role on a route, in the minute that runs. */
class Pair {
  requests = 0
  errors = 0
  rows = 0

  minute: number
  readonly habits: Habits

  constructor(minute: number, habits: Habits) {
    this.minute = minute
    this.habits = habits
  }
}

interface Role {
  readonly since: number
  readonly pairs: Map<string, Pair>
}

/**
 * A role on a route behaves as it never did: more requests, more errors, or more rows each, than the last hour, the last days and the
 * same hour of other days let expect, all of them. Says nothing of the first day. What is usual can double in a day, no
 * more. Also tells of the first request of a role to a route, when both have been there for a day, and of a user who comes
 * in with another program than ever; not from where many come, for there is always somebody with a new one.
 */
export class AnomalyDetector implements Detector {
  readonly kinds: readonly EventKind[] = [
    'read',
    'write',
    'access.denied',
    'validation.refused',
    'auth.passed',
  ]
  readonly #roles = new Map<string, Role>()
  readonly #programs: Programs
  #pairs = 0

  readonly rule: RuleSettings
  readonly #parts: Pick<DetectorParts, 'regulars'>

  constructor(rule: RuleSettings, parts: Pick<DetectorParts, 'places' | 'regulars'>) {
    this.rule = rule
    this.#parts = parts
    this.#programs = new Programs(parts.places)
  }

  get bytes(): number {
    return PAIRS_MAX * BYTES_OF_PAIR + this.#programs.bytes
  }

  see(facts: Facts): Finding | undefined {
    return facts.kind === 'auth.passed' ? this.#meetProgram(facts) : this.#count(facts)
  }

  #meetProgram(facts: Facts): Finding | undefined {
    const { event, ipKey, userKey, nowMs, hasUser } = facts
    const { agentHash } = event
    if (!hasUser || agentHash === undefined) return undefined
    // A server that speaks for many comes with a program of its own: it says nothing of theirs.
    if (this.#parts.regulars.isGateway(ipKey, nowMs)) return undefined
    if (!this.#programs.isNew(userKey, agentHash | 0, nowMs)) return undefined
    const what = 'let in with a program that was never used before'
    return { principal: facts.principal('user'), count: 1, what, level: 'info' }
  }

  #count(facts: Facts): Finding | undefined {
    const { role = '', route, rows = 0, status = 200 } = facts.event
    if (route === undefined) return undefined
    const minute = Math.floor(facts.nowMs / MINUTE_MS)
    const known = this.#roles.get(role)?.pairs.get(route)
    if (known === undefined) return this.#meet(facts, minute)
    const finding = minute > known.minute ? this.#turn(facts, known, minute) : undefined
    count(known, facts, rows, status)
    return finding
  }

  forget(): void {
    // What is usual for a role is not one principal's.
  }

  #meet(facts: Facts, minute: number): Finding | undefined {
    const { role = '', route = '', rows = 0, status = 200 } = facts.event
    if (this.#pairs >= PAIRS_MAX) return undefined
    this.#pairs++
    let known = this.#roles.get(role)
    if (known === undefined) this.#roles.set(role, (known = { since: minute, pairs: new Map() }))
    const pair = new Pair(minute, new Habits(this.rule.rowsMin / 2))
    known.pairs.set(route, pair)
    count(pair, facts, rows, status)
    if (minute - known.since < DAY_MINUTES) return undefined
    const what = 'asked for the first time'
    return { principal: facts.principal('role+route'), count: 1, what, level: 'info' }
  }

  /** The minute is over. */
  #turn(facts: Facts, pair: Pair, minute: number): Finding | undefined {
    const what = this.#judge(pair)
    const finding = what && { principal: facts.principal('role+route'), ...what }
    pair.habits.learn(pair.minute, pair.requests, pair.errors, pair.rows)
    pair.habits.rest(pair.minute + 1, minute - pair.minute - 1)
    pair.minute = minute
    pair.requests = 0
    pair.errors = 0
    pair.rows = 0
    return finding
  }

  #judge({
    minute,
    requests,
    errors,
    rows,
    habits,
  }: Pair): Pick<Finding, 'count' | 'what'> | undefined {
    if (!habits.isKnown) return undefined
    const { threshold, factor, rowsMin } = this.rule
    const usual = habits.usualAt(minute)
    const isMany = requests >= rowsMin && requests >= factor * usual
    if (isMany && habits.scoreOf(requests) >= threshold) {
      const what = `${requests} requests a minute, where at most ${Math.round(usual)} are usual`
      return { count: requests, what }
    }
    const share = errors / requests
    if (errors >= ERRORS_MIN && share >= ERROR_SHARE_MIN && share >= factor * habits.errorShare) {
      return { count: errors, what: `${errors} of ${requests} requests of a minute failed` }
    }
    const each = rows / requests
    if (each >= rowsMin && each >= factor * habits.rowsPerRequest && requests > 1) {
      const what = `${Math.round(each)} rows a request, where ${Math.round(habits.rowsPerRequest)} are usual`
      return { count: Math.round(each), what }
    }
    return undefined
  }
}

function count(pair: Pair, facts: Facts, rows: number, status: number): void {
  pair.requests++
  pair.rows += rows
  if (status >= 400 || facts.kind === 'access.denied' || facts.kind === 'validation.refused') {
    pair.errors++
  }
}
