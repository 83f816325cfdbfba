import type { Clock } from '../../../base/index.ts'
import { compareCursors } from '../cursor.ts'
import { JournalGapError } from '../reader-errors.ts'
import { createStallWatch } from '../stall.ts'
import type { Cursor, JournalSource, Queryable } from '../types.ts'
import type { StreamEvent } from './event.ts'
import { readEnd, type StreamPage } from './read.ts'

export interface StreamSourceSetup {
  readonly database: Queryable
  readonly page: (after: Cursor, max: number) => Promise<StreamPage>
  readonly watch: (listener: () => void) => () => void
  readonly clock: Clock
}

/**
 * All events, or those of a filter, as a source for one reader. It remembers up to where nothing more was found: what a
 * narrow filter leaves out is looked through once, not again at each look. Rejects with ST623 where these are other events than
 * before: in a database that was restored, or after a failover.
 */
export function createStreamSource(setup: StreamSourceSetup): JournalSource<StreamEvent> {
  const { database, page, watch, clock } = setup
  const stalls = createStallWatch(clock)
  let empty: { readonly from: Cursor; readonly to: Cursor } | undefined
  let known: string | undefined

  const start = (after: Cursor) =>
    empty !== undefined && isBetween(after, empty.from, empty.to) ? empty.to : after

  function recognise(identity: string, after: Cursor): void {
    const before = known
    known = identity
    if (before === undefined || before === identity) return
    empty = undefined
    throw new JournalGapError(isSameTable(before, identity) ? 'timeline' : 'replaced', after)
  }

  return {
    kind: 'table',
    watch,
    async head() {
      return (await readEnd(database)).cursor
    },
    async identity() {
      known ??= (await readEnd(database)).identity
      return known
    },
    async read(after, max) {
      const { events, next, isEnd, identity } = await page(start(after), max)
      recognise(identity, after)
      if (isEnd) empty = { from: events.at(-1)?.cursor ?? after, to: next }
      return events
    },
    async stall() {
      const [row] = await database.query(STALL)
      return stalls.stallOf(row)
    },
    close: async () => undefined, // The database is its giver's.
  }
}

const STALL = 'select * from s_tier.stream_stall()'

function isBetween(cursor: Cursor, from: Cursor, to: Cursor): boolean {
  return compareCursors(from, cursor) <= 0 && compareCursors(cursor, to) < 0
}

/** The same server and table: `<system id>:<timeline>:<table>`. */
function isSameTable(one: string, other: string): boolean {
  const [system, , table] = one.split(':')
  const [otherSystem, , otherTable] = other.split(':')
  return system === otherSystem && table === otherTable
}
