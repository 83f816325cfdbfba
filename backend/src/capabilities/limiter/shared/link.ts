import type { Clock, Observer } from '../../../base/index.ts'
import type { Claim } from '../claim.ts'
import type { LimiterEvent } from '../events.ts'
import type { LimiterRedis } from '../types.ts'
import { ANSWER_EACH, ANSWER_HEAD, type Batch } from './batch.ts'
import { DRIFT_MAX } from './counted.ts'
import type { Entry } from './entry.ts'
import { type Adjustment, Exchange } from './exchange.ts'
import { Members } from './members.ts'
import { NO_OUTAGE, type Outage } from './outage.ts'
import { MISSED_MS } from './scripts.ts'

const HEARTBEAT_MS = 200
/** A process that is silent for so long is missing. */
const BELIEVED_MS = 1_000
/** Who was away for longer tells Redis of how many processes it knows: it may not remember all of them any more. */
const REMEMBERED_MS = MISSED_MS / 2
/** While Redis is away it is asked this often: from the first to the last of these, doubled each time. */
const PROBE_MIN_MS = 20
const PROBE_MAX_MS = 500
/** What is asked together, so that Redis is not held up for long. */
const ASKS_MAX = 64
const ADJUSTMENTS_MAX = 500
const WAITING_ADJUSTMENTS_MAX = 10_000

export interface LinkSetup {
  readonly redis: LimiterRedis
  readonly clock: Clock
  readonly random: () => number
  readonly observe: Observer<LimiterEvent>
  /** Names this process among the others. */
  readonly member: string
  /** How long anybody waits for an answer of Redis, in milliseconds. */
  readonly commandTimeoutMs: number
  readonly memory: Memory
  /** How many processes there are, before Redis has told. Default 1. */
  readonly processes?: number | undefined
}

/** What this process knows of the counters, for a Redis that does not. */
export interface Memory {
  /** What was charged and not told; or, for a Redis that has forgotten all, everything. */
  tell(everything: boolean): readonly Adjustment[]
  /** They could not be told after all. */
  takeBack(adjustments: readonly Adjustment[]): void
  /** Nothing that Redis gave in advance holds any more. */
  forgotten(): void
}

/** One question that waits, and where its answer goes. */
export interface Ask {
  readonly claims: readonly Claim[]
  readonly entries: readonly Entry[]
  /** How much to charge in advance. */
  readonly wants: readonly number[]
  /** With the numbers of the answer from `index` on. */
  answered(numbers: readonly number[], index: number): void
  failed(): void
}

/**
 * The way to Redis. What is asked in one turn of the event loop goes together. Once an answer does not come, nobody waits for another
 * one: it is asked in the background until it answers, and told what was charged meanwhile; only then this process counts as one that lives.
 */
export class Link {
  readonly #setup: LinkSetup
  readonly #exchange: Exchange
  readonly #members: Members
  #isUp = false
  #isStopped = false
  #isBeating = false
  #mustTellAll = false
  /** Redis may not know how many processes there are. */
  #mayBeUnknown = false
  #asks: Ask[] = []
  #adjustments: Adjustment[] = []
  #isFlushing = false
  #running = 0
  #isJoining = false
  /** Until then Redis may take this process for one that lives. */
  #believedUntil = Number.NEGATIVE_INFINITY
  /** The last one, or the one that lasts. */
  #outage = NO_OUTAGE
  #cancelBeat: () => void = () => undefined
  failures = 0

  constructor(setup: LinkSetup) {
    this.#setup = setup
    this.#members = new Members(setup.clock, setup.processes)
    this.#exchange = new Exchange({ ...setup, onForgotten: () => this.#forgotten() })
  }

  get isUp(): boolean {
    return this.#isUp
  }

  get outage(): Outage {
    return this.#outage
  }

  /** It has lost Redis so lately that others, who may have lost it too, may not be known to be missing. */
  get isOnProbation(): boolean {
    return this.#setup.clock.now() < this.#outage.noticedAt
  }

  get nodes(): number {
    return this.#members.count
  }

  /** Of these, those whose part Redis keeps for them. */
  get missing(): number {
    return this.#exchange.missing
  }

