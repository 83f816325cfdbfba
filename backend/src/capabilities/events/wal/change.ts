import { EmptyRow } from '../row.ts'
import type { Cursor, JournalEvent, JournalKind, Row } from '../types.ts'
import { formed } from './form.ts'
import type { OldTuple, RelationMessage, Tuple } from './pgoutput.ts'
import type { Shape } from './shape.ts'
import type { Writer } from './writer.ts'

/** A table as the log describes it, until it describes it anew. */
export interface LoggedTable {
  readonly message: RelationMessage
  /** Asked for once, when somebody needs it. */
  shape(): Promise<Shape>
}

/** A change as it waits to be read: still in the words of the log. */
export interface Change {
  readonly cursor: Cursor
  readonly kind: JournalKind
  readonly at: number
  readonly table: LoggedTable
  readonly old: OldTuple | undefined
  readonly new: Tuple | undefined
  readonly writer: Writer
  /** About what it takes in memory. */
  readonly bytes: number
}

/** An event that was read from the log. */
export interface WalEvent extends JournalEvent {
  /**
   * Columns that are missing in `new` or in `old`, for the log does not say their values: long values that the statement did not
   * touch, columns outside the replica identity, types without a form of their own. A column that a row does not have is unknown,
   * which is something else than null.
   */
  readonly absent: readonly string[]
}

/** The changes as events. Asks about each table once. */
export async function eventsOf(changes: readonly Change[]): Promise<readonly WalEvent[]> {
  const shapes = new Map<LoggedTable, Shape>()
  for (const { table } of changes) {
    if (!shapes.has(table)) shapes.set(table, await table.shape())
  }
  return changes.map(change => eventOf(change, shapes.get(change.table) as Shape))
}

function eventOf(change: Change, shape: Shape): WalEvent {
  const { message } = change.table
  const absent: string[] = []
  const before = change.old && rowOf(message, shape, withoutUnlogged(message, change.old), absent)
  const after = change.new && rowOf(message, shape, withUntouched(change.new, change.old), absent)
  return {
    cursor: change.cursor,
    kind: change.kind,
    relation: message.relation,
    schema: message.schema,
    table: message.table,
    at: change.at,
    key: keyOf(message, shape, after ?? before),
    old: before,
    new: after,
    role: change.writer.role,
    claims: change.writer.claims,
    requestId: change.writer.requestId,
    trace: change.writer.trace,
    absent,
  }
}

/** Columns that were not logged are null in what pgoutput sends. */
function withoutUnlogged({ columns }: RelationMessage, { isWhole, values }: OldTuple): Tuple {
  if (isWhole) return values
  return values.map((value, place) => (columns[place]?.isIdentity === true ? value : undefined))
}

/** A value that was not touched is the old one, where that was logged. */
function withUntouched(tuple: Tuple, old: OldTuple | undefined): Tuple {
  if (old === undefined || !tuple.includes(undefined)) return tuple
  const { isWhole, values } = old
  return tuple.map((value, place) => {
    const isLogged = value === undefined && (isWhole || values[place] !== null)
    return isLogged ? values[place] : value
  })
}

function rowOf(
  { columns }: RelationMessage,
  { forms }: Shape,
  tuple: Tuple,
  absent: string[],
): Row {
  const row = new EmptyRow()
  for (let place = 0; place < columns.length; place++) {
    const { name } = columns[place] as RelationMessage['columns'][number]
    const value = tuple[place]
    const told = typeof value === 'string' ? formed(value, forms[place] ?? 'unknown') : value
    if (told !== undefined) row[name] = told
    else if (!absent.includes(name)) absent.push(name)
  }
  return row
}

function keyOf({ columns }: RelationMessage, shape: Shape, row: Row | undefined): Row | undefined {
  if (shape.key === undefined || row === undefined) return undefined
  const key = new EmptyRow()
  for (const place of shape.key) {
    const name = columns[place]?.name ?? ''
    const value = row[name]
    if (value === undefined) return undefined
    key[name] = value
  }
  return key
}
