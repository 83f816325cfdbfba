import type { Facts } from '../facts.ts'
import type { Key } from '../hash.ts'
import type { RuleSettings } from '../rule.ts'
import { CounterTable } from '../tables/counter-table.ts'
import type { EventKind } from '../types.ts'
import type { Contribution, Detector, DetectorParts, Finding } from './detector.ts'
import { seconds } from './words.ts'

type Per = 'user+ip' | 'ip' | 'user'

/** What a counter says: something was found, it is below its threshold, or beyond it and told of already. */
type Verdict = Finding | 'below' | 'full'

/**
 * Guessing: at one user from one address, at many users from one address, or at one user from several. The narrowest of them is
 * told; a pair counts for the wider ones with less than a threshold, so one pair alone never incriminates its address or
 * its user. Whoever is guessed at from several addresses is told of, and nothing is done to them.
 */
export class BruteForceDetector implements Detector {
  readonly kinds: readonly EventKind[] = ['auth.failed', 'auth.passed']
  readonly #pairs: CounterTable
  readonly #ips: CounterTable
  readonly #users: CounterTable

  readonly rule: RuleSettings
  readonly #parts: DetectorParts

  constructor(rule: RuleSettings, parts: DetectorParts) {
    this.rule = rule
    this.#parts = parts
    const { threshold, windowMs } = rule
    this.#pairs = new CounterTable(parts.places, windowMs, threshold)
    this.#ips = new CounterTable(parts.places, windowMs, threshold)
    this.#users = new CounterTable(parts.places, windowMs, threshold)
  }

  get bytes(): number {
    return this.#pairs.bytes + this.#ips.bytes + this.#users.bytes
  }

  see(facts: Facts): Finding | undefined {
    if (facts.kind === 'auth.passed') return this.#forgive(facts)
    if (!facts.isNewAttemptHere) return undefined
    const chain: Contribution[] = []
    const verdict = this.#countAll(facts, chain)
    const found = typeof verdict === 'object' ? verdict : undefined
    this.#parts.together?.contribute(this.rule, chain, found !== undefined)
    return found
  }

  /** Whoever gets in is forgiven what they mistyped there; their address and their user are not. */
  #forgive({ pairKey, nowMs }: Facts): undefined {
    const { together } = this.#parts
    const counter = `${this.rule.name}:user+ip`
    const isCounted = this.#pairs.count(pairKey, nowMs) > 0
    this.#pairs.reset(pairKey, nowMs)
    if (together === undefined) return
    if (!isCounted && together.known(counter, pairKey, nowMs) === 0) return
    together.forget(counter, pairKey, this.rule.windowMs)
  }

  forget(facts: Facts): void {
    this.#pairs.reset(facts.pairKey, facts.nowMs)
    this.#ips.reset(facts.ipKey, facts.nowMs)
  }

  /** From the narrowest to the widest, until one is full. */
  #countAll(facts: Facts, chain: Contribution[]): Verdict {
    if (!facts.hasUser) return this.#count(facts, 'ip', chain)
    const ofPair = this.#count(facts, 'user+ip', chain)
    if (ofPair !== 'below') return ofPair
    const ofIp = this.#count(facts, 'ip', chain)
    if (ofIp !== 'below' || !facts.isNewAttempt) return ofIp
    return this.#count(facts, 'user', chain)
  }

  #count(facts: Facts, per: Per, chain: Contribution[]): Verdict {
    const rule = this.rule
    const parts = this.#parts
    const { nowMs } = facts
    const table = this.#tableOf(per)
    const key = keyOf(facts, per)
    const counter = `${rule.name}:${per}`
    const threshold = per === 'ip' ? rule.threshold * this.#scale(facts) : rule.threshold
    const here = table.add(key, nowMs)
    const count = Math.max(here, (parts.together?.known(counter, key, nowMs) ?? 0) + 1)
    const finding = this.#finding(facts, per, count)
    if (parts.together !== undefined) {
      const texts = { key: key.toString(), item: facts.item.toString() }
      chain.push({ counter, windowMs: rule.windowMs, threshold, ...texts, finding })
    }
    if (table.isReached(count, threshold)) return finding
    return count < threshold ? 'below' : 'full'
  }

  #scale(facts: Facts): number {
    return this.rule.scalesWithUsers ? this.#parts.regulars.scaleOf(facts) : 1
  }

  #tableOf(per: Per): CounterTable {
    if (per === 'user+ip') return this.#pairs
    return per === 'ip' ? this.#ips : this.#users
  }

  #finding(facts: Facts, per: Per, count: number): Finding {
    const within = `within ${seconds(this.rule.windowMs)}`
    const principal = facts.principal(per)
    return { principal, count, what: `${count} different wrong credentials ${within}` }
  }
}

function keyOf({ pairKey, ipKey, userKey }: Facts, per: Per): Key {
  if (per === 'user+ip') return pairKey
  return per === 'ip' ? ipKey : userKey
}