  /** About when it was so late by the clock of Redis, by ours: not in the future, nor longer ago than an answer may take. */
  whenHere(redisAt: number): number {
    const { clock, commandTimeoutMs } = this.#setup
    const now = clock.now()
    return Math.min(now, Math.max(now - commandTimeoutMs, redisAt - this.#exchange.aheadMs))
  }

  get batches(): number {
    return this.#exchange.count
  }

  ask(ask: Ask): void {
    this.#asks.push(ask)
    this.#soon()
  }

  /** Kept until Redis is there, for as far as there is room. */
  adjust(adjustment: Adjustment): void {
    this.#keep([adjustment])
    this.#soon()
  }

  /** Resolves after the first try. */
  start(): Promise<void> {
    return this.#beat(PROBE_MIN_MS)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancelBeat()
    if (!this.#isUp) return
    this.#isUp = false
    for (const ask of this.#asks.splice(0)) ask.failed()
    try {
      await this.#tell(this.#adjustments.splice(0))
      await this.#exchange.leave()
    } catch {
      // It will be forgotten.
    }
  }

  /** Everything that comes in one turn of the event loop is read before this is called. */
  #soon(): void {
    if (this.#isFlushing || !this.#isUp || this.#isJoining) return
    // A Redis that has just come back is not asked by everybody at once.
    if (this.#running > 0 && this.isOnProbation) return
    this.#isFlushing = true
    setImmediate(() => {
      this.#isFlushing = false
      this.#flush()
    })
  }

  #flush(): void {
    while (this.#isUp && (this.#asks.length > 0 || this.#adjustments.length > 0)) {
      void this.#send(this.#asks.splice(0, ASKS_MAX), this.#adjustments.splice(0, ADJUSTMENTS_MAX))
    }
  }

  async #send(asks: readonly Ask[], adjustments: readonly Adjustment[]): Promise<void> {
    const batch = this.#batchOf(adjustments)
    for (const { claims, entries, wants } of asks) batch.ask(claims, entries, wants)
    this.#running++
    try {
      const numbers = await this.#exchange.send(batch)
      let index = ANSWER_HEAD
      for (const ask of asks) {
        ask.answered(numbers, index)
        index += ANSWER_EACH * ask.claims.length
      }
    } catch (error) {
      this.#lost(error)
      this.#keep(adjustments)
      for (const ask of asks) ask.failed()
    } finally {
      this.#running--
      if (this.#asks.length > 0 || this.#adjustments.length > 0) this.#soon()
    }
  }

  #batchOf(adjustments: readonly Adjustment[]): Batch {
    const batch = this.#exchange.newBatch()
    for (const adjustment of adjustments) this.#exchange.adjust(batch, adjustment)
    return batch
  }

  #keep(adjustments: readonly Adjustment[]): void {
    // What was to be given back was lost with all else.
    const kept = this.#mustTellAll ? adjustments.filter(({ amount }) => amount > 0) : adjustments
    const room = WAITING_ADJUSTMENTS_MAX - this.#adjustments.length
    this.#adjustments.push(...kept.slice(0, room))
  }

  /** From now on each process is for itself, and asks in the background. */
  #lost(error: unknown): void {
    this.failures++
    if (!this.#isUp) {
      this.#mayBeUnknown ||= this.#outage === NO_OUTAGE
      return
    }
    this.#isUp = false
    const lostAt = this.#setup.clock.now()
    this.#outage = { lostAt, noticedAt: Math.max(lostAt, this.#believedUntil) }
    this.#setup.observe({ kind: 'limiter.shared-lost', error })
    for (const ask of this.#asks.splice(0)) ask.failed()
    this.#cancelBeat()
    void this.#beat(PROBE_MIN_MS)
  }

  #forgotten(): void {
    this.#mustTellAll = this.#mayBeUnknown = true
    this.#believedUntil = Number.NEGATIVE_INFINITY
    this.#keep(this.#adjustments.splice(0))
    this.#setup.memory.forgotten()
    this.#setup.observe({ kind: 'limiter.shared-forgotten' })
  }

  /** Says that it lives; and, where Redis was away, tries to use it again. `nextMs`: until the next try, should this one fail. */
  async #beat(nextMs: number): Promise<void> {
    if (this.#isStopped || this.#isBeating) return
    this.#isBeating = true
    try {
      if (this.#isUp) await this.#join()
      else await this.#recover()
    } catch (error) {
      this.#lost(error)
    }
    this.#isBeating = false
    this.#plan(nextMs)
  }

  #plan(nextMs: number): void {
    if (this.#isStopped) return
    const { clock, random } = this.#setup
    const waitMs = this.#isUp ? HEARTBEAT_MS : nextMs * (0.75 + 0.5 * random())
    const thenMs = this.#isUp ? PROBE_MIN_MS : Math.min(PROBE_MAX_MS, 2 * nextMs)
    this.#cancelBeat = clock.after(waitMs, () => void this.#beat(thenMs))
  }

  /** Redis is believed to take this process for one that lives from before it hears of it, and until after it has forgotten. */
  async #join(processes = 0): Promise<void> {
    const { clock, commandTimeoutMs } = this.#setup
    const believedMs = (1 + DRIFT_MAX) * (BELIEVED_MS + 2 * commandTimeoutMs)
    this.#believedUntil = clock.now() + believedMs
    this.#members.hear(await this.#exchange.join(BELIEVED_MS, processes))
  }

  /** Tells what was charged without Redis, and goes on. */
  async #recover(): Promise<void> {
    await this.#exchange.look()
    const told = await this.#tellUntold()
    if (this.#isStopped) return
    // What is asked from here on waits: it would be charged where nobody keeps a part for it.
    this.#isUp = this.#isJoining = true
    try {
      await this.#join(this.#processesToTell())
    } finally {
      this.#isJoining = false
    }
    this.#works(told)
  }

  async #tellUntold(): Promise<number> {
    let told = 0
    for (;;) {
      const everything = this.#mustTellAll
      this.#mustTellAll = false
      const adjustments = this.#setup.memory.tell(everything)
      if (adjustments.length === 0) return told
      await this.#tellOrTakeBack(adjustments)
      told += adjustments.length
    }
  }

  #processesToTell(): number {
    const awayMs = this.#setup.clock.now() - this.#outage.lostAt
    const isLong = Number.isFinite(awayMs) && awayMs > REMEMBERED_MS
    return this.#mayBeUnknown || isLong ? this.#members.count : 0
  }

  #works(told: number): void {
    if (!this.#isUp) return
    const { clock, observe } = this.#setup
    this.#mayBeUnknown = false
    const isNew = this.#outage === NO_OUTAGE
    const forMs = clock.now() - this.#outage.lostAt
    if (!isNew) observe({ kind: 'limiter.shared-works', forMs, told })
    this.#soon()
  }

  async #tellOrTakeBack(adjustments: readonly Adjustment[]): Promise<void> {
    try {
      await this.#tell(adjustments)
    } catch (error) {
      this.#setup.memory.takeBack(adjustments)
      throw error
    }
  }

  async #tell(adjustments: readonly Adjustment[]): Promise<void> {
    for (let from = 0; from < adjustments.length; from += ADJUSTMENTS_MAX) {
      await this.#exchange.send(this.#batchOf(adjustments.slice(from, from + ADJUSTMENTS_MAX)))
    }
  }
}
