import type { Clock, Observer } from '../../../base/index.ts'
import {
  createReader,
  createTableSource,
  type JournalEvent,
  type Queryable,
  type Reader,
  type ReaderEvent,
} from '../../../capabilities/events/index.ts'
import { type FollowedSource, followedSource } from './followed-source.ts'
import type { FollowerRules } from './follower-options.ts'
import { Hearing } from './hearing.ts'
import { ReadingAhead } from './reading-ahead.ts'

export interface FollowerRunSetup {
  readonly database: Queryable
  readonly rules: FollowerRules
  readonly clock: Clock
  readonly random: (() => number) | undefined
  readonly observe: Observer<ReaderEvent> | undefined
  readonly onEvents: (events: readonly JournalEvent[]) => void
  readonly onFlush: (tag?: string, upTo?: bigint) => void
  /** Events are missing. */
  readonly onGap: () => void
  /** Other tables may be journaled now, or those of the first look. Nothing is delivered before that has been heeded. */
  readonly onGeneration: () => Promise<void>
  readonly onFailure: (error: unknown) => void
}

/** Longest pause after a failure, in milliseconds: the journal is looked for again soon. */
const BACKOFF_MS_MAX = 1_000

/** One time of following, from the head of one journal on. What comes after its end is of no interest any more. */
export class FollowerRun {
  readonly hearing: Hearing
  readonly #setup: FollowerRunSetup
  readonly #reader: Reader
  #isOver = false

  constructor(setup: FollowerRunSetup) {
    const { rules, clock, random, observe } = setup
    this.#setup = setup
    this.hearing = new Hearing(clock, rules.followLagMsMax)
    const source = this.#source()
    this.#reader = createReader({
      ...{ name: 'cache', from: 'head', clock, backoffMsMax: BACKOFF_MS_MAX },
      ...{ sweepMs: rules.sweepMs, ...(random && { random }), ...(observe && { observe }) },
      source,
      onEvents: events => {
        if (this.#isOver) return
        setup.onEvents(events)
        const last = events.at(-1)
        if (last !== undefined) source.delivered(last.cursor)
      },
      onGap: () => this.#gap(),
    })
    this.#reader.start()
  }

  get horizon(): bigint {
    return this.hearing.hasBegun ? this.#reader.horizon : 0n
  }

  wake(): void {
    this.#reader.wake()
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#reader.stop()
  }

  #source(): FollowedSource {
    const { database, clock, onEvents, onFlush, onGeneration, onFailure } = this.#setup
    const { hearing } = this
    const told = { onEvents, onFlush: () => onFlush() }
    const ahead = new ReadingAhead({ database, hearing, clock, ...told })
    return followedSource({
      source: createTableSource({ database, clock, tellsGeneration: true }),
      ...{ hearing, clock },
      // What had ended before will not be told: what is kept has to contain it.
      onBegin: first => {
        if (!this.#isOver) onFlush(undefined, first - 1n)
      },
      onGeneration: async () => {
        if (!this.#isOver) await onGeneration()
      },
      onEnd: async horizon => {
        if (!this.#isOver) await ahead.look(horizon)
      },
      onFailure: error => {
        if (!this.#isOver) onFailure(error)
      },
    })
  }

  /** Behind it nothing is known of what was kept, and nothing of the past is needed. */
  #gap(): 'head' {
    if (this.#isOver) return 'head'
    this.#setup.onGap()
    this.#setup.onFlush()
    return 'head'
  }
}
