import { randomUUID } from 'node:crypto'
import { type Clock, type Observer, option, systemClock } from '../../../base/index.ts'
import {
  type JournalEvent,
  lookAtJournal,
  type Queryable,
  type ReaderEvent,
  timed,
} from '../../../capabilities/events/index.ts'
import { tagOf } from '../../cacheability/index.ts'
import { CommitHints, type HintRedis } from './commit-hints.ts'
import type { FollowerEvent } from './follower-events.ts'
import {
  FOLLOWER_CHECKS,
  FOLLOWER_DEFAULTS,
  type FollowerOptions,
  type FollowerRules,
} from './follower-options.ts'
import { accessReason, failureReason, NO_DATABASE, silenceReason } from './follower-reasons.ts'
import { FollowerRun } from './follower-run.ts'
import { TableWatch } from './table-watch.ts'
import type { FollowerState, FollowerStatus, JournalFollower, OwnChanges } from './types.ts'

export interface JournalFollowerSetup {
  readonly options?: FollowerOptions
  /** The primary, as the role that logs in. A pool: questions that hang are given up. Undefined: there is no database to follow. */
  readonly database: Queryable | undefined
  /** Changes, in order; again now and then. Must not throw. */
  readonly onEvents: (events: readonly JournalEvent[]) => void
  /** What was kept may be old: all of it, or under this tag; with `upTo` but for what has all transactions up to there. */
  readonly onFlush: (tag?: string, upTo?: bigint) => void
  /** Where processes tell each other that they have committed something. Undefined: they find out by themselves. */
  readonly redis?: HintRedis | undefined
  /** Of the hints: all processes that serve this database have the same. Default `journal`. */
  readonly channel?: string
  /** The role that logs in, for hints to people. */
  readonly login?: string | undefined
  readonly clock?: Clock
  /** From 0 to 1. */
  readonly random?: () => number
  readonly observe?: Observer<FollowerEvent | ReaderEvent>
}

/** The follower, and what it has to hear of the rest of the server. */
export interface DrivenFollower extends JournalFollower {
  /** Another catalog: nothing is taken for journaled until it has been looked at again. */
  catalogChanged(): void
  /** Another server is the primary: its journal may lack what was told last, so all is old and it begins anew. */
  primaryChanged(): void
}

/** Longest wait for an answer, in milliseconds. */
const TIMEOUT_MS = 5_000

/**
 * Follows the journal for the cache, from now on: changes are told as they come, and it is known of which tables they do. Nothing
 * rejects; while there is no journal it looks for one. Throws ST001 and ST003 for wrong options.
 */
export function createJournalFollower(setup: JournalFollowerSetup): DrivenFollower {
  return new Follower(setup)
}

class Follower implements DrivenFollower {
  readonly #setup: JournalFollowerSetup
  readonly #rules: FollowerRules
  readonly #clock: Clock
  readonly #tables: TableWatch
  readonly #hints: CommitHints | undefined
  #phase: 'stopped' | 'absent' | 'starting' | 'following' = 'stopped'
  #reason: string | undefined
  #run: FollowerRun | undefined
  #cancelLook: () => void = ignore
  #looking: Promise<void> = Promise.resolve()
  /** Whoever waits for the outcome of the first look. */
  #settle: () => void = ignore
  readonly #counts = { events: 0, ownEvents: 0, gaps: 0 }

