import { QueryReader } from './query-reader.ts'
import { eachPair } from './query-string.ts'
import type { ParsedQuery, QueryOptions } from './types.ts'

/**
 * Reads PostgREST's dialect: `select`, `order`, `limit`, `offset`, `and`, `or`, `columns`, `on_conflict` and filters,
 * each also addressed to an embed (`clients.order=…`). `queryString` is what follows the `?`, still encoded.
 * Fails with PGRST100 (syntax), PGRST103 (negative limit), PGRST108 (no such embed) and ST110 to ST112 (limits, encoding).
 */
export function parseQuery(queryString: string, options: QueryOptions = {}): ParsedQuery {
  const reader = new QueryReader(options)
  eachPair(queryString, (name, value) => reader.read(name, value))
  return reader.finish()
}
