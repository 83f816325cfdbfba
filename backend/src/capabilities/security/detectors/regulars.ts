import type { Facts } from '../facts.ts'
import type { Key } from '../hash.ts'
import { CounterTable } from '../tables/counter-table.ts'
import { Seen } from '../tables/seen.ts'

const DAY_MS = 86_400_000
const PURPOSE = 3
/** A token that was good within this time is known. */
const TOKEN_FOR_MS = 7 * DAY_MS
/** So many users of an address allow it as many failures again. */
const USERS_PER_SHARE = 8
const SCALE_MAX = 8
/** An address that so many users come from is an office, a carrier or a server that speaks for them. */
const GATEWAY_USERS = 16

/**
 * How many different users were let in from each address within a day, and with which tokens. An office of three hundred mistypes more often than one attacker,
 * and whoever guesses has few that get in.
 */
export class Regulars {
  readonly #users: CounterTable
  readonly #seen: Seen
  readonly #tokens: Seen

  constructor(places: number) {
    this.#users = new CounterTable(places, DAY_MS, Number.MAX_SAFE_INTEGER)
    this.#seen = new Seen(places)
    this.#tokens = new Seen(places)
  }

  get bytes(): number {
    return this.#users.bytes + this.#seen.bytes + this.#tokens.bytes
  }

  passed(facts: Facts): void {
    const { ipKey, userKey, nowMs } = facts
    const token = facts.keyOf('token')
    if (token !== undefined) this.#tokens.isFirst(token, nowMs, TOKEN_FOR_MS)
    if (!facts.hasUser) return
    if (this.#seen.isFirst(facts.both(ipKey, userKey, PURPOSE), nowMs, DAY_MS)) {
      this.#users.add(ipKey, nowMs)
    }
  }

  /** A token that was good once is not forged: its key was changed. */
  hasPassed(facts: Facts): boolean {
    const token = facts.keyOf('token')
    return token !== undefined && this.#tokens.has(token, facts.nowMs)
  }

  /** From 1 to 8. */
  scaleOf({ ipKey, nowMs }: Facts): number {
    return Math.min(SCALE_MAX, 1 + this.#users.count(ipKey, nowMs) / USERS_PER_SHARE)
  }

  isGateway(ip: Key, nowMs: number): boolean {
    return this.#users.count(ip, nowMs) >= GATEWAY_USERS
  }
}
