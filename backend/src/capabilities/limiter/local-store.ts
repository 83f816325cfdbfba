import type { Clock, Observer } from '../../base/index.ts'
import type { Claim } from './claim.ts'
import type { Charge, Counter } from './counters/counter.ts'
import { Ledger } from './counters/ledger.ts'
import { CounterTable } from './counters/table.ts'
import { Sketches } from './counters/tail.ts'
import type { LimiterEvent } from './events.ts'
import type { Rule } from './rule.ts'
import type { LimitStore } from './store.ts'

/** Fractions add up to a little more, or less. */
const TINY = 1e-9
const TELL_EVERY_MS = 60_000

export interface LocalStoreSetup {
  readonly clock: Clock
  readonly random: () => number
  readonly keysMax: number
  readonly observe: Observer<LimiterEvent>
}

/** The counters of this process, in a fixed place. */
export class LocalStore implements LimitStore {
  readonly #clock: Clock
  /** From the clock that never goes back to the date: what is compared is never set back. */
  readonly #epochMs: number
  readonly #table: CounterTable
  readonly #sketches: Sketches
  #fullAt = Number.NEGATIVE_INFINITY
  #ledgers = new Map<Rule, Ledger>()
  /** Those of the decision that is being made. */
  readonly #found: Counter[] = []

  constructor({ clock, random, keysMax, observe }: LocalStoreSetup) {
    this.#clock = clock
    this.#epochMs = clock.epochMs() - clock.now()
    this.#table = new CounterTable(keysMax, () => this.#tellFull(keysMax, observe))
    this.#sketches = new Sketches(keysMax, random)
  }

  take(claims: readonly Claim[]): void {
    const now = this.#now()
    if (this.#judge(claims, now)) this.#charge(claims, now)
    else this.#spare(claims, now)
  }

  takeNow(claims: readonly Claim[]): boolean {
    this.take(claims)
    return true
  }

  /** Do all pass whose rules enforce? */
  #judge(claims: readonly Claim[], now: number): boolean {
    let pass = true
    this.#table.begin()
    for (let index = 0; index < claims.length; index++) {
      const claim = claims[index] as Claim
      const counter = this.#table.find(this.#ledgerOf(claim.rule), claim.key, claim.weight, now)
      this.#found[index] = counter
      judge(claim, counter, now)
      if (!claim.passes && claim.rule.enforces) pass = false
    }
    return pass
  }

  #charge(claims: readonly Claim[], now: number): void {
    for (let index = 0; index < claims.length; index++) {
      const claim = claims[index] as Claim
      if (!claim.passes) continue
      const counter = this.#found[index] as Counter
      claim.handle = counter.charge(now, claim.weight, claim)
      claim.at = now
      claim.isCharged = true
      claim.remaining = Math.max(0, claim.remaining - claim.weight)
      claim.resetMs = counter.resetMs(now, claim)
    }
  }

  /** Of those that would have passed: nothing is charged. */
  #spare(claims: readonly Claim[], now: number): void {
    for (let index = 0; index < claims.length; index++) {
      const claim = claims[index] as Claim
      if (claim.passes) claim.resetMs = (this.#found[index] as Counter).resetMs(now, claim)
    }
  }

  settle(claim: Claim, weight: number): void {
    const now = this.#now()
    const charge = claim.handle as Charge
    const difference = weight - claim.weight
    if (difference < 0 || !charge.counter.isEvicted) {
      charge.adjust(difference, claim.at, now, claim)
      return
    }
    this.#table.begin()
    const ledger = this.#ledgerOf(claim.rule)
    this.#table.find(ledger, claim.key, difference, now).charge(now, difference, claim)
  }

  setRules(rules: readonly Rule[]): void {
    const before = new Map([...this.#ledgers.values()].map(each => [each.rule.identity, each]))
    this.#ledgers = new Map(
      rules.map(rule => {
        const ledger = before.get(rule.identity) ?? new Ledger(rule, this.#sketches)
        ledger.follow(rule)
        return [rule, ledger]
      }),
    )
    this.#table.keep(new Set(this.#ledgers.values()))
  }

  share(): void {
    // There is nobody else.
  }

  figures(): Readonly<Record<string, number>> {
    return { keys: this.#table.size, sketches: this.#sketches.size }
  }

  async start(): Promise<void> {
    // Nothing runs.
  }

  async stop(): Promise<void> {
    // Nothing runs.
  }

  #tellFull(keysMax: number, observe: Observer<LimiterEvent>): void {
    const now = this.#clock.now()
    if (now - this.#fullAt < TELL_EVERY_MS) return
    this.#fullAt = now
    observe({ kind: 'limiter.keys-full', keysMax })
  }

  #now(): number {
    return this.#epochMs + this.#clock.now()
  }

  /** Rules may have changed since the claim was made: what it asks for is then counted where its successor counts. */
  #ledgerOf(rule: Rule): Ledger {
    const ledger = this.#ledgers.get(rule)
    if (ledger !== undefined) return ledger
    const successor = [...this.#ledgers.values()].find(each => each.rule.identity === rule.identity)
    const found = successor ?? new Ledger(rule, this.#sketches)
    this.#ledgers.set(rule, found)
    return found
  }
}

function judge(claim: Claim, counter: Counter, now: number): void {
  const { weight, burst } = claim
  const deniedMs = counter.deniedMs(now, weight, burst)
  if (deniedMs > 0) {
    claim.passes = false
    claim.retryAfterMs = claim.resetMs = deniedMs
    return
  }
  const used = counter.usedAt(now, claim)
  claim.remaining = Math.max(0, burst - used)
  // What costs nothing, as far as is known yet, still needs that something is left.
  claim.passes = used + weight <= burst + TINY && (weight > 0 || used < burst)
  if (claim.passes) return
  claim.resetMs = counter.resetMs(now, claim)
  const excess = used + Math.max(weight, TINY) - burst
  claim.retryAfterMs = weight > burst ? claim.windowMs : counter.waitMs(now, excess, claim)
  counter.deny(now + claim.retryAfterMs, weight, burst)
}
