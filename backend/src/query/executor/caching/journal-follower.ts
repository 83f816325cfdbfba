import { randomUUID } from 'node:crypto'
import { type Clock, option, systemClock } from '../../../base/index.ts'
import { lookAtJournal, type Queryable, timed } from '../../../capabilities/events/index.ts'
import { tagOf } from '../../cacheability/index.ts'
import { CommitHints } from './commit-hints.ts'
import { FOLLOWER_CHECKS, FOLLOWER_DEFAULTS, type FollowerRules } from './follower-options.ts'
import { accessReason, failureReason, NO_DATABASE, silenceReason } from './follower-reasons.ts'
import { FollowerRun } from './follower-run.ts'
import type { DrivenFollower, JournalFollowerSetup } from './follower-setup.ts'
import { Looks } from './looks.ts'
import { TableWatch } from './table-watch.ts'
import { Told } from './told.ts'
import type { FollowerState, FollowerStatus, OwnChanges } from './types.ts'

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
  readonly #looks: Looks
  readonly #told: Told
  readonly #hints: CommitHints | undefined
  #phase: 'stopped' | 'absent' | 'starting' | 'following' = 'stopped'
  #reason: string | undefined
  #run: FollowerRun | undefined
  /** Whoever waits for the outcome of the first look. */
  #settle: () => void = ignore
  #gaps = 0

  constructor(setup: JournalFollowerSetup) {
    const { options = {}, redis, clock = systemClock, channel = 'journal' } = setup
    this.#rules = option.settled('journal', options, FOLLOWER_CHECKS, FOLLOWER_DEFAULTS)
    this.#setup = setup
    this.#clock = clock
    this.#tables = new TableWatch(clock)
    this.#looks = new Looks(clock, this.#rules.tablesEveryMs, () => this.#look())
    this.#told = new Told(setup)
    const hints = { channel, node: randomUUID(), clock, onHint: () => this.#run?.wake() }
    this.#hints = redis && new CommitHints({ ...hints, redis })
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

  own(changes: OwnChanges): void {
    if (changes.events?.length === 0) return
    if (this.#hints !== undefined) {
      this.#hints.tell()
      this.#run?.wake() // Tokens of this write will be asked for here as well.
    }
    this.#told.own(changes)
  }

  async start(): Promise<void> {
    if (this.#phase !== 'stopped') return
    if (this.#setup.database === undefined) return this.#becomeAbsent(NO_DATABASE)
    this.#phase = 'starting'
    this.#hints?.start()
    const settled = new Promise<void>(resolve => (this.#settle = resolve))
    await this.#looks.now()
    await settled
    if (!this.#isStopped()) this.#looks.begin()
  }

  async stop(): Promise<void> {
    this.#phase = 'stopped'
    this.#reason = undefined
    const looked = this.#looks.end()
    this.#settle()
    await Promise.all([this.#end(), this.#hints?.stop(), looked])
  }

  catalogChanged(): void {
    this.#tables.doubt()
    if (this.#phase === 'following') void this.#looks.now()
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
      ...this.#told.counts,
      gaps: this.#gaps,
    }
  }

  #whyNot(): string | undefined {
    const hearing = this.#run?.hearing
    const isSilent = this.state === 'failing' || hearing?.error !== undefined
    return hearing !== undefined && isSilent ? silenceReason(hearing) : this.#reason
  }

  /** Never rejects. */
  async #look(): Promise<void> {
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
      onEvents: events => this.#told.events(events),
      onGap: () => {
        this.#gaps += 1
        this.#tables.doubt()
      },
      onGeneration: async () => {
        this.#tables.doubt()
        await this.#looks.inTurn(() => this.#readTables(database, undefined, run))
        if (run === this.#run) this.#follows()
      },
      onFailure: error => {
        this.#settle()
        if (isOfAccess(error)) void this.#looks.now()
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
