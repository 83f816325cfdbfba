import type { Clock, Observer } from '../../base/index.ts'
import { ConnectPace } from './connect-pace.ts'
import { Connector } from './connector.ts'
import { connectsWanted } from './demand.ts'
import { ConnectionError, PoolEndedError } from './errors.ts'
import type { DisconnectReason, PoolEvent } from './events.ts'
import type { Member } from './member.ts'
import type { Meter } from './meter.ts'
import { CLEANING_MAX_MS, PING_MAX_MS, type PoolRules } from './options.ts'
import { Draining, Filling } from './promised.ts'
import { Slot } from './slot.ts'
import { Slots } from './slots.ts'
import type { Tally } from './tally.ts'

/** The callers, as far as the connections have to do with them. */
export interface Callers {
  /** Those whom a new connection could serve; the first one waits since `oldest`. */
  demand(): { readonly waiting: number; readonly oldest: number }
  /** Those of the class `admin` among them. */
  waitingAdmin(): number
  /** A connection is free. False: nobody may have it now. */
  offer(slot: Slot): boolean
  /** There is no connection, and none can be opened. */
  giveUp(error: Error): void
}

export interface StockSetup {
  readonly rules: PoolRules
  readonly clock: Clock
  readonly random: () => number
  readonly observe: Observer<PoolEvent>
  readonly open: (signal: AbortSignal) => Promise<Member>
  readonly meter: Meter
  readonly tally: Tally
  readonly callers: Callers
}

/** The connections of a pool: opened as they are wanted, kept in order, closed when there are too many. */
export class Stock {
  readonly slots = new Slots()
  readonly #setup: StockSetup
  readonly #pace: ConnectPace
  readonly #connector: Connector
  readonly #closing = new Set<Promise<void>>()
  readonly #filling = new Filling()
  readonly #draining = new Draining()
  #limit = Number.POSITIVE_INFINITY
  #aim: number
  #ceiling: number
  #isKept = false
  #failedInARow = 0
  #isEnding = false

