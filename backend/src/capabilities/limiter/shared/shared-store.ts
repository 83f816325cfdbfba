import { randomUUID } from 'node:crypto'
import type { Clock, Observer } from '../../../base/index.ts'
import { Claim } from '../claim.ts'
import type { LimiterEvent } from '../events.ts'
import type { Rule } from '../rule.ts'
import type { LimitStore } from '../store.ts'
import type { LimiterRedis, Penalty } from '../types.ts'
import { judgeAlone } from './alone.ts'
import { ANSWER_EACH } from './batch.ts'
import { Charge } from './charge.ts'
import { countedMs } from './counted.ts'
import type { Entry } from './entry.ts'
import { KnownCounters } from './known-counters.ts'
import { Leases } from './leases.ts'
import { type Ask, Link } from './link.ts'
import { PenaltyNews } from './penalty-news.ts'

export interface SharedStoreSetup {
  readonly redis: LimiterRedis
  readonly clock: Clock
  /** From 0 to 1, for what is spread. */
  readonly random: () => number
  readonly observe: Observer<LimiterEvent>
  /** Counters of which this process remembers its own part. */
  readonly keysMax: number
  readonly leaseMs: number
  readonly leaseShareMax: number
  /** Another process has told a penalty. */
  readonly onPenalty: (penalty: Penalty) => void
  /** How long a command of `redis` may take, in milliseconds. Default 25. */
  readonly commandTimeoutMs?: number | undefined
  /** How many processes there are, before Redis has told. Default 1. */
  readonly processes?: number | undefined
}

const COMMAND_TIMEOUT_MS = 25
/** How long a refusal is believed where something may be given back before: at the end of a call, of a lease, or of an outage. */
const CALL_ENDS_MS = 10
const GIVEN_BACK_MS = 100

/**
 * Counters in Redis, which all processes share. What this process knows by itself it answers at once: that a key is over its limit for a
 * while, or that it has a lease. Without Redis each process has its part of every limit.
 */
export class SharedStore implements LimitStore {
  readonly #clock: Clock
  readonly #link: Link
  readonly #news: PenaltyNews
  readonly #known: KnownCounters
  readonly #leases: Leases
  /** Of the claims that are being looked at. */
  readonly #entries: Entry[] = []
  readonly #counts = { asked: 0, fromLeases: 0, refusedHere: 0, alone: 0 }

