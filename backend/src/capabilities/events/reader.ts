import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { type Clock, ignoreEvents, type Observer, option, systemClock } from '../../base/index.ts'
import type { CheckpointStore } from './checkpoint.ts'
import { BEGINNING, formatCursor } from './cursor.ts'
import { Alarm } from './reader-alarm.ts'
import type { JournalGapError } from './reader-errors.ts'
import type { ReaderEvent } from './reader-events.ts'
import { Failures } from './reader-failures.ts'
import { Keeper } from './reader-keeper.ts'
import {
  READER_CHECKS,
  READER_DEFAULTS,
  type ReaderOptions,
  type ReaderRules,
} from './reader-options.ts'
import { type AfterGap, Turns } from './reader-turns.ts'
import type { Cursor, JournalEvent, JournalSource, Placed, Stall } from './types.ts'

export interface ReaderSetup<Event extends Placed = JournalEvent> extends ReaderOptions {
  readonly source: JournalSource<Event>
  /** Where to begin; what a checkpoint says comes first. `BEGINNING`: with the oldest event that is there. */
  readonly from: Cursor | 'head'
  /**
   * Takes events in order, one batch at a time. When it rejects or throws, the batch comes again after a pause, perhaps with more
   * behind it; so does the last one after a crash. Who counts has to know events by their cursors.
   */
  readonly onEvents: (events: readonly Event[]) => void | Promise<void>
  /** Events are missing. Says where to go on; default: at the oldest. It is asked again when it fails. */
  readonly onGap?: (gap: JournalGapError) => AfterGap | undefined | Promise<AfterGap | undefined>
  /** Keeps the place under a name. Of several readers with one name, in whatever processes, one reads. */
  readonly checkpoint?: { readonly name: string; readonly store: CheckpointStore }
  /** What its events call it. Default: the name of the checkpoint, or `journal`. */
  readonly name?: string
  /** Who this is, among those who may read under the name. Default: host, process and a random text. */
  readonly holder?: string
  readonly clock?: Clock
  /** From 0 to 1. Default `Math.random`. */
  readonly random?: () => number
  readonly observe?: Observer<ReaderEvent>
}

export interface Reader {
  /** Everything up to it has been delivered. Undefined until it has begun. */
  readonly cursor: Cursor | undefined
  /**
   * All events that it was to deliver of transactions below this one have been delivered; 0 while that is not known: before the first
   * reading, behind a gap, and with a source that does not tell.
   */
  readonly horizon: bigint
  /** Begins, or goes on where it was stopped. Does nothing while it runs. */
  start(): void
  /** There may be something new. Costs next to nothing. */
  wake(): void
  status(): ReaderStatus
  /** Resolves when the batch that is being delivered has ended and the place is kept. */
  stop(): Promise<void>
}

export interface ReaderStatus {
  readonly name: string
  /** `waiting`: for its name, which another process has. */
  readonly state: 'stopped' | 'waiting' | 'failing' | 'reading'
  /** As text. */
  readonly cursor: string | undefined
  /** As text: see `Reader`. */
  readonly horizon: string
  /** Everything that could be read at the last look has been delivered, and nothing was in the way of more. */
  readonly isCaughtUp: boolean
  /** The age of the oldest event that is not delivered, as far as is known; while it fails, of the last look. */
  readonly lagMs: number
  /** Events behind a stall, when they were last counted. */
  readonly lagEvents: number
  readonly stall: Stall | undefined
  readonly deliveredEvents: number
  readonly deliveredBatches: number
  /** Of the last failure, while it lasts. */
  readonly error: unknown
}

/**
 * A reader of a journal: at least once, in order, one batch at a time. Throws ST001 and ST003 for wrong options; whatever happens
 * later is told and tried again.
 */
export function createReader<Event extends Placed = JournalEvent>(
  setup: ReaderSetup<Event>,
): Reader {
  return new JournalReader(setup)
}

