import type { RoutineRow } from './read-routines.ts'
import type { TypeCatalog } from './type-catalog.ts'
import type { MediaHandler, Relation, Routine } from './types.ts'

/** A domain whose name is a media type, or the one of any (RFC 6838, section 4.2). */
const MEDIA_TYPE = /^(?:[a-z0-9.-]+\/[a-z0-9.+-]+|\*\/\*)$/i

/** PostgreSQL's own oid of `bytea`. */
const BYTEA = 17

/**
 * Functions that answer one value of a media type, and aggregates over one relation's rows (or anything's) that do.
 */
export function findMediaHandlers(
  rows: readonly RoutineRow[],
  types: TypeCatalog,
  relations: ReadonlyMap<number, Relation>,
): readonly MediaHandler[] {
  return rows.flatMap(row => {
    const { name, kind } = types.row(row.returns)
    if (kind !== 'd' || !MEDIA_TYPE.test(name) || row.set) return []
    const relation = row.kind === 'a' ? aggregatedRelation(row, types, relations) : null
    if (relation === undefined) return []
    return [
      {
        mediaType: name.toLowerCase(),
        function: { schema: row.schema, name: row.name },
        aggregate: row.kind === 'a',
        relation: relation && { schema: relation.schema, name: relation.name },
        bytes: types.base(row.returns).oid === BYTEA,
      },
    ]
  })
}

/** Null: anything (`anyelement`). Undefined: no rows, so it handles nothing. */
function aggregatedRelation(
  row: RoutineRow,
  types: TypeCatalog,
  relations: ReadonlyMap<number, Relation>,
): Relation | null | undefined {
  const [first, ...others] = row.types
  if (first === undefined || others.length > 0) return undefined
  const type = types.row(first)
  return type.name === 'anyelement' ? null : relations.get(type.relation)
}

/** The handler that a function is by itself, because its one value is of a media type; undefined for any other. */
export function handlerOf({ schema, name, returns }: Routine): MediaHandler | undefined {
  const { type, set } = returns
  if (set || type.kind !== 'domain' || !MEDIA_TYPE.test(type.name)) return undefined
  return {
    mediaType: type.name.toLowerCase(),
    function: { schema, name },
    aggregate: false,
    relation: null,
    bytes: type.baseOid === BYTEA,
  }
}
