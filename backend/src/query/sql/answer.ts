import { assert, type Sql, sql } from '../../base/index.ts'
import type { MediaHandler } from '../catalog/index.ts'
import { qualified } from './names.ts'
import type { AnswerShape } from './types.ts'

// The answer's bytes are PostgREST's but for backslashes in CSV: the same functions make them, so separators, quoting and the
// answer to no rows at all agree. Source: postgrest 16, behaviour of its media type handlers.

/** The body over all rows of `t`. */
export function bodyOfRows({ format, stripNulls, handler }: AnswerShape): Sql {
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
    case 'handler':
      assert(handler?.aggregate, 'rows are made into a media type by an aggregate')
      return handled(sql`${qualified(handler.function)}(${rowsFor(handler)})`, handler)
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

/**
 * What a handler has made, as text; bytes as hexadecimal digits, whatever `bytea_output` says. An aggregate over no rows, or a
 * function that found none, may answer null: that is an empty body.
 */
export function handled(value: Sql, { bytes }: MediaHandler): Sql {
  return bytes ? sql`coalesce(encode(${value}, 'hex'), '')` : sql`coalesce((${value})::text, '')`
}

/** Whole rows of the relation, where the aggregate takes no others. */
function rowsFor({ relation }: MediaHandler): Sql {
  return relation === null ? sql`t.*` : sql`(t.*)::${qualified(relation)}`
}

/**
 * CSV as RFC 4180 has it: the names of the first row's columns, then every row. PostgreSQL's own notation of a row, without
 * its parentheses, is such a line but for backslashes: it doubles them, in every value and at this level alone, so halving
 * gives back the text of each value.
 */
const csv = sql`(select coalesce(string_agg(case when k ~ E'[",\\r\\n]' \
then '"' || replace(k, '"', '""') || '"' else k end, ','), '') \
from json_object_keys(row_to_json((array_agg(t.*))[1])) as k) || E'\\n' || \
coalesce(string_agg(replace(substr((t.*)::text, 2, length((t.*)::text) - 2), E'\\\\\\\\', E'\\\\'), E'\\n'), '')`

const geojson = sql`json_build_object('type', 'FeatureCollection', 'features', \
coalesce(json_agg(st_asgeojson(t.*)::json), '[]'))::text`