class JournalReader<Event extends Placed> implements Reader {
  readonly #name: string
  readonly #clock: Clock
  readonly #source: JournalSource<Event>
  readonly #keeper: Keeper | undefined
  readonly #turns: Turns<Event>
  #alarm: Alarm | undefined
  #ended: Promise<void> = Promise.resolve()

  constructor(setup: ReaderSetup<Event>) {
    const { source, from, onEvents, onGap = () => undefined, checkpoint, name, holder } = setup
    const { clock = systemClock, random = Math.random, observe = ignoreEvents } = setup
    const rules = rulesOf(setup)
    this.#name = name ?? checkpoint?.name ?? 'journal'
    this.#clock = clock
    this.#source = source
    const told = { reader: this.#name, rules, clock, random, observe }
    this.#keeper = checkpoint && this.#keeperOf(checkpoint, holder ?? someHolder(), told)
    this.#turns = new Turns({ ...told, source, from, onEvents, onGap, keeper: this.#keeper })
  }

  get cursor(): Cursor | undefined {
    return this.#turns.cursor
  }

  get horizon(): bigint {
    return this.#turns.horizon
  }

  start(): void {
    if (this.#alarm !== undefined) return
    const alarm = new Alarm(this.#clock)
    this.#alarm = alarm
    const ended = this.#ended // Of the run before.
    this.#ended = ended.then(() => this.#run(alarm))
  }

  wake(): void {
    this.#alarm?.wake()
  }

  async stop(): Promise<void> {
    this.#alarm?.stop()
    this.#alarm = undefined
    await this.#ended
  }

  status(): ReaderStatus {
    const { lag, cursor, deliveredEvents, deliveredBatches, error } = this.#turns
    const state = this.#state()
    return {
      name: this.#name,
      state,
      cursor: cursor && formatCursor(cursor),
      horizon: String(this.horizon),
      isCaughtUp: lag.isCaughtUp,
      lagMs: state === 'waiting' ? 0 : lag.ms(),
      lagEvents: lag.events,
      stall: lag.stall,
      deliveredEvents,
      deliveredBatches,
      error,
    }
  }

  #state(): ReaderStatus['state'] {
    if (this.#alarm === undefined) return 'stopped'
    if (this.#turns.isFailing) return 'failing'
    return this.#turns.isWaiting ? 'waiting' : 'reading'
  }

  async #run(alarm: Alarm): Promise<void> {
    const unwatch = this.#source.watch?.(() => alarm.wake())
    while (!alarm.isStopped) {
      const { leastMs, mostMs } = await this.#turns.turn(alarm.heard(), () => alarm.isStopped)
      if (mostMs > 0) await alarm.sleep(leastMs, mostMs)
    }
    unwatch?.()
    await this.#keeper?.release()
  }

  #keeperOf(
    { name, store }: { readonly name: string; readonly store: CheckpointStore },
    holder: string,
    told: ConstructorParameters<typeof Failures>[0] & { readonly rules: ReaderRules },
  ): Keeper {
    const failures = new Failures(told)
    return new Keeper({
      ...{ store, name, holder, rules: told.rules, clock: told.clock },
      onSaved: () => failures.succeeded(),
      onFailed: error => void failures.failed('checkpoint', error),
      onLost: () => {
        const cursor = formatCursor(this.cursor ?? BEGINNING)
        told.observe({ kind: 'journal.reader-lost', reader: this.#name, cursor })
      },
    })
  }
}

/** Checked, without what is no option. */
function rulesOf<Event extends Placed>(setup: ReaderSetup<Event>): ReaderRules {
  const {
    source,
    from,
    onEvents,
    onGap,
    checkpoint,
    name,
    holder,
    clock,
    random,
    observe,
    ...options
  } = setup
  return option.settled('reader', options, READER_CHECKS, READER_DEFAULTS)
}

function someHolder(): string {
  return `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`
}
