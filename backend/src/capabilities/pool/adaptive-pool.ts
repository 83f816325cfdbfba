import type { Clock, Observer } from '../../base/index.ts'
import { Desk } from './desk.ts'
import { ConnectionError } from './errors.ts'
import type { PoolEvent } from './events.ts'
import { findLeaks, originOf } from './leaks.ts'
import { LiveHoldings } from './live-holdings.ts'
import type { Connection, Member } from './member.ts'
import { Meter } from './meter.ts'
import { type PoolRules, REAP_EVERY_MS, SAMPLE_EVERY_MS, WATCH_EVERY_MS } from './options.ts'
import type { Preparing } from './preparing.ts'
import { type Holdings, Shares } from './shares.ts'
import type { Sizer } from './sizing/sizing.ts'
import { SizingHook } from './sizing-hook.ts'
import type { Slot } from './slot.ts'
import { statsOf } from './stats.ts'
import { type Callers, Stock } from './stock.ts'
import { Tally } from './tally.ts'
import { createTicker, type Ticker } from './ticker.ts'
import type { Pool, PoolStats } from './types.ts'
import type { UseOptions } from './use-options.ts'

/** What a pool is made of; a test puts in connections and a sizer of its own. */
export interface PoolParts {
  readonly name: string
  readonly rules: PoolRules
  readonly clock: Clock
  readonly random: () => number
  readonly observe: Observer<PoolEvent>
  readonly sizer: Sizer
  /** Opens a connection. Throws what the driver reports. `onWatched` as of `ConnectionSetup`; `signal` gives up. */
  readonly open: (onWatched: () => void, signal: AbortSignal) => Promise<Member>
  readonly preparing: Preparing
}

const NO_OPTIONS: UseOptions = Object.freeze({})

/** Brings callers and connections together. */
export class AdaptivePool implements Pool {
  readonly #parts: PoolParts
  readonly #stock: Stock
  readonly #desk: Desk
  readonly #shares: Shares
  readonly #holdings: Holdings
  readonly #meter: Meter
  readonly #tally = new Tally()
  readonly #sizing: SizingHook
  readonly #watch: Ticker
  readonly #reap: Ticker
  readonly #sample: Ticker
  #isEnding = false
  #isQueueNew = true

