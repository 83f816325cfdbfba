import type { Change } from '../../capabilities/cache/index.ts'
import type { JournalEvent, Row } from '../../capabilities/events/index.ts'
import type { Catalog } from '../catalog/index.ts'
import { indexOf } from './index-of.ts'
import type { RowChange } from './types.ts'

/** The tag of a table. */
export function tagOf(relation: number): string {
  return String(relation)
}

/** The key of a row; undefined where a column of the key is not known. */
export function rowKey(row: Row, primaryKey: readonly string[]): string | undefined {
  const values: string[] = []
  for (const name of primaryKey) {
    const value = row[name]
    if (value === undefined || value === null) return undefined
    values.push(value)
  }
  return JSON.stringify(values)
}

/**
 * An event of the journal as the cache hears of it. A row whose key changed has both. Keys are undefined, so that all of the
 * table counts as changed, for a truncated table and for one whose key is another than the catalog's.
 */
export function changeOf(
  event: Pick<JournalEvent, 'relation' | 'kind' | 'cursor' | 'key' | 'old' | 'new'>,
  catalog: Catalog,
): Change<bigint, RowChange> {
  const { relation, cursor, old, new: after } = event
  const keys = event.kind === 'truncate' ? undefined : keysOf(event, catalog)
  const data = old === undefined && after === undefined ? undefined : { old, new: after }
  return { tag: tagOf(relation), keys, data, stamp: cursor.xid }
}

function keysOf(
  { relation, key, old, new: after }: Pick<JournalEvent, 'relation' | 'key' | 'old' | 'new'>,
  catalog: Catalog,
): readonly string[] | undefined {
  const known = indexOf(catalog).relations.get(relation)
  // Of what is not in the catalog, or has no key, nothing is kept by keys.
  if (known === undefined || known.primaryKey.length === 0) return NO_KEYS
  if (key === undefined) return undefined
  const keys = new Set<string>()
  for (const row of [key, old, after]) {
    const found = row && rowKey(row, known.primaryKey)
    if (row !== undefined && found === undefined) return undefined
    if (found !== undefined) keys.add(found)
  }
  return [...keys]
}

const NO_KEYS: readonly string[] = Object.freeze([])

/** What a change says of a column, before and after: for tests that are looked up. Undefined: not everything is known. */
export function valuesAt(
  { old, new: after }: RowChange,
  field: string,
): readonly (string | null)[] | undefined {
  const values: (string | null)[] = []
  for (const row of [old, after]) {
    if (row === undefined) continue
    const value = row[field]
    if (value === undefined) return undefined
    values.push(value)
  }
  return values.length === 0 ? undefined : values
}
