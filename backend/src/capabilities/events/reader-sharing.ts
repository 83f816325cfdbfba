import { createReader, type ReaderSetup, type ReaderStatus } from './reader.ts'
import { JournalGapError } from './reader-errors.ts'
import { EventWindow, type WindowRules } from './reader-window.ts'
import type { Cursor, JournalEvent, JournalSource, Placed } from './types.ts'

export interface SharedReadingSetup<Event extends Placed = JournalEvent>
  extends Omit<
    ReaderSetup<Event>,
    'source' | 'from' | 'onEvents' | 'onGap' | 'checkpoint' | 'holder'
  > {
  /** Makes a source; once for the reading that is shared, and for each reader that falls behind it. */
  readonly open: () => JournalSource<Event>
  /** Events that are kept for readers that are a little slower. Default 2_000. */
  readonly eventsMax?: number
  /** And their bytes, roughly. Default 16_777_216. */
  readonly bytesMax?: number
}

export interface SharedReading<Event extends Placed = JournalEvent> {
  start(): void
  /** There may be something new, for all. */
  wake(): void
  /** Of the shared reading: where the database fails, here it is to be seen. */
  status(): ReaderStatus
  /** A source for one reader more. It costs no question of its own as long as that reader keeps up. */
  source(): JournalSource<Event>
  stop(): Promise<void>
}

/**
 * One reading of a journal for all readers of a process. The last events are kept in memory; each reader takes them at its own pace, with
 * its own cursor, pauses and failures. Who falls behind what is kept asks the database itself until it has caught up, so a slow
 * consumer holds up nobody.
 */
export function createSharedReading<Event extends Placed = JournalEvent>(
  setup: SharedReadingSetup<Event>,
): SharedReading<Event> {
  const { open, eventsMax = 2_000, bytesMax = 16_777_216, ...options } = setup
  const shared = new Shared<Event>({ eventsMax, bytesMax })
  const own = open()
  const reader = createReader<Event>({
    name: 'shared',
    ...options,
    source: beginning(own, shared),
    from: 'head',
    onEvents: events => shared.add(events),
    onGap(gap) {
      shared.gap(gap)
      return 'head'
    },
  })
  return {
    start: () => reader.start(),
    wake: () => reader.wake(),
    status: () => reader.status(),
    source: () => sourceOf(shared, own.kind, open, () => reader.status()),
    async stop() {
      await reader.stop()
      await own.close()
    },
  }
}

class Shared<Event extends Placed> {
  readonly window: EventWindow<Event>
  readonly listeners = new Set<() => void>()
  /** How many gaps there have been, and the last. */
  gaps = 0
  lastGap: JournalGapError | undefined

  constructor(rules: WindowRules) {
    this.window = new EventWindow(rules)
  }

  begin(head: Cursor): Cursor {
    this.window.begin(head)
    return head
  }

  add(events: readonly Event[]): void {
    this.window.add(events)
    this.#tell()
  }

  gap(gap: JournalGapError): void {
    this.gaps += 1
    this.lastGap = gap
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.listeners) listener()
  }
}

/** The same source; where it begins, the window does. */
function beginning<Event extends Placed>(
  own: JournalSource<Event>,
  shared: Shared<Event>,
): JournalSource<Event> {
  return {
    kind: own.kind,
    head: async () => shared.begin(await own.head()),
    read: (after, max) => own.read(after, max),
    get horizon() {
      return own.horizon
    },
    stall: () => own.stall(),
    waiting: async after => (await own.waiting?.(after)) ?? NOTHING,
    watch: listener => own.watch?.(listener) ?? (() => undefined),
    close: () => own.close(),
  }
}

const NOTHING = Object.freeze({ events: 0, oldestAt: undefined })

function sourceOf<Event extends Placed>(
  shared: Shared<Event>,
  kind: JournalSource<Event>['kind'],
  open: () => JournalSource<Event>,
  status: () => ReaderStatus,
): JournalSource<Event> {
  let direct: JournalSource<Event> | undefined
  let gaps = shared.gaps
  const ask = (): JournalSource<Event> => (direct ??= open())
  return {
    kind,
    head: async () => shared.window.end ?? ask().head(),
    async read(after, max) {
      if (shared.gaps > gaps) {
        gaps = shared.gaps
        throw new JournalGapError(shared.lastGap?.reason ?? 'replaced', after)
      }
      return shared.window.read(after, max) ?? ask().read(after, max)
    },
    stall: async () => status().stall,
    waiting: async after => (await ask().waiting?.(after)) ?? NOTHING,
    identity: async () => (await ask().identity?.()) ?? '',
    watch(listener) {
      shared.listeners.add(listener)
      return () => void shared.listeners.delete(listener)
    },
    close: async () => direct?.close(),
  }
}
