import type { Catalog, Relation } from '../../query/catalog/index.ts'
import type { JsonObject } from './json.ts'

/** Rows in every media type that they can be had in. */
export function rowsContent(
  row: JsonObject,
  relation: Pick<Relation, 'schema' | 'name'> | undefined,
  catalog: Catalog,
): JsonObject {
  return {
    ...answerContent({ type: 'array', items: row }, row),
    'application/vnd.pgrst.array+json': { schema: { type: 'array', items: row } },
    ...(catalog.hasPostgis && { 'application/geo+json': { schema: { type: 'object' } } }),
    ...Object.fromEntries(
      handledTypes(relation, catalog).map(type => [type, { schema: handledSchema(type) }]),
    ),
  }
}

/** What every answer can be had as: JSON, the one object of it, and a table of text. */
export function answerContent(all: JsonObject, one: JsonObject): JsonObject {
  return {
    'application/json': { schema: all },
    'application/vnd.pgrst.object+json': { schema: one },
    'text/csv': { schema: { type: 'string' } },
  }
}

/** Media types that the database makes itself of the rows of this relation. */
function handledTypes(
  relation: Pick<Relation, 'schema' | 'name'> | undefined,
  { mediaHandlers }: Catalog,
): readonly string[] {
  return mediaHandlers
    .filter(({ aggregate }) => aggregate)
    .filter(
      ({ relation: taken }) =>
        taken === null || (taken.schema === relation?.schema && taken.name === relation.name),
    )
    .map(({ mediaType }) => mediaType)
}

/** Text, or JSON of whatever form the handler gives it; that of any media type tells by itself which it is. */
function handledSchema(mediaType: string): JsonObject {
  return mediaType === '*/*' || /[/+]json$/.test(mediaType) ? {} : { type: 'string' }
}

/** The plan of the statement instead of its result: where `database.planEnabled` lets clients ask for it. */
export const PLAN_CONTENT: JsonObject = Object.freeze({
  'application/vnd.pgrst.plan+json': { schema: { type: 'array', items: { type: 'object' } } },
  'application/vnd.pgrst.plan+text': { schema: { type: 'string' } },
})

/** A body of rows: one or many objects, a table of text, or one object of text. */
export function rowsBody(row: JsonObject): JsonObject {
  return {
    'application/json': { schema: { anyOf: [row, { type: 'array', items: row }] } },
    'text/csv': { schema: { type: 'string' } },
    'application/x-www-form-urlencoded': { schema: { type: 'object' } },
  }
}
