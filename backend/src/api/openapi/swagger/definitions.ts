import {
  type Catalog,
  type Column,
  findRelation,
  type ForeignKeyRelationship,
  type Relation,
  relationKey,
  type RelationRef,
  type Rights,
  relationshipsFrom,
} from '../../../query/catalog/index.ts'
import type { Json, JsonObject } from '../json.ts'
import { columnFormat, swaggerType, swaggerValue } from './types.ts'

/** The rows of a relation, with the notes on its keys that tools look for. PostgREST: references/api/openapi. */
export function definitionOf(relation: Relation, catalog: Catalog, rights: Rights): JsonObject {
  const columns = [...relation.columns.values()]
  const required = columns.filter(column => !column.nullable).map(column => column.name)
  const properties = columns.map(column => [
    column.name,
    propertyOf(column, foreignKeyOf(column, relation, catalog, rights), relation, catalog),
  ])
  return {
    description: relation.comment ?? undefined,
    required: required.length > 0 ? required : undefined,
    properties: columns.length > 0 ? (Object.fromEntries(properties) as JsonObject) : undefined,
    type: 'object',
  }
}

function propertyOf(
  column: Column,
  key: ForeignKeyRelationship | undefined,
  relation: Relation,
  catalog: Catalog,
): JsonObject {
  const format = columnFormat(column.type, catalog)
  return {
    default: defaultOf(column.default, format),
    description: describeColumn(column, key, relation),
    enum: column.enumLabels.length > 0 ? column.enumLabels : undefined,
    ...swaggerValue(format),
    maxLength: column.maxLength ?? undefined,
  }
}

function describeColumn(
  column: Column,
  key: ForeignKeyRelationship | undefined,
  relation: Relation,
): string | undefined {
  const [pair] = key?.columns ?? []
  const notes = [
    ...(relation.primaryKey.includes(column.name) ? ['This is a Primary Key.<pk/>'] : []),
    ...(key === undefined || pair === undefined
      ? []
      : [
          `This is a Foreign Key to \`${key.to.name}.${pair[1]}\`.<fk table='${key.to.name}' column='${pair[1]}'/>`,
        ]),
  ]
  if (notes.length === 0) return column.comment ?? undefined
  const comment = column.comment === null ? '' : `${column.comment}\n\n`
  return `${comment}Note:\n${notes.join('\n')}`
}

/** The foreign key of this column alone to what the role may read; one to a table rather than to a view of it. */
function foreignKeyOf(
  column: Column,
  relation: Relation,
  catalog: Catalog,
  rights: Rights,
): ForeignKeyRelationship | undefined {
  const own = relationshipsFrom(catalog, relation).flatMap(one =>
    'constraint' in one &&
    one.fromHoldsKey &&
    one.columns.length === 1 &&
    one.columns[0]?.[0] === column.name &&
    mayRead(one.to, one.columns[0][1], catalog, rights)
      ? [one]
      : [],
  )
  return own.find(({ to }) => !isView(catalog, to)) ?? own[0]
}

function mayRead(to: RelationRef, name: string, catalog: Catalog, rights: Rights): boolean {
  const relation = findRelation(catalog, to.schema, to.name)
  const column = relation?.columns.get(name)
  if (relation === undefined || column === undefined) return false
  return rights.mayUse(to.schema) && rights.may('select', relation, column)
}

function isView({ relations }: Catalog, { schema, name }: { schema: string; name: string }) {
  const kind = relations.get(relationKey(schema, name))?.kind
  return kind === 'view' || kind === 'materialized-view'
}

/** A constant default as a value, another of a text-like type as its SQL: as PostgREST has it. */
function defaultOf(text: string | null, format: string): Json | undefined {
  if (text === null) return undefined
  if (swaggerType(format) !== 'string') return parsed(text)
  const suffix = `::${format}`
  const isCast = text.endsWith(suffix)
  const value = isCast ? text.slice(0, -suffix.length).replace(/^'+|'+$/g, '') : text
  return parsed(`"${value}"`)
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}
