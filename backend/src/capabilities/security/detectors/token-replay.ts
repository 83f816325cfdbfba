import type { Facts } from '../facts.ts'
import { Key } from '../hash.ts'
import type { RuleSettings } from '../rule.ts'
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

/**
 * One token at several addresses: at so many that no phone wanders between them, or back and forth between two with different programs. Addresses that many users come from do not count: servers show the tokens of those they speak for.
 */
export class TokenReplayDetector implements Detector {
  readonly kinds: readonly EventKind[] = ['auth.passed', 'read', 'write', 'access.denied']
  readonly #keys: KeyTable
  readonly #lastIp: Int32Array
  readonly #agent: Int32Array
  readonly #ips: Int32Array
  readonly #seenAt: Uint32Array
  readonly #changes: Uint8Array
  #beganAt = Number.NaN
  readonly #places: number
  readonly #key = new Key(0, 0)

  readonly rule: RuleSettings
  readonly #parts: DetectorParts

  constructor(rule: RuleSettings, parts: DetectorParts) {
    this.rule = rule
    this.#parts = parts
    this.#keys = new KeyTable(parts.places, 4 * rule.windowMs)
    this.#places = this.#keys.places
    this.#lastIp = new Int32Array(this.#places)
    this.#agent = new Int32Array(this.#places)
    this.#ips = new Int32Array(this.#places * REMEMBERED)
    this.#seenAt = new Uint32Array(this.#places * REMEMBERED)
    this.#changes = new Uint8Array(this.#places)
  }

  get bytes(): number {
    return this.#keys.bytes + this.#places * (9 + 8 * REMEMBERED)
  }

  see(facts: Facts): Finding | undefined {
    const { tokenHash, agentHash = 0 } = facts.event
    if (tokenHash === undefined) return undefined
    if (Number.isNaN(this.#beganAt)) this.#beganAt = facts.nowMs
    const place = this.#keys.claim(this.#key.ofNumber(tokenHash), facts.nowMs)
    const ip = facts.ipKey.a
    const agent = agentHash | 0
    if (this.#keys.isNew) this.#begin(place, ip, agent)
    else if (this.#lastIp[place] === ip && this.#agent[place] === agent) return undefined
    if (this.#parts.regulars.isGateway(facts)) return undefined
    return this.#compare(facts, place, agent)
  }

  forget({ event, nowMs }: Facts): void {
    if (event.tokenHash === undefined) return
    const place = this.#keys.find(this.#key.ofNumber(event.tokenHash), nowMs)
    if (place !== -1) this.#keys.free(place)
  }

  #begin(place: number, ip: number, agent: number): void {
    this.#lastIp[place] = ip
    this.#agent[place] = agent
    this.#changes[place] = 0
    this.#ips.fill(0, place * REMEMBERED, (place + 1) * REMEMBERED)
    this.#seenAt.fill(0, place * REMEMBERED, (place + 1) * REMEMBERED)
  }

  #compare(facts: Facts, place: number, agent: number): Finding | undefined {
    const ip = facts.ipKey.a
    const isOther = this.#lastIp[place] !== ip && this.#agent[place] !== agent && agent !== 0
    this.#lastIp[place] = ip
    this.#agent[place] = agent
    const addresses = this.#addresses(place, ip, Math.floor(facts.nowMs / 1_000) + 1)
    this.#keys.weight[place] = Math.min(255, addresses)
    const changes = isOther && addresses > 1 ? (this.#changes[place] ?? 0) + 1 : 0
    this.#changes[place] = changes
    const isSplit = changes >= CHANGES_MIN && this.#hasLearned(facts.nowMs)
    if (addresses < this.rule.threshold && !isSplit) return undefined
    this.#keys.free(place)
    const within = `within ${seconds(this.rule.windowMs)}`
    const programs = isSplit ? ' and in different programs' : ''
    const what = `one token at ${addresses} addresses ${within}${programs}`
    return { principal: facts.principal('token'), count: addresses, what }
  }

  #hasLearned(nowMs: number): boolean {
    return nowMs - this.#beganAt >= LEARNING_MS
  }

  /** Notes the address, and counts those of the window. */
  #addresses(place: number, ip: number, now: number): number {
    const from = place * REMEMBERED
    const since = now - this.rule.windowMs / 1_000
    let slot = from
    let count = 0
    for (let index = from; index < from + REMEMBERED; index++) {
      const seenAt = this.#seenAt[index] ?? 0
      if (this.#ips[index] === ip && seenAt !== 0) slot = index
      else if (seenAt >= since && seenAt !== 0) count++
      if (this.#ips[slot] !== ip && seenAt < (this.#seenAt[slot] ?? 0)) slot = index
    }
    this.#ips[slot] = ip
    this.#seenAt[slot] = now
    return count + 1
  }
}