  constructor(setup: JournalFollowerSetup) {
    const { options = {}, redis, clock = systemClock, channel = 'journal' } = setup
    this.#rules = option.settled('journal', options, FOLLOWER_CHECKS, FOLLOWER_DEFAULTS)
    this.#setup = setup
    this.#clock = clock
    this.#tables = new TableWatch(clock)
    const told = { channel, node: randomUUID(), clock, onHint: () => this.#run?.wake() }
    this.#hints = redis && new CommitHints({ ...told, redis })
  }

  get state(): FollowerState {
    if (this.#phase !== 'following') return this.#phase
    return this.#isCurrent() ? 'following' : 'failing'
  }

  isJournaled(relation: number): boolean {
    return this.#phase === 'following' && this.#tables.has(relation) && this.#isCurrent()
  }

  get horizon(): bigint {
    return this.#phase === 'following' && this.#run !== undefined ? this.#run.horizon : 0n
  }

  get wantsOwnChanges(): boolean {
    return this.#phase === 'following' || this.#phase === 'starting'
  }

  own({ xid, events }: OwnChanges): void {
    if (events?.length === 0) return
    if (this.#hints !== undefined) {
      this.#hints.tell()
      this.#run?.wake() // Tokens of this write will be asked for here as well.
    }
    if (events === undefined) return this.#setup.onFlush(undefined, xid)
    this.#counts.ownEvents += events.length
    try {
      this.#tell(events)
    } catch {
      this.#setup.onFlush(undefined, xid) // It is committed, and must not fail any more.
    }
  }

  async start(): Promise<void> {
    if (this.#phase !== 'stopped') return
    if (this.#setup.database === undefined) return this.#becomeAbsent(NO_DATABASE)
    this.#phase = 'starting'
    this.#hints?.start()
    const settled = new Promise<void>(resolve => (this.#settle = resolve))
    await this.#look()
    await settled
    this.#lookLater()
  }

  async stop(): Promise<void> {
    this.#phase = 'stopped'
    this.#reason = undefined
    this.#cancelLook()
    this.#settle()
    await Promise.all([this.#end(), this.#hints?.stop(), this.#looking])
  }

  catalogChanged(): void {
    this.#tables.doubt()
    if (this.#phase === 'following') void this.#look()
  }

  primaryChanged(): void {
    const { database, onFlush } = this.#setup
    onFlush()
    if (this.#run === undefined || database === undefined) return
    void this.#end()
    this.#begin(database)
  }

  status(): FollowerStatus {
    const { hearing } = this.#run ?? {}
    const { stall } = hearing ?? {}
    return {
      state: this.state,
      reason: this.#whyNot(),
      journaled: this.#tables.all(),
      horizon: String(this.horizon),
      lagMs: Math.round(hearing?.lagMs(this.#clock.now()) ?? 0),
      stall: stall && { processId: stall.processId, forMs: stall.forMs },
      ...this.#counts,
    }
  }

  #whyNot(): string | undefined {
    const hearing = this.#run?.hearing
    const isSilent = this.state === 'failing' || hearing?.error !== undefined
    return hearing !== undefined && isSilent ? silenceReason(hearing) : this.#reason
  }

  /** Never rejects. */
  #look(): Promise<void> {
    return this.#inTurn(() => this.#lookNow())
  }

  /** One after the other, so that what is read last is newest; and each begins after it was called for. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#looking.then(work)
    this.#looking = done.catch(ignore)
    return done
  }

  #lookLater(): void {
    this.#cancelLook()
    if (this.#isStopped()) return
    this.#cancelLook = this.#clock.after(this.#rules.tablesEveryMs, () => {
      void this.#look().then(() => this.#lookLater())
    })
  }

  async #lookNow(): Promise<void> {
    const { database, login } = this.#setup
    if (database === undefined || this.#isStopped()) return
    try {
      const askedAt = this.#clock.now()
      const look = await timed(this.#clock, TIMEOUT_MS, () => lookAtJournal(database))
      const { access, committed } = look
      if (this.#isStopped()) return
      if (access !== 'ready') this.#becomeAbsent(accessReason(access, login))
      else if (this.#run === undefined) this.#begin(database)
      else if (!this.#tables.isSame(committed, askedAt)) await this.#readTables(database, committed)
    } catch (error) {
      this.#failed(error)
    }
  }

  /** While a run begins, nothing is kept before it has come to its own first reading of them. */
  async #readTables(
    database: Queryable,
    committed: string | undefined,
    run = this.#run,
  ): Promise<void> {
    const ask = () => this.#tables.ask(database, committed)
    const reading = await timed(this.#clock, TIMEOUT_MS, ask)
    if (run === undefined || run !== this.#run) return
    const others = this.#tables.take(reading)
    if (this.#phase === 'following') others.forEach(relation => this.#tableChanged(relation))
  }

  #tableChanged(relation: number): void {
    const { onFlush, observe } = this.#setup
    onFlush(tagOf(relation))
    const isJournaled = this.#tables.has(relation)
    observe?.({ kind: 'caching.table-changed', relation, isJournaled })
  }

  #begin(database: Queryable): void {
    const { random, observe, onFlush } = this.#setup
    this.#phase = 'starting'
    this.#reason = undefined
    this.#tables.doubt()
    const run = new FollowerRun({
      ...{ database, rules: this.#rules, clock: this.#clock, random, observe, onFlush },
      onEvents: events => this.#tell(events),
      onGap: () => {
        this.#counts.gaps += 1
        this.#tables.doubt()
      },
      onGeneration: async () => {
        this.#tables.doubt()
        await this.#inTurn(() => this.#readTables(database, undefined, run))
        if (run === this.#run) this.#follows()
      },
      onFailure: error => {
        this.#settle()
        if (isOfAccess(error)) void this.#look()
      },
    })
    this.#run = run
  }

  #follows(): void {
    this.#settle()
    if (this.#phase !== 'starting') return
    this.#phase = 'following'
    this.#setup.observe?.({ kind: 'caching.follows', tables: this.#tables.all().length })
  }

  #becomeAbsent(reason: string): void {
    const wasFollowing = this.#phase === 'following'
    const isNews = this.#phase !== 'absent' || this.#reason !== reason
    this.#phase = 'absent'
    this.#reason = reason
    this.#tables.forget()
    void this.#end()
    this.#settle()
    if (wasFollowing) this.#setup.onFlush()
    if (isNews) this.#setup.observe?.({ kind: 'caching.follows-not', reason })
  }

  /** Nothing is known anew; what is known is good as long as the journal is heard. */
  #failed(error: unknown): void {
    this.#settle()
    if (this.#run === undefined) this.#reason = failureReason('The database cannot be asked', error)
  }

  async #end(): Promise<void> {
    const run = this.#run
    this.#run = undefined
    await run?.stop()
  }

  #tell(events: readonly JournalEvent[]): void {
    this.#counts.events += events.length
    this.#setup.onEvents(events)
  }

  #isCurrent(): boolean {
    const now = this.#clock.now()
    const { tablesEveryMs, followLagMsMax } = this.#rules
    const isKnown = this.#tables.ageMs(now) <= tablesEveryMs + followLagMsMax
    return isKnown && this.#run?.hearing.isCurrent(now) === true
  }

  #isStopped(): boolean {
    return this.#phase === 'stopped'
  }
}

/** No journal any more (ST622), or no right to it. */
function isOfAccess(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ST622' || code === '42501'
}

function ignore(): void {}
