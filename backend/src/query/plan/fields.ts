import type { ComputedField, Relation, Representation, TypeRef } from '../catalog/index.ts'
import { ColumnNotFoundError, InvalidQueryError } from './errors.ts'
import { keyOf, type Planning, sourceName } from './planning.ts'
import type { FieldPath } from './request.ts'
import { resultColumns } from './results.ts'
import { similarName } from './similar-names.ts'
import type { Field, Source } from './types.ts'

/** PostgreSQL's own oids, the same in every database. Source: pg_type.dat. */
const JSON_OID = 114
const JSONB_OID = 3802
const TSVECTOR_OID = 3614

/** As lax as PostgreSQL's own hint, since it can only list columns of the relation that was named. */
const COLUMN_LIKENESS_MIN = 0.5

/** A name of the request as a field of the node: a column, else a computed field, else 42703. */
export function planField(planning: Planning, source: Source, path: FieldPath): Field {
  const found = findField(planning, source, path.name)
  if (found === undefined) throw columnNotFound(planning, source, path.name)
  for (const step of path.path) checkName(step.key)
  const type = found.type
  const isJson = [JSON_OID, JSONB_OID].includes(type.baseOid)
  return Object.freeze({
    name: path.name,
    column: found.column,
    computed: found.computed && nameOf(found.computed),
    path: Object.freeze(path.path.map(step => Object.freeze({ ...step }))),
    convertToJson: path.path.length > 0 && !isJson,
  })
}

/** Whether a name is a field at all. */
export function hasField(planning: Planning, source: Source, name: string): boolean {
  return findField(planning, source, name) !== undefined
}

/** Whether a text search must make a tsvector of the field first. */
export function needsVector(planning: Planning, source: Source, field: Field): boolean {
  if (field.path.length > 0) return true
  const type = findField(planning, source, field.name)?.type
  return type !== undefined && type.baseOid !== TSVECTOR_OID
}

/** The representation of a column itself; a step into its JSON has none. */
export function representationOf(planning: Planning, field: Field): Representation | undefined {
  if (field.column === undefined || field.path.length > 0) return undefined
  return planning.catalog.representations.get(field.column.type.oid)
}

/** A name that becomes a quoted identifier or a key without having been found in the catalog. */
export function checkName(name: string): string {
  if (name.includes('\0'))
    throw new InvalidQueryError('A name holds a NUL character', 'Remove %00.')
  return name
}

function nameOf({ schema, name }: ComputedField): Field['computed'] {
  return Object.freeze({ schema, name })
}

interface Found {
  readonly column: Field['column']
  readonly computed: ComputedField | undefined
  readonly type: TypeRef
}

function findField(planning: Planning, source: Source, name: string): Found | undefined {
  const { relation } = source
  if (relation === undefined) {
    const type = resultColumns(planning.catalog, source).get(name)
    return type && { column: undefined, computed: undefined, type }
  }
  const column = relation.columns.get(name)
  if (column !== undefined) return { column, computed: undefined, type: column.type }
  const computed = computedFields(planning, relation)?.get(name)
  return computed && { column: undefined, computed, type: computed.type }
}

function computedFields(
  { catalog }: Planning,
  relation: Relation,
): ReadonlyMap<string, ComputedField> | undefined {
  return catalog.computedFields.get(keyOf(relation))
}

function columnNotFound(planning: Planning, source: Source, name: string): ColumnNotFoundError {
  const known =
    source.relation === undefined
      ? resultColumns(planning.catalog, source).keys()
      : namesOf(planning, source.relation)
  const similar = similarName(name, known, COLUMN_LIKENESS_MIN)
  return new ColumnNotFoundError(sourceName(source), name, similar)
}

function namesOf(planning: Planning, relation: Relation): string[] {
  return [...relation.columns.keys(), ...(computedFields(planning, relation)?.keys() ?? [])]
}
