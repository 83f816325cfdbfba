import type { Facts } from '../facts.ts'
import { Key } from '../hash.ts'
import type { RuleSettings } from '../rule.ts'
import { FirstSights, INTEGERS } from '../tables/first-sights.ts'
import { KeyTable } from '../tables/key-table.ts'
import type { EventKind } from '../types.ts'
import type { Detector, DetectorParts, Finding } from './detector.ts'
import { seconds } from './words.ts'

/** Back and forth between two addresses and programs: the first changes may be a new telephone. */
const CHANGES_MIN = 3
/** So long it takes to learn which addresses speak for many. */
const LEARNING_MS = 1_800_000
/** Addresses that are remembered of one token. */
const REMEMBERED = 8

/** What is kept of a token that was at several: the changes, the addresses, and when they were seen: 0 is none. */
const RECORD = 4 + 2 * REMEMBERED
const CHANGES = 0
const IPS = 4
const CHANGES_MAX = 255

/** What is kept of every token: where it was last, and in which program. */
const IP_A = INTEGERS
const IP_B = INTEGERS + 1
const AGENT = INTEGERS + 2

/**
 * One token at several addresses: at so many that no phone wanders between them, or back and forth between two with different programs. Addresses that many users come from do not count: servers show the tokens of those they speak for.
 */
export class TokenReplayDetector implements Detector {
  readonly kinds: readonly EventKind[] = ['auth.passed', 'read', 'write', 'access.denied']
  readonly #lasts: FirstSights
  readonly #keys: KeyTable
  readonly #records: Int32Array
  #beganAt = Number.NaN
  readonly #key = new Key(0, 0)
  readonly #lastIp = new Key(0, 0)
  #lastAgent = 0

  readonly rule: RuleSettings
  readonly #parts: DetectorParts

  constructor(rule: RuleSettings, parts: DetectorParts) {
    this.rule = rule
    this.#parts = parts
    const lifeMs = 4 * rule.windowMs
    this.#lasts = new FirstSights(parts.places * 2, lifeMs)
    this.#keys = new KeyTable(parts.places / 4, lifeMs)
    this.#records = new Int32Array(this.#keys.places * RECORD)
  }

  get bytes(): number {
    return this.#lasts.bytes + this.#keys.bytes + this.#records.byteLength
  }

  see(facts: Facts): Finding | undefined {
    const { tokenHash, agentHash = 0 } = facts.event
    if (tokenHash === undefined) return undefined
    if (Number.isNaN(this.#beganAt)) this.#beganAt = facts.nowMs
    const last = this.#lasts.claim(this.#key.ofNumber(tokenHash), facts.nowMs)
    const agent = agentHash | 0
    return this.#lasts.isKnown ? this.#follow(facts, last, agent) : this.#meet(facts, last, agent)
  }

  /** It was not seen before, or others have had its place since. */
  #meet(facts: Facts, last: number, agent: number): Finding | undefined {
    this.#stay(facts, last, agent)
    this.#recall(last)
    if (this.#keys.find(this.#key, facts.nowMs) === -1 || this.#isGateway(facts)) return undefined
    return this.#compare(facts, agent)
  }

  #follow(facts: Facts, last: number, agent: number): Finding | undefined {
    const { integers } = this.#lasts
    const isHere = integers[last + IP_A] === facts.ipKey.a && integers[last + AGENT] === agent
    if (isHere || this.#isGateway(facts)) return undefined
    this.#recall(last)
    this.#stay(facts, last, agent)
    return this.#compare(facts, agent)
  }

  #isGateway({ ipKey, nowMs }: Facts): boolean {
    return this.#parts.regulars.isGateway(ipKey, nowMs)
  }

  #recall(last: number): void {
    const { integers } = this.#lasts
    this.#lastIp.a = integers[last + IP_A] ?? 0
    this.#lastIp.b = integers[last + IP_B] ?? 0
    this.#lastAgent = integers[last + AGENT] ?? 0
  }

  #stay({ ipKey }: Facts, last: number, agent: number): void {
    const { integers } = this.#lasts
    integers[last + IP_A] = ipKey.a
    integers[last + IP_B] = ipKey.b
    integers[last + AGENT] = agent
  }

  forget({ event, nowMs }: Facts): void {
    if (event.tokenHash === undefined) return
    const key = this.#key.ofNumber(event.tokenHash)
    this.#lasts.forget(key)
    const place = this.#keys.find(key, nowMs)
    if (place !== -1) this.#keys.free(place)
  }

  /** It is in another place, or program, than the last time. */
  #compare(facts: Facts, agent: number): Finding | undefined {
    const { nowMs, ipKey } = facts
    const place = this.#keys.claim(this.#key, nowMs)
    const record = place * RECORD
    if (this.#keys.isNew) this.#begin(record, nowMs)
    const addresses = this.#addresses(record, ipKey.a, Math.floor(nowMs / 1_000) + 1)
    this.#keys.weigh(place, addresses)
    const isOtherAgent = this.#lastAgent !== agent && agent !== 0
    const isOther = isOtherAgent && this.#lastIp.a !== ipKey.a
    const changes = isOther && addresses > 1 ? (this.#records[record + CHANGES] ?? 0) + 1 : 0
    this.#records[record + CHANGES] = Math.min(CHANGES_MAX, changes)
    const isSplit = changes >= CHANGES_MIN && this.#hasLearned(nowMs)
    if (addresses < this.rule.threshold && !isSplit) return undefined
    this.#keys.free(place)
    this.#lasts.forget(this.#key)
    const within = `within ${seconds(this.rule.windowMs)}`
    const programs = isSplit ? ' and in different programs' : ''
    const what = `one token at ${addresses} addresses ${within}${programs}`
    return { principal: facts.principal('token'), count: addresses, what }
  }

  /** With the address where it was until now. */
  #begin(record: number, nowMs: number): void {
    const records = this.#records
    for (let at = record; at < record + RECORD; at++) records[at] = 0
    if (this.#parts.regulars.isGateway(this.#lastIp, nowMs)) return
    records[record + IPS] = this.#lastIp.a
    records[record + IPS + REMEMBERED] = this.#lasts.seenAt
  }

  #hasLearned(nowMs: number): boolean {
    return nowMs - this.#beganAt >= LEARNING_MS
  }

  /** Notes the address, and counts those of the window. */
  #addresses(record: number, ip: number, now: number): number {
    const records = this.#records
    const from = record + IPS
    const since = now - this.rule.windowMs / 1_000
    let slot = from
    let count = 0
    for (let at = from; at < from + REMEMBERED; at++) {
      const seenAt = records[at + REMEMBERED] ?? 0
      if (records[at] === ip && seenAt !== 0) slot = at
      else if (seenAt >= since && seenAt !== 0) count++
      if (records[slot] !== ip && seenAt < (records[slot + REMEMBERED] ?? 0)) slot = at
    }
    records[slot] = ip
    records[slot + REMEMBERED] = now
    return count + 1
  }
}