  constructor(parts: PoolParts) {
    this.#parts = parts
    const { rules, clock, random, observe, sizer } = parts
    this.#meter = new Meter(clock.now())
    this.#sizing = new SizingHook(sizer, this.#meter, observe)
    this.#shares = new Shares(rules)
    this.#watch = createTicker(clock, WATCH_EVERY_MS, () => this.#watchCallers())
    this.#reap = createTicker(clock, REAP_EVERY_MS, () => this.#reapConnections())
    this.#sample = createTicker(clock, SAMPLE_EVERY_MS, () => this.#resize())
    this.#stock = new Stock(
      {
        rules,
        clock,
        random,
        observe,
        open: signal => parts.open(() => this.#watch.start(), signal),
        meter: this.#meter,
        tally: this.#tally,
        callers: this.#callers(),
      },
      sizer.target,
    )
    this.#holdings = new LiveHoldings(this.#stock, () => this.#desk.room.waiting)
    this.#desk = new Desk({
      rules,
      clock,
      observe,
      meter: this.#meter,
      shares: this.#shares,
      holdings: this.#holdings,
      lend: (slot, options, now) => this.#lend(slot, options, now),
      open: () => this.#stock.slots.size,
      coming: () => Math.max(this.#stock.connecting, this.#stock.target - this.#stock.slots.size),
    })
  }

  async use<T>(
    work: (connection: Connection) => Promise<T>,
    options: UseOptions = NO_OPTIONS,
  ): Promise<T> {
    const origin = this.#parts.rules.leakAfterMs > 0 ? originOf(this.use) : undefined
    const slot = this.#takeIdle(options) ?? (await this.#wait(options))
    slot.origin = origin
    try {
      return await work(slot.member)
    } finally {
      this.#release(slot)
    }
  }

  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]> {
    return this.use(connection => connection.query(text, values))
  }

  fill(): Promise<void> {
    this.#startTickers()
    return this.#stock.fill()
  }

  evict(reason: Error, when: 'now' | 'when-free'): void {
    if (when === 'now') this.#desk.giveUp(new ConnectionError('PGRST000', reason))
    const connections = this.#stock.evict(reason, when === 'now')
    this.#parts.observe({ kind: 'pool.evicted', connections, reason })
  }

  limit(connections: number, reason: string): void {
    if (Math.min(connections, this.#parts.rules.sizeMax) === this.#stock.limit) return
    this.#stock.settle(this.#sizing.target, connections)
    this.#parts.observe({ kind: 'pool.limited', connections, reason })
    this.#resize()
  }

  stats(): PoolStats {
    return statsOf({
      ...this.#parts,
      stock: this.#stock,
      holdings: this.#holdings,
      waiting: this.#desk.room.size,
      meter: this.#meter,
      tally: this.#tally,
      sizing: this.#sizing,
    })
  }

  async end(deadlineMs: number): Promise<number> {
    this.#isEnding = true
    this.#desk.close()
    const cut = await this.#stock.end(deadlineMs)
    for (const ticker of [this.#watch, this.#reap, this.#sample]) ticker.stop()
    return cut
  }

  /** A free connection, straight away, unless somebody has to be refused or wait. */
  #takeIdle(options: UseOptions): Slot | undefined {
    if (this.#isEnding || this.#stock.slots.idle === 0) return undefined
    const kind = options.class ?? 'interactive'
    if (this.#desk.room.waiting[kind] > 0 || !this.#shares.allows(kind, this.#holdings)) {
      return undefined
    }
    const now = this.#parts.clock.now()
    if (options.deadline !== undefined && now >= options.deadline) return undefined
    const slot = this.#stock.takeIdle(now)
    if (slot === undefined) return undefined
    this.#meter.unwaited()
    this.#lend(slot, options, now)
    return slot
  }

  #lend(slot: Slot, options: UseOptions, now: number): void {
    slot.kind = options.class ?? 'interactive'
    slot.tenant = options.tenant ?? ''
    slot.leavesNoTrace = options.leavesNoTrace === true
    slot.heldSince = now
    this.#stock.slots.hold(slot)
    this.#meter.changed(now, this.#stock.slots.busy, this.#stock.slots.size)
    slot.member.begin(options.deadline ?? Number.POSITIVE_INFINITY)
  }

  #release(slot: Slot): void {
    const now = this.#parts.clock.now()
    const heldMs = now - slot.heldSince
    slot.origin = undefined
    this.#stock.slots.letGo(slot)
    this.#meter.changed(now, this.#stock.slots.busy, this.#stock.slots.size)
    this.#meter.held(heldMs)
    if (this.#desk.room.size > 0) this.#charge(slot, heldMs)
    this.#stock.giveBack(slot, now)
  }

  #charge({ kind, tenant }: Slot, heldMs: number): void {
    const usual = this.#meter.usualHoldMs ?? heldMs
    this.#desk.room.charge(kind, tenant, usual > 0 ? heldMs / usual : 1)
  }

  #wait(options: UseOptions): Promise<Slot> {
    const served = this.#desk.wait(options)
    if (this.#desk.room.size === 0) return served // It was refused.
    this.#startTickers()
    this.#watch.start()
    const isWorth = this.#stock.connectMore() || this.#stock.connecting > 0
    if (!isWorth && this.#stock.slots.size < this.#stock.target) this.#tally.elided++
    return served
  }

  #callers(): Callers {
    return {
      demand: () => ({
        waiting: this.#shares.servable(this.#holdings),
        oldest: this.#desk.room.oldest() ?? this.#parts.clock.now(),
      }),
      waitingAdmin: () => this.#desk.room.waiting.admin,
      offer: slot => this.#desk.offer(slot),
      giveUp: error => this.#desk.giveUp(error),
    }
  }

  #startTickers(): void {
    this.#reap.start()
    this.#sample.start()
  }

  /** Callers that have gone, or whose time is up: off the list, and their statements cancelled. */
  #watchCallers(): boolean {
    const now = this.#parts.clock.now()
    const { room } = this.#desk
    if (room.size > 0) this.#desk.dismiss(now)
    let isWatched = false
    for (const { member } of this.#stock.slots.all()) {
      const reason = member.interrupt(now)
      if (reason !== undefined) this.#cancelled(member, reason)
      isWatched ||= member.isWatched
    }
    if (room.size === 0) this.#isQueueNew = true
    else this.#answerQueue()
    return isWatched || room.size > 0
  }

  #cancelled({ processId }: Member, reason: 'abandoned' | 'deadline'): void {
    this.#tally.cancelled++
    this.#parts.observe({ kind: 'pool.cancelled', processId, reason })
  }

  /** A new queue is not left to the next sample. */
  #answerQueue(): void {
    if (this.#isQueueNew) this.#resize()
    this.#isQueueNew = false
    this.#stock.offerIdle()
    this.#stock.connectMore()
  }

  #reapConnections(): boolean {
    this.#stock.reap()
    if (this.#parts.rules.leakAfterMs > 0) this.#lookForLeaks()
    return this.#isNeeded
  }

  #lookForLeaks(): void {
    const { clock, rules, observe } = this.#parts
    for (const leak of findLeaks(this.#stock.slots.all(), clock.now(), rules.leakAfterMs)) {
      this.#tally.leaked++
      observe({ kind: 'pool.leak-suspected', ...leak })
    }
  }

  /** Asks the sizer, and does what it says. */
  #resize(): boolean {
    const { slots, ceiling } = this.#stock
    const now = this.#parts.clock.now()
    const waiting = this.#desk.room.size
    const oldestWaitMs = now - (this.#desk.room.oldest() ?? now)
    const { size, busy } = slots
    const { lost } = this.#tally
    this.#sizing.ask({ now, size, busy, waiting, oldestWaitMs, limit: ceiling, lost })
    this.#stock.settle(this.#sizing.target)
    return this.#isNeeded
  }

  get #isNeeded(): boolean {
    if (this.#isEnding) return false
    return this.#stock.isKept || !this.#stock.isEmpty || this.#desk.room.size > 0
  }
}
