import type { Catalog, Routine, TypeRef } from '../catalog/index.ts'
import { findRelation, type Relation } from '../catalog/index.ts'
import type { Source } from './types.ts'

/** The column that a function's values stand in, where they are no rows: the name that PostgREST gives it. */
export const VALUE_COLUMN = 'pgrst_scalar'

/**
 * The function answers values rather than rows: one column called `VALUE_COLUMN`. A `record` without a definition is a
 * value too, for nobody knows its columns before it is called.
 */
export function answersValues({ returns }: Routine): boolean {
  if (returns.kind === 'record') return returns.columns.length === 0
  return returns.kind === 'scalar' || returns.kind === 'void'
}

/** Whose rows a function answers; embeds and computed fields work on them. */
export function relationOfResult(catalog: Catalog, { returns }: Routine): Relation | undefined {
  if (returns.kind !== 'relation') return undefined
  return findRelation(catalog, returns.relation.schema, returns.relation.name)
}

/** Columns of the rows of a function that are no relation's, with their types in order. Empty for any other source. */
export function resultColumns(catalog: Catalog, source: Source): ReadonlyMap<string, TypeRef> {
  if (source.kind !== 'call' || source.relation !== undefined) return NONE
  const { returns } = source.routine
  if (answersValues(source.routine)) return new Map([[VALUE_COLUMN, returns.type]])
  const columns =
    returns.kind === 'record'
      ? returns.columns
      : catalog.types.get(returns.type.baseOid)?.attributes
  return new Map(columns?.map(({ name, type }) => [name, type]))
}

const NONE: ReadonlyMap<string, TypeRef> = new Map()
