import type { Catalog, Column } from '../../query/catalog/index.ts'
import { keywordsOf, narrowed } from './checks.ts'
import type { Json, JsonObject } from './json.ts'
import { type Schemas, nullable } from './schemas.ts'
import type { VisibleRelation } from './scope.ts'

/** Endings of the components of one relation: the whole row, what is inserted, what is updated. */
export const ROW_ENDINGS = Object.freeze(['Row', 'Insert', 'Update'] as const)

/**
 * The components of a relation. Under its plain name stands what an answer holds of a row: `select` decides which of
 * the columns, so none is required, and may add embeds and other members. The whole row requires them all.
 */
export function relationComponents(
  name: string,
  { relation, readable, insertable, updatable }: VisibleRelation,
  notes: JsonObject,
  { schemas, catalog }: { readonly schemas: Schemas; readonly catalog: Catalog },
): Readonly<Record<string, JsonObject>> {
  const out = (column: Column) => columnSchema(column, 'out', schemas, catalog)
  const into = (column: Column) => columnSchema(column, 'in', schemas, catalog)
  const components: Record<string, JsonObject> = {}
  if (readable.length > 0) {
    components[name] = {
      type: 'object',
      description: relation.comment ?? undefined,
      properties: propertiesOf(readable, out),
      ...notes,
    }
    components[`${name}Row`] = {
      description: `A whole row of ${relation.name}, as it is answered without \`select\`.`,
      allOf: [{ $ref: `#/components/schemas/${name}` }],
      required: readable.map(column => column.name),
    }
  }
  if (insertable !== undefined) {
    const required = insertable.filter(mustBeGiven).map(column => column.name)
    components[`${name}Insert`] = {
      type: 'object',
      description: `What a new row of ${relation.name} is made of.`,
      properties: propertiesOf(insertable, into),
      required: required.length > 0 ? required : undefined,
    }
  }
  if (updatable !== undefined) {
    components[`${name}Update`] = {
      type: 'object',
      description: `What is changed in rows of ${relation.name}.`,
      properties: propertiesOf(updatable, into),
    }
  }
  return components
}

function propertiesOf(
  columns: readonly Column[],
  schemaOf: (column: Column) => JsonObject,
): Record<string, Json> {
  return Object.fromEntries(columns.map(column => [column.name, schemaOf(column)]))
}

/** Nothing else gives the column a value. */
export function mustBeGiven(column: Column): boolean {
  return !column.nullable && column.default === null && column.identity === null
}

/** A domain with a representation looks as its functions make it, which no catalog tells. */
function columnSchema(
  column: Column,
  direction: 'in' | 'out',
  schemas: Schemas,
  { representations }: Catalog,
): JsonObject {
  const representation = representations.get(column.type.oid)
  const routine = direction === 'out' ? representation?.toJson : representation?.fromJson
  const isRepresented = routine !== undefined && routine !== null
  const schema = isRepresented ? {} : constrained(column, schemas)
  return {
    ...(column.nullable ? nullable(schema) : schema),
    description: column.comment ?? undefined,
    ...(direction === 'out'
      ? { 'x-postgres-type': column.type.formatted }
      : { 'x-default': column.default ?? undefined }),
  }
}

function constrained(column: Column, schemas: Schemas): JsonObject {
  const schema = schemas.of(column.type)
  const isNarrowed = column.maxLength !== null && column.type.kind !== 'domain'
  const limited = isNarrowed ? { ...schema, maxLength: column.maxLength } : schema
  if (column.checks.length === 0) return limited
  return narrowed(limited, keywordsOf(column.checks, schemas.kindOf(column.type)))
}
