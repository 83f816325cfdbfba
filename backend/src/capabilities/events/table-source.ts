import { Buffer } from 'node:buffer'
import { type Clock, systemClock } from '../../base/index.ts'
import { BEGINNING } from './cursor.ts'
import { JournalMissingError } from './errors.ts'
import { JournalGapError } from './reader-errors.ts'
import { numberOf, textOf } from './row-values.ts'
import { createStallWatch } from './stall.ts'
import { createEventReader } from './table-row.ts'
import type { Cursor, JournalSource, Queryable } from './types.ts'

export interface TableSourceSetup {
  /** A pool rather than one connection: a question that never comes back must not be in the way of the next. */
  readonly database: Queryable
  /** A page ends with the event that exceeds so many bytes of rows. Default 4_194_304. */
  readonly pageBytesMax?: number
  /** Events that `waiting` counts at most. Default 10_000. */
  readonly waitingMax?: number
  /** Tell `generation` too, which needs a journal of version 2. Default false. */
  readonly tellsGeneration?: boolean
  readonly clock?: Clock
}

type TableSource = Required<Omit<JournalSource, 'watch' | 'horizon' | 'generation'>> &
  Pick<JournalSource, 'horizon' | 'generation'>

/**
 * The journal as a table, written by triggers. A login needs no more than the functions that `s-tier journal enable --for` grants.
 *
 * What may be read is what nobody can add to any more: transactions below the `xmin` of the reading snapshot, in the order
 * (xid, position). Positions alone would lose whatever is committed after something that got a later position.
 *
 * A source belongs to one reader: that this is another journal than before is said once. Rejects with ST622 where there is no
 * journal, ST623 where events are gone, and with the errors of the database.
 */
export function createTableSource(setup: TableSourceSetup): TableSource {
  const { database, pageBytesMax = 4_194_304, waitingMax = 10_000, clock = systemClock } = setup
  const question = setup.tellsGeneration === true ? READ_WITH_GENERATION : READ
  const stalls = createStallWatch(clock)
  const events = createEventReader()
  let journal: string | undefined
  /** What was removed and has been said. */
  let told = BEGINNING
  let horizon: bigint | undefined
  let generation: string | undefined

  async function ask(text: string, ...values: readonly string[]) {
    try {
      return await database.query(text, values)
    } catch (error) {
      throw MISSING.has(codeOf(error)) ? new JournalMissingError() : error
    }
  }

  async function place() {
    const [row] = await ask(HEAD)
    return {
      xid: BigInt(String(row?.['xid'])),
      journal: String(row?.['journal']),
      floor: {
        xid: BigInt(textOf(row?.['floor_xid']) ?? 0),
        position: BigInt(textOf(row?.['floor_position']) ?? 0),
      },
    }
  }

  async function identity(): Promise<string> {
    journal ??= (await place()).journal
    return journal
  }

  async function gapOf(error: unknown, after: Cursor): Promise<unknown> {
    if (codeOf(error) === REMOVED) {
      told = (await place()).floor
      return new JournalGapError('removed', after)
    }
    if (codeOf(error) !== REPLACED) return error
    const before = journal
    journal = undefined
    const reason = isSameJournal(before, await identity()) ? 'timeline' : 'replaced'
    return new JournalGapError(reason, after)
  }

  return {
    kind: 'table',
    identity,
    get horizon() {
      return horizon
    },
    get generation() {
      return generation
    },
    async head() {
      const { xid } = await place()
      return { xid, position: 0n } // No position is 0: everything of this transaction comes after it.
    },
    async read(after, max) {
      const known = await identity()
      const page = [...placeOf(after), String(max), String(pageBytesMax), ...placeOf(told)]
      try {
        const [first, ...rest] = await ask(question, known, ...page)
        generation = textOf(first?.['generation'])
        const rows = first?.['xid'] === null ? [] : [first ?? {}, ...rest]
        const isWhole = rows.length < max && bytesOf(rows) < pageBytesMax
        const { xid } = isWhole ? { xid: String(first?.['ended']) } : (rows.at(-1) ?? {})
        horizon = BigInt(String(xid))
        return rows.map(events.eventOf)
      } catch (error) {
        throw await gapOf(error, after)
      }
    },
    async stall() {
      const [row] = await ask(STALL)
      return stalls.stallOf(row)
    },
    async waiting(after) {
      const [row] = await ask(WAITING, ...placeOf(after), String(waitingMax))
      return { events: Number(row?.['events']), oldestAt: numberOf(row?.['oldest_ms']) }
    },
    close: async () => undefined, // The database is its giver's.
  }
}

const HEAD = `select * from s_tier.journal_head()`
const EVENTS = `s_tier.journal_read($1, $2::text::xid8, $3::bigint, $4::integer, $5::bigint, $6::text::xid8, $7::bigint)`
/**
 * One row at least. What comes first is of a snapshot that is older than those inside of the function: what had ended then is
 * in a whole page.
 */
const readingWith = (columns: string): string => `
  select one.*, e.* from (select pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::text as ended${columns} offset 0) one
  left join lateral ${EVENTS} e on true`
const READ = readingWith('')
const READ_WITH_GENERATION = readingWith(', s_tier.journal_generation() as generation')
const STALL = `select * from s_tier.journal_stall()`
const WAITING = `select events::text, oldest_ms from s_tier.journal_waiting($1::text::xid8, $2::bigint, $3::integer)`

/** What the functions raise: see `READER_FUNCTIONS`. */
const REMOVED = 'STJ01'
const REPLACED = 'STJ02'
/** No schema, no function, no table. */
const MISSING: ReadonlySet<string> = new Set(['3F000', '42883', '42P01'])

function bytesOf(rows: readonly Readonly<Record<string, unknown>>[]): number {
  let bytes = 0
  for (const { old_row, new_row } of rows) {
    if (typeof old_row === 'string') bytes += Buffer.byteLength(old_row)
    if (typeof new_row === 'string') bytes += Buffer.byteLength(new_row)
  }
  return bytes
}

function placeOf({ xid, position }: Cursor): readonly string[] {
  return [String(xid), String(position)]
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** The same server and table: `<system id>:<timeline>:<table>`. */
function isSameJournal(one: string | undefined, other: string): boolean {
  const parts = [one?.split(':') ?? [], other.split(':')] as const
  return parts[0][0] === parts[1][0] && parts[0][2] === parts[1][2]
}
