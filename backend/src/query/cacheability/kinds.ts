import type { Column } from '../catalog/index.ts'

/**
 * Families of types whose values are compared here as PostgreSQL does. `equal` has no order that could be told without its
 * collation or its labels.
 */
export type Kind =
  | 'integer'
  | 'numeric'
  | 'boolean'
  | 'uuid'
  | 'text'
  | 'enum'
  | 'date'
  | 'timestamp'
  | 'timestamptz'

/** PostgreSQL's own oids, the same in every database. Source: pg_type.dat. */
const KINDS: ReadonlyMap<number, Kind> = new Map([
  [16, 'boolean'],
  [20, 'integer'],
  [21, 'integer'],
  [23, 'integer'],
  [25, 'text'],
  [1043, 'text'],
  [1082, 'date'],
  [1114, 'timestamp'],
  [1184, 'timestamptz'],
  [1700, 'numeric'],
  [2950, 'uuid'],
])

/**
 * How values of the column compare; undefined where only PostgreSQL knows. Virtual columns are not in the rows of changes,
 * and a collation that is not deterministic finds other texts equal.
 */
export function kindOf({ type, generated, deterministic, enumLabels }: Column): Kind | undefined {
  if (generated === 'virtual') return undefined
  const kind = enumLabels.length > 0 ? 'enum' : KINDS.get(type.baseOid)
  return kind === 'text' && !deterministic ? undefined : kind
}

/** First oid that belongs to users: what is below came with the server. */
export const FIRST_USER_OID = 16_384
const JSON_TYPES: ReadonlySet<number> = new Set([114, 3802])

/**
 * Whether null in a row of a change is NULL in the table and nothing else is. A JSON value may be the `null` of JSON, a
 * composite value of nulls IS NULL, and types of others may become any JSON.
 */
export function showsNull(column: Column): boolean {
  const { type, generated } = column
  if (generated === 'virtual') return false
  if (column.enumLabels.length > 0) return true
  if (type.kind === 'composite') return false
  return type.baseOid < FIRST_USER_OID && !JSON_TYPES.has(type.baseOid)
}
