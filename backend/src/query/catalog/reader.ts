import { createHash } from 'node:crypto'
import { assert, type Sql, sql } from '../../base/index.ts'
import type { Queryable } from './queryable.ts'

/** Reads facts within one snapshot and remembers a digest of all that it has seen. */
export interface Reader {
  /** `server_version_num`: for the few places where PostgreSQL's own catalog differs between versions. */
  readonly serverVersion: number
  /**
   * All rows of a query as PostgreSQL's JSON: independent of how the driver parses types. Each list becomes one
   * parameter, JSON text, that the query opens with `json_array_elements_text`. The query orders its rows, so that
   * equal content has an equal digest.
   */
  rows<Row>(
    query: Sql,
    ...lists: readonly (readonly (string | number)[])[]
  ): Promise<readonly Row[]>
  /** Changes with any row that was read. */
  digest(): string
}

/** `asked`: what decides which rows are read; the digest changes with it too. */
export function createReader(
  database: Queryable,
  serverVersion: number,
  asked: readonly unknown[] = [],
): Reader {
  const hash = createHash('sha256').update(JSON.stringify([serverVersion, ...asked]))
  return {
    serverVersion,
    async rows<Row>(query: Sql, ...lists: readonly (readonly (string | number)[])[]) {
      const json = await readJson(database, query, lists)
      hash.update(json)
      return JSON.parse(json) as readonly Row[]
    },
    digest: () => hash.copy().digest('base64url').slice(0, 22),
  }
}

async function readJson(
  database: Queryable,
  query: Sql,
  lists: readonly (readonly (string | number)[])[],
): Promise<string> {
  const statement = sql`select coalesce(json_agg(found), '[]')::text as found from (${query}) as found`
  const rows = await database.query(
    statement.text,
    lists.map(list => JSON.stringify(list)),
  )
  const json = rows[0]?.['found']
  assert(typeof json === 'string', 'an aggregate answers one row')
  return json
}