  constructor(setup: SharedStoreSetup) {
    const { clock, keysMax, commandTimeoutMs = COMMAND_TIMEOUT_MS } = setup
    const known = new KnownCounters(keysMax)
    const leases = new Leases({ ...setup, giveBack: adjustment => this.#link.adjust(adjustment) })
    const memory = {
      tell: (everything: boolean) => known.tell(everything, clock.now()),
      takeBack: known.takeBack.bind(known),
      forgotten: () => leases.forget(),
    }
    this.#clock = clock
    this.#known = known
    this.#leases = leases
    this.#link = new Link({ ...setup, commandTimeoutMs, member: randomUUID(), memory })
    this.#news = new PenaltyNews(setup)
  }

  take(claims: readonly Claim[]): void | Promise<void> {
    if (this.takeNow(claims)) return
    this.#counts.asked++
    return new Promise(resolve => this.#link.ask(this.#askOf(claims, resolve)))
  }

  takeNow(claims: readonly Claim[]): boolean {
    const now = this.#clock.now()
    for (let index = 0; index < claims.length; index++) {
      this.#entries[index] = this.#known.find(claims[index] as Claim)
    }
    if (this.#link.isUp) return this.#takeKnown(claims, now)
    this.#takeAlone(claims, this.#entries, now)
    return true
  }

  /** What is known without asking: refusals that last, and leases. */
  #takeKnown(claims: readonly Claim[], now: number): boolean {
    let isKnown = true
    for (let index = 0; index < claims.length; index++) {
      const claim = claims[index] as Claim
      const entry = this.#entries[index] as Entry
      const isCovered = covers(claim, entry, now)
      claim.retryAfterMs = claim.resetMs = isCovered ? 0 : this.#waitMs(claim, entry, now)
      claim.passes = claim.retryAfterMs === 0
      if (claim.passes) isKnown &&= isCovered
      else if (claim.rule.enforces) {
        this.#counts.refusedHere++
        return true
      }
    }
    if (isKnown) this.#takeFromLeases(claims, now)
    return isKnown
  }

  /** How long it is known not to pass. */
  #waitMs(claim: Claim, entry: Entry, now: number): number {
    if (entry.isDenied(now, claim)) return entry.deniedUntil - now
    if (!this.#link.isOnProbation) return 0
    const { outage, nodes } = this.#link
    const allowance = entry.allowanceIn(outage, now, claim, nodes)
    const excess = claim.weight - allowance.leftOnReturn(now, claim, entry.own)
    if (excess <= 0) return 0
    return Math.min(outage.noticedAt - now, entry.own.waitMs(now, excess, countedMs(claim)))
  }

  #takeFromLeases(claims: readonly Claim[], now: number): void {
    for (let index = 0; index < claims.length; index++) {
      const claim = claims[index] as Claim
      if (claim.passes) this.#takeFromLease(claim, this.#entries[index] as Entry, now)
    }
  }

  #takeFromLease(claim: Claim, entry: Entry, now: number): void {
    claim.isCharged = true
    claim.at = now
    claim.handle = new Charge(entry, 'lease', 0)
    if (!Number.isFinite(claim.limit)) return
    const { lease } = entry
    lease.see(now, claim.weight)
    lease.tokens -= claim.weight
    claim.remaining = entry.leftAfter(lease.tokens)
    claim.resetMs = claim.windowMs
    this.#counts.fromLeases++
    if (lease.isLow()) this.#refill(claim, entry)
  }

  /** Before it is used up, so that nobody has to wait. */
  #refill({ rule, key, limit }: Claim, entry: Entry): void {
    const claim = new Claim(rule, key, 0, limit / rule.limit)
    if (!this.#link.isUp) return
    const wanted = this.#order(claim, entry)
    if (wanted === 0) return
    const ask = this.#askOf([claim], () => undefined, [entry], [wanted])
    this.#link.ask({ ...ask, failed: () => void (entry.lease.isOrdered = false) })
  }

  #order(claim: Claim, entry: Entry): number {
    return this.#link.isOnProbation ? 0 : this.#leases.order(claim, entry, this.#link.nodes)
  }

  #askOf(
    claims: readonly Claim[],
    done: () => void,
    entries: readonly Entry[] = this.#entries.slice(0, claims.length),
    wants = claims.map((claim, index) => this.#order(claim, entries[index] as Entry)),
  ): Ask {
    return {
      ...{ claims, entries, wants },
      answered: (numbers, index) => {
        arrived(entries, wants)
        this.#receive(claims, entries, numbers, index)
        done()
      },
      failed: () => {
        arrived(entries, wants)
        this.#takeAlone(claims, entries, this.#clock.now())
        done()
      },
    }
  }

