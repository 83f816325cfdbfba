import type { Clock } from '../../../base/index.ts'
import {
  compareCursors,
  type Cursor,
  JournalGapError,
  type JournalSource,
} from '../../../capabilities/events/index.ts'
import type { Hearing } from './hearing.ts'

export interface FollowedSourceSetup {
  readonly source: JournalSource
  readonly hearing: Hearing
  readonly clock: Clock
  /** It reads from here on: everything of transactions from this one on will be told. */
  readonly onBegin: (first: bigint) => void
  /** Other tables may be journaled now. Waited for before anything is delivered that was read since. */
  readonly onGeneration: () => Promise<void>
  readonly onFailure: (error: unknown) => void
  /** There is nothing more that may be read in order, up to this transaction; undefined: there is. */
  readonly onEnd: (horizon: bigint | undefined) => Promise<void>
}

export interface FollowedSource extends JournalSource {
  /** Everything up to there has reached those who keep answers. */
  delivered(cursor: Cursor): void
}

/** The same source; what is seen of it on the way says how well the journal is heard. */
export function followedSource(setup: FollowedSourceSetup): FollowedSource {
  const { source, hearing, clock, onBegin, onGeneration, onFailure, onEnd } = setup
  let generation: string | undefined
  /** A look that came to the end, with what it found: heard when that has been delivered. */
  let found: Found | undefined
  /** Up to where there was nothing in the way, when something was last. */
  let heldAt: bigint | undefined

  async function watched<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (error) {
      if (error instanceof JournalGapError) {
        hearing.end()
        generation = undefined // It may be another journal.
      }
      hearing.failed(error)
      onFailure(error)
      throw error
    }
  }

  return {
    kind: source.kind,
    get horizon() {
      return source.horizon
    },
    head: () =>
      watched(async () => {
        const askedAt = clock.now()
        const head = await source.head()
        onBegin(head.xid)
        hearing.begin(askedAt)
        return head
      }),
    read: (after, max) =>
      watched(async () => {
        const askedAt = clock.now()
        const events = await source.read(after, max)
        if (generation !== source.generation) {
          await onGeneration()
          generation = source.generation
        }
        const last = events.at(-1)?.cursor
        if (last === undefined) {
          hearing.heard(askedAt)
          await onEnd(source.horizon)
        } else {
          const horizon = source.horizon ?? 0n
          found = horizon > last.xid ? { last, horizon, askedAt } : undefined
          await onEnd(undefined)
        }
        return events
      }),
    delivered(cursor) {
      if (found === undefined || compareCursors(found.last, cursor) > 0) return
      hearing.heard(found.askedAt)
      if (heldAt === undefined || found.horizon > heldAt) hearing.held(undefined)
      found = undefined
    },
    async stall() {
      const stall = await source.stall()
      heldAt = stall === undefined ? undefined : source.horizon
      hearing.held(stall)
      return stall
    },
    waiting: async after => (await source.waiting?.(after)) ?? NOTHING,
    identity: async () => (await source.identity?.()) ?? '',
    watch: listener => source.watch?.(listener) ?? (() => undefined),
    close: () => source.close(),
  }
}

interface Found {
  readonly last: Cursor
  readonly horizon: bigint
  readonly askedAt: number
}

const NOTHING = Object.freeze({ events: 0, oldestAt: undefined })
