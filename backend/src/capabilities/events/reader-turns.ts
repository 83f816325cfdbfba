import type { Clock, Observer } from '../../base/index.ts'
import { BEGINNING, formatCursor } from './cursor.ts'
import { JournalGapError } from './reader-errors.ts'
import type { ReaderEvent, ReaderPart } from './reader-events.ts'
import { Failures } from './reader-failures.ts'
import type { Keeper } from './reader-keeper.ts'
import { Lag } from './reader-lag.ts'
import type { ReaderRules } from './reader-options.ts'
import { NO_SLEEP, Pace, type Sleep } from './reader-pace.ts'
import { StallCheck } from './reader-stalls.ts'
import { timed } from './reader-timed.ts'
import type { Cursor, JournalSource, Placed } from './types.ts'

/** Where a reader goes on behind a gap: at the oldest event that is there, at the end, or as if nothing had been. */
export type AfterGap = 'oldest' | 'head' | 'here'

export interface TurnsSetup<Event extends Placed> {
  readonly reader: string
  readonly source: JournalSource<Event>
  readonly from: Cursor | 'head'
  readonly onEvents: (events: readonly Event[]) => void | Promise<void>
  readonly onGap: (gap: JournalGapError) => AfterGap | undefined | Promise<AfterGap | undefined>
  readonly keeper: Keeper | undefined
  readonly rules: ReaderRules
  readonly clock: Clock
  readonly random: () => number
  readonly observe: Observer<ReaderEvent>
}

/** Behind for less than this is not worth telling when it is over. */
const BEHIND_TOLD_MS = 1_000

/** What a reader does, step by step: each turn claims, reads and delivers what is due, and says how long to sleep. */
export class Turns<Event extends Placed> {
  readonly #setup: TurnsSetup<Event>
  readonly #failures: Failures
  readonly #pace: Pace
  readonly #stalls: StallCheck
  readonly lag: Lag
  /** Everything up to it has been delivered. */
  cursor: Cursor | undefined
  /** And everything of transactions below this one. */
  horizon = 0n
  deliveredEvents = 0
  deliveredBatches = 0
  #gap: JournalGapError | undefined
  /** It has gone on behind a gap and not read anything yet: another one now is no reason to hurry. */
  #isBehindGap = false
  #part: ReaderPart = 'source'
  #holder: string | undefined
  #behindSince: number | undefined
  #hasCaughtUp = false

  constructor(setup: TurnsSetup<Event>) {
    const { reader, source, rules, clock, random, observe } = setup
    this.#setup = setup
    this.#failures = new Failures({ reader, rules, clock, random, observe })
    this.#pace = new Pace(rules, random)
    this.lag = new Lag(clock)
    const asked = {
      stall: () => this.#timed(() => source.stall()),
      waiting: (after: Cursor) => this.#timed(async () => source.waiting?.(after)),
    }
    this.#stalls = new StallCheck({ reader, source: asked, rules, clock, lag: this.lag, observe })
  }

  get error(): unknown {
    return this.#failures.error
  }

  get isFailing(): boolean {
    return this.#failures.isFailing
  }

  /** For its name, which another has. */
  get isWaiting(): boolean {
    return this.#holder !== undefined
  }

  /** One turn; `wasWoken`: something may be on its way. `isStopped`: nothing more is delivered. */
  async turn(wasWoken: boolean, isStopped: () => boolean): Promise<Sleep> {
    this.#behindSince ??= this.#setup.clock.now()
    if (wasWoken) this.#pace.hurry()
    try {
      const sleep = await this.#steps(isStopped)
      this.#failures.succeeded()
      if (this.lag.isCaughtUp) this.#caughtUp()
      return sleep
    } catch (error) {
      return this.#failed(error)
    }
  }

  #failed(error: unknown): Sleep {
    this.lag.failed()
    if (error instanceof JournalGapError && this.#part === 'source') {
      this.#found(error)
      if (!this.#isBehindGap) return NO_SLEEP
    }
    const pauseMs = this.#failures.failed(this.#part, error)
    return { leastMs: pauseMs, mostMs: pauseMs }
  }

