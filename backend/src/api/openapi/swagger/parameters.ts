import type { Relation } from '../../../query/catalog/index.ts'
import type { JsonObject } from '../json.ts'

export function parameterRef(name: string): JsonObject {
  return { $ref: `#/parameters/${name}` }
}

const PREFER = Object.freeze({
  name: 'Prefer',
  description: 'Preference',
  required: false,
  in: 'header',
  type: 'string',
})
const RETURN: readonly string[] = ['return=representation', 'return=minimal', 'return=none']
const RESOLUTION: readonly string[] = [
  'resolution=ignore-duplicates',
  'resolution=merge-duplicates',
]

/** Parameters that relations share, under the names that tools know from PostgREST. */
export const SWAGGER_PARAMETERS: Readonly<Record<string, JsonObject>> = Object.freeze({
  preferParams: PREFER,
  preferReturn: { ...PREFER, enum: RETURN },
  preferCount: { ...PREFER, enum: ['count=none'] },
  preferPost: { ...PREFER, enum: [...RETURN, ...RESOLUTION] },
  select: text('select', 'Filtering Columns'),
  on_conflict: text('on_conflict', 'On Conflict'),
  order: text('order', 'Ordering'),
  range: text('Range', 'Limiting and Pagination', 'header'),
  rangeUnit: { ...text('Range-Unit', 'Limiting and Pagination', 'header'), default: 'items' },
  offset: text('offset', 'Limiting and Pagination'),
  limit: text('limit', 'Limiting and Pagination'),
})

function text(name: string, description: string | undefined, place = 'query'): JsonObject {
  return { name, description, required: false, in: place, type: 'string' }
}

/** The body of a relation and a filter for each of its columns. */
export function relationParameters({
  name,
  columns,
}: Relation): Readonly<Record<string, JsonObject>> {
  const body = {
    name,
    description: name,
    required: false,
    in: 'body',
    schema: { $ref: `#/definitions/${name}` },
  }
  const filters = Array.from(columns.values(), column => [
    `rowFilter.${name}.${column.name}`,
    text(column.name, column.comment ?? undefined),
  ])
  return { [`body.${name}`]: body, ...(Object.fromEntries(filters) as Record<string, JsonObject>) }
}