  constructor(setup: StockSetup, aim: number) {
    this.#setup = setup
    this.#aim = aim
    this.#ceiling = setup.rules.sizeMax
    this.#pace = new ConnectPace(setup.rules.connectsPerSecondMax, setup.random)
    this.#connector = new Connector({
      open: setup.open,
      pace: this.#pace,
      clock: setup.clock,
      observe: setup.observe,
      size: () => this.slots.size,
      onOpened: (member, durationMs, isOutdated) => this.#welcome(member, durationMs, isOutdated),
      onFailed: error => this.#connectFailed(error),
      onReady: () => this.connectMore(),
    })
  }

  /** Connections that it aims at, within what it may have. */
  get target(): number {
    return Math.min(this.#aim, this.#ceiling)
  }

  /** Connections that it may have: by its options, the budget, and the server while that is full. */
  get ceiling(): number {
    return this.#ceiling
  }

  get limit(): number {
    return Math.min(this.#limit, this.#setup.rules.sizeMax)
  }

  get connecting(): number {
    return this.#connector.connecting
  }

  get isKept(): boolean {
    return this.#isKept
  }

  get isEmpty(): boolean {
    return this.slots.size === 0 && this.connecting === 0
  }

  /** A free connection that is fit for use; those that have been idle for long are tried first. */
  takeIdle(now: number): Slot | undefined {
    for (;;) {
      const slot = this.slots.takeIdle()
      if (slot === undefined || now - slot.provenAt < this.#setup.rules.keepaliveMs) return slot
      void this.#try(slot)
    }
  }

  /** Its caller is done with it. */
  giveBack(slot: Slot, now: number): void {
    if (!this.slots.has(slot)) return // It was lost meanwhile.
    slot.freeSince = now
    const reason = this.#reasonToClose(slot, now)
    if (reason !== undefined) this.drop(slot, reason)
    else if (slot.member.isClean(slot.leavesNoTrace)) return this.#hand(slot, now)
    else void this.#clean(slot, now)
    this.offerIdle() // Its class holds one less, so another of it may have what is free.
  }

  /** Begins to open what is wanted and may be opened. Answers whether anything is wanted. */
  connectMore(): boolean {
    if (this.#isEnding) return false
    const mayBeWanted = this.slots.size < this.target || this.#setup.callers.waitingAdmin() > 0
    if (!mayBeWanted) return false // As most often when somebody has to wait.
    const now = this.#setup.clock.now()
    const { callers } = this.#setup
    const { waiting, oldest } = callers.demand()
    const wanted = connectsWanted({
      size: this.slots.size,
      target: this.target,
      ceiling: this.#ceiling,
      isKept: this.#isKept,
      waiting,
      waitingAdmin: callers.waitingAdmin(),
      oldestWaitMs: now - oldest,
      holdMs: this.#setup.meter.usualHoldMs,
      connectMs: this.#connector.connectMs,
    })
    this.#connector.aim(wanted)
    return wanted > 0
  }

  /** From now on it aims at so many, and may have no more than `limit`. */
  settle(aim: number, limit = this.#limit): void {
    const { clock } = this.#setup
    this.#aim = aim
    this.#limit = limit
    this.#findCeiling(clock.now())
    for (const slot of this.slots.idleSlots()) {
      if (this.slots.size <= this.target) break
      this.drop(slot, 'surplus')
    }
    this.offerIdle()
    this.connectMore()
  }

  /** To those who wait and may have one now. */
  offerIdle(): void {
    if (this.#isEnding) return
    const { callers, clock } = this.#setup
    const now = clock.now()
    while (this.slots.idle > 0 && callers.demand().waiting > 0) {
      const slot = this.takeIdle(now)
      if (slot === undefined || callers.offer(slot)) continue
      this.slots.putIdle(slot)
      return
    }
  }

  /** Opens the target and keeps it open from now on. */
  fill(): Promise<void> {
    if (this.#isEnding) return Promise.reject(new PoolEndedError())
    this.#isKept = true
    const filled = this.#filling.wait()
    this.connectMore()
    this.#checkFilled()
    return filled
  }

  /** Hands out none of these any more; `isNow`: takes them from their callers too. Answers how many. */
  evict(reason: Error, isNow: boolean): number {
    this.#connector.outdate()
    const all = [...this.slots.all()]
    for (const slot of all) {
      slot.isCondemned = true
      if (isNow || !slot.isHeld) this.drop(slot, 'evicted', reason)
    }
    return all.length
  }

  drop(slot: Slot, reason: DisconnectReason, error?: Error): void {
    const wasHeld = slot.isHeld
    if (!this.slots.remove(slot)) return
    const { observe, tally, meter, clock } = this.#setup
    if (reason === 'unclean' || reason === 'dead') slot.member.destroy()
    else if (reason === 'evicted' && wasHeld) slot.member.destroy(error)
    else if (reason !== 'broken') this.#close(slot.member)
    tally.closed[reason]++
    meter.changed(clock.now(), this.slots.busy, this.slots.size)
    observe({ kind: 'pool.disconnected', processId: slot.member.processId, reason, error })
    if (wasHeld) this.offerIdle()
    this.connectMore()
    this.#checkDrained()
  }

  /** Closes what is past its time, tries what has been silent for long. */
  reap(): void {
    const { clock, rules } = this.#setup
    const now = clock.now()
    const idle = this.slots.idleSlots()
    let mayTry = Math.ceil(idle.length / 2)
    for (const slot of idle) {
      if (now >= slot.expiresAt) this.drop(slot, 'old')
      else if (!this.#isKept && now - slot.freeSince >= rules.idleTimeoutMs) this.drop(slot, 'idle')
      else if (mayTry > 0 && now - slot.provenAt >= rules.keepaliveMs) {
        mayTry--
        this.slots.withdraw(slot)
        void this.#try(slot)
      }
    }
  }

  /** Closes the free ones, waits until the others are given back, and cuts off those that are not. Answers how many. */
  async end(deadlineMs: number): Promise<number> {
    this.#isEnding = true
    this.#connector.stop()
    this.#filling.failed(new PoolEndedError())
    for (const slot of this.slots.idleSlots()) this.drop(slot, 'ended')
    if (!this.isEmpty) await this.#draining.wait(this.#setup.clock, deadlineMs)
    const cut = [...this.slots.all()]
    for (const slot of cut) this.drop(slot, 'ended')
    await Promise.all(this.#closing)
    return cut.length
  }

  #findCeiling(now: number): void {
    this.#ceiling = Math.min(this.limit, this.#pace.ceiling(now))
  }

  #welcome(member: Member, durationMs: number, isOutdated: boolean): void {
    const { observe, clock, random, rules, tally, meter } = this.#setup
    const { processId } = member
    observe({ kind: 'pool.connected', processId, durationMs })
    const now = clock.now()
    const slot = new Slot(member, now + rules.lifetimeMs * (1 - 0.1 * random()))
    slot.isCondemned = isOutdated
    slot.freeSince = now
    tally.opened++
    this.slots.add(slot)
    this.#failedInARow = 0
    this.#findCeiling(now)
    meter.changed(now, this.slots.busy, this.slots.size)
    member.onLost(error => this.drop(slot, 'broken', error))
    this.#hand(slot, now)
    this.#checkFilled()
  }

  /** Others may still serve those who wait. When there are none, nobody will, and waiting longer is no use. */
  #connectFailed(error: unknown): void {
    if (this.#isEnding) return this.#checkDrained() // We gave it up ourselves.
    const reported = new ConnectionError('PGRST000', error)
    const { observe, tally, callers } = this.#setup
    tally.failed++
    observe({ kind: 'pool.connect-failed', error: reported, inARow: ++this.#failedInARow })
    this.settle(this.#aim)
    if (this.isEmpty) callers.giveUp(reported)
    this.#fillFailed(reported)
  }

  async #clean(slot: Slot, now: number): Promise<void> {
    const isClean = await slot.member.clean(slot.leavesNoTrace, now + CLEANING_MAX_MS)
    this.#handOrDrop(slot, isClean, 'unclean')
  }

  async #try(slot: Slot): Promise<void> {
    const { clock } = this.#setup
    const isAlive = await slot.member.isAlive(clock.now() + PING_MAX_MS)
    this.#handOrDrop(slot, isAlive, 'dead')
  }

  #handOrDrop(slot: Slot, isFit: boolean, reason: DisconnectReason): void {
    if (isFit) this.#hand(slot, this.#setup.clock.now())
    else this.drop(slot, reason)
  }

  /** To whoever may have it, or to the idle ones. */
  #hand(slot: Slot, now: number): void {
    if (!this.slots.has(slot)) return
    const reason = this.#reasonToClose(slot, now)
    if (reason !== undefined) return this.drop(slot, reason)
    slot.provenAt = now
    if (this.#setup.callers.offer(slot)) return
    this.slots.putIdle(slot)
    this.#setup.meter.changed(now, this.slots.busy, this.slots.size)
  }

  #reasonToClose(slot: Slot, now: number): DisconnectReason | undefined {
    if (this.#isEnding) return 'ended'
    if (slot.isCondemned) return 'evicted'
    if (now >= slot.expiresAt) return 'old'
    return this.slots.size > this.target && this.#isSurplus() ? 'surplus' : undefined
  }

  /** One that was opened for `admin` beyond the target is handed over first. */
  #isSurplus(): boolean {
    const waitingAdmin = this.#setup.callers.waitingAdmin()
    return this.slots.size > Math.min(this.target + waitingAdmin, this.#ceiling)
  }

  #close(member: Member): void {
    const closing = member.end().finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
  }

  #checkFilled(): void {
    if (this.slots.size >= Math.min(this.#setup.rules.sizeMin, this.target)) this.#filling.done()
  }

  /** Some are open: the rest is opened when it can be. */
  #fillFailed(error: Error): void {
    if (this.connecting > 0) return
    if (this.slots.size > 0) this.#filling.done()
    else this.#filling.failed(error)
  }

  #checkDrained(): void {
    if (this.#isEnding && this.isEmpty) this.#draining.done()
  }
}
