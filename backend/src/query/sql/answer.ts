import { type Sql, sql } from '../../base/index.ts'
import type { AnswerShape } from './types.ts'

// The answer's bytes are PostgREST's: the same functions make them, so separators, quoting and the answer to no rows
// at all agree. Source: postgrest 16, behaviour of its media type handlers.

/** The body over all rows of `t`. */
export function bodyOfRows({ format, stripNulls }: AnswerShape): Sql {
  switch (format) {
    case 'array': {
      const rows = sql`json_agg(t.*)`
      return sql`coalesce(${stripNulls ? sql`json_strip_nulls(${rows})` : rows}, '[]')::text`
    }
    case 'object': {
      const row = sql`(array_agg(row_to_json(t.*)))[1]`
      return sql`coalesce(${stripNulls ? sql`json_strip_nulls(${row})` : row}, 'null')::text`
    }
    case 'csv':
      return csv
    case 'geojson':
      return geojson
    case 'none':
      return sql`null::text`
  }
}

/** The body of the only row, which is JSON text, or of none. Undefined: this format needs `bodyOfRows`. */
export function bodyOfRow({ format, stripNulls }: AnswerShape): Sql | undefined {
  const row = stripNulls ? sql`json_strip_nulls(one.row)` : sql`one.row`
  if (format === 'array') return sql`coalesce('[' || ${row} || ']', '[]')`
  return format === 'object' ? sql`coalesce(${row}, 'null')::text` : undefined
}

/** Keys of the first row, then every row in PostgreSQL's own notation without its parentheses. */
const csv = sql`(select coalesce(string_agg(k, ','), '') \
from json_object_keys(row_to_json((array_agg(t.*))[1])) as k) || E'\\n' || \
coalesce(string_agg(substr((t.*)::text, 2, length((t.*)::text) - 2), E'\\n'), '')`

const geojson = sql`json_build_object('type', 'FeatureCollection', 'features', \
coalesce(json_agg(st_asgeojson(t.*)::json), '[]'))::text`