  /** Writes into the claims what Redis said of them. */
  #receive(
    claims: readonly Claim[],
    entries: readonly Entry[],
    numbers: readonly number[],
    begin: number,
  ): void {
    const now = this.#clock.now()
    const redisNow = (numbers[0] as number) / 1_000
    const decidedAt = this.#link.whenHere(redisNow)
    for (let index = 0; index < claims.length; index++) {
      const claim = claims[index] as Claim
      const from = begin + index * ANSWER_EACH
      claim.passes = numbers[from] === 1
      claim.remaining = numbers[from + 1] as number
      claim.resetMs = numbers[from + 2] as number
      claim.retryAfterMs = numbers[from + 3] as number
      if (!claim.passes) {
        const until = decidedAt + this.#believedMs(claim)
        ;(entries[index] as Entry).deny(until, claim)
      }
    }
    const isCharged = mayPass(claims)
    for (let index = 0; index < claims.length; index++) {
      const claim = claims[index] as Claim
      const entry = entries[index] as Entry
      if (!isCharged || !claim.passes) this.#learn(entry, now, claim, 0)
      else {
        const given = numbers[begin + index * ANSWER_EACH + 4] as number
        this.#learn(entry, now, claim, claim.weight + given)
        this.#leases.receive(claim, entry, given, redisNow)
        charged(claim, now, new Charge(entry, 'redis', redisNow))
      }
    }
  }

  #learn(entry: Entry, now: number, claim: Claim, charged: number): void {
    const { isOnProbation, outage, nodes } = this.#link
    if (isOnProbation) entry.allowanceIn(outage, now, claim, nodes)
    entry.learn(now, claim, charged)
  }

  #believedMs({ rule, retryAfterMs }: Claim): number {
    if (rule.algorithm === 'concurrency') return Math.min(CALL_ENDS_MS, retryAfterMs)
    const isKept = rule.weight === 'requests' && this.#leases.areNone && this.#link.missing === 0
    return isKept ? retryAfterMs : Math.min(GIVEN_BACK_MS, retryAfterMs)
  }

  #takeAlone(claims: readonly Claim[], entries: readonly Entry[], now: number): void {
    this.#counts.alone++
    const { nodes, outage } = this.#link
    for (let index = 0; index < claims.length; index++) {
      judgeAlone(claims[index] as Claim, entries[index] as Entry, outage, nodes, now)
    }
    if (!mayPass(claims)) return
    for (let index = 0; index < claims.length; index++) {
      const claim = claims[index] as Claim
      const entry = entries[index] as Entry
      if (!claim.passes) continue
      if (covers(claim, entry, now)) this.#takeFromLease(claim, entry, now)
      else {
        entry.chargeAlone(outage, now, claim, nodes)
        charged(claim, now, new Charge(entry, 'alone', 0))
        claim.remaining = Math.max(0, claim.remaining - claim.weight)
      }
    }
  }

  settle(claim: Claim, weight: number): void {
    const charge = claim.handle
    if (!(charge instanceof Charge) || !Number.isFinite(claim.limit)) return
    const { nodes } = this.#link
    const adjustment = charge.settle(claim, weight - claim.weight, this.#clock.now(), nodes)
    if (adjustment !== undefined) this.#link.adjust(adjustment)
  }

  setRules(rules: readonly Rule[]): void {
    this.#known.setRules(rules)
  }

  share(penalty: Penalty): void {
    this.#news.tell(penalty)
  }

  figures(): Readonly<Record<string, number | string | boolean>> {
    const { isUp, isOnProbation, nodes, missing, batches, failures } = this.#link
    return {
      ...{ isShared: isUp, isOnProbation, nodes, missing, batches, failures },
      ...{ keys: this.#known.size, leases: this.#leases.size, ...this.#counts },
    }
  }

  async start(): Promise<void> {
    await this.#link.start()
    await this.#news.start()
  }

  async stop(): Promise<void> {
    this.#leases.stop()
    await this.#link.stop()
    await this.#news.stop()
  }
}

function covers(claim: Claim, entry: Entry, now: number): boolean {
  return entry.lease.covers(now, claim.weight) || !Number.isFinite(claim.limit)
}

/** What was ordered with a question came with its answer, or does not come. */
function arrived(entries: readonly Entry[], wants: readonly number[]): void {
  for (let index = 0; index < wants.length; index++) {
    if (wants[index] !== 0) (entries[index] as Entry).lease.isOrdered = false
  }
}

function charged(claim: Claim, now: number, charge: Charge): void {
  claim.isCharged = true
  claim.at = now
  claim.handle = charge
}

/** Do all pass whose rules enforce? */
function mayPass(claims: readonly Claim[]): boolean {
  for (const claim of claims) if (!claim.passes && claim.rule.enforces) return false
  return true
}