  async #steps(isStopped: () => boolean): Promise<Sleep> {
    const refusedForMs = await this.#claim()
    if (refusedForMs !== undefined) return { leastMs: refusedForMs, mostMs: refusedForMs }
    if (this.#gap !== undefined) await this.#goOnBehind(this.#gap)
    const cursor = await this.#place()
    const { source, rules } = this.#setup
    const events = await this.#ask('source', () => source.read(cursor, rules.batchMax))
    this.#isBehindGap = false
    const { horizon } = source
    if (events.length === 0) {
      this.#told(horizon)
      return this.#nothing(cursor)
    }
    if (isStopped() || this.#setup.keeper?.isHeld === false) return NO_SLEEP
    await this.#deliver(events)
    this.#told(horizon)
    return this.#after(events)
  }

  async #place(): Promise<Cursor> {
    const { source, from } = this.#setup
    this.cursor ??= from === 'head' ? await this.#ask('source', () => source.head()) : from
    return this.cursor
  }

  /** For how many milliseconds not to ask again for the name; undefined when it is ours, or there is none. */
  async #claim(): Promise<number | undefined> {
    const { reader, source, keeper, rules, observe } = this.#setup
    if (keeper === undefined || keeper.isHeld) return undefined
    const journal = await this.#ask('source', async () => source.identity?.())
    const from = await this.#place()
    this.#part = 'checkpoint'
    const claim = await keeper.claim(from, journal)
    if (!claim.isHeld) {
      const { holder, freeInMs } = claim
      if (holder !== this.#holder) {
        observe({ kind: 'journal.reader-held', reader, holder, freeInMs })
      }
      this.#holder = holder
      return Math.min(freeInMs + rules.restMs, rules.leaseMs / 3)
    }
    this.#holder = undefined
    this.cursor = claim.cursor
    keeper.isFrom(journal)
    if (claim.journal !== undefined && journal !== undefined && claim.journal !== journal) {
      this.#found(new JournalGapError('replaced', claim.cursor))
    }
    return undefined
  }

  #found(gap: JournalGapError): void {
    const { reader, observe } = this.#setup
    this.#gap = gap
    this.horizon = 0n
    const { reason, cursor } = gap
    observe({ kind: 'journal.gap', reader, reason, cursor: formatCursor(cursor) })
  }

  async #goOnBehind(gap: JournalGapError): Promise<void> {
    const { source, onGap, keeper } = this.#setup
    this.#part = 'consumer'
    const where = (await onGap(gap)) ?? 'oldest'
    if (where === 'oldest' || gap.reason === 'removed') this.cursor = BEGINNING
    if (where === 'head') this.cursor = await this.#ask('source', () => source.head())
    keeper?.isFrom(await this.#ask('source', async () => source.identity?.()))
    this.#gap = undefined
    this.#isBehindGap = true
  }

  #told(horizon: bigint | undefined): void {
    if (horizon !== undefined && horizon > this.horizon) this.horizon = horizon
  }

  async #deliver(events: readonly Event[]): Promise<void> {
    const { onEvents, keeper } = this.#setup
    this.lag.delivering(events[0] as Event)
    this.#part = 'consumer'
    await onEvents(events)
    this.cursor = (events.at(-1) as Event).cursor
    this.deliveredEvents += events.length
    this.deliveredBatches += 1
    keeper?.moved(this.cursor)
  }

  #after(events: readonly Event[]): Sleep {
    const isFull = events.length >= this.#setup.rules.batchMax
    this.lag.delivered(events.at(-1) as Event, isFull)
    this.#pace.hurry()
    if (isFull) return NO_SLEEP
    return this.#pace.sleep()
  }

  async #nothing(cursor: Cursor): Promise<Sleep> {
    this.#part = 'source'
    await this.#stalls.check(cursor)
    this.lag.looked()
    return this.#pace.sleep()
  }

  #caughtUp(): void {
    const { reader, clock, observe } = this.#setup
    const afterMs = clock.now() - (this.#behindSince ?? clock.now())
    const isFirst = !this.#hasCaughtUp
    this.#hasCaughtUp = true
    this.#behindSince = undefined
    if (!isFirst && afterMs < BEHIND_TOLD_MS) return
    const cursor = formatCursor(this.cursor ?? BEGINNING)
    observe({ kind: 'journal.caught-up', reader, afterMs, cursor })
  }

  #ask<T>(part: ReaderPart, ask: () => Promise<T>): Promise<T> {
    this.#part = part
    return this.#timed(ask)
  }

  #timed<T>(ask: () => Promise<T>): Promise<T> {
    return timed(this.#setup.clock, this.#setup.rules.timeoutMs, ask)
  }
}
