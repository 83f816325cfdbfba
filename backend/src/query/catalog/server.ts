import { sql } from '../../base/index.ts'
import { MissingSchemaError, UnsupportedServerError } from './errors.ts'
import type { Queryable } from './queryable.ts'

/** PostgreSQL 13: the oldest that PostgREST supports too. */
export const SERVER_VERSION_MIN = 130_000

/**
 * Prepares the transaction and learns the server's version. An empty search path makes PostgreSQL write every name
 * with its schema; the JIT compiler, which large plans would wake, costs more than these queries take.
 */
const GREETING = sql`
  select set_config('search_path', '', true), set_config('jit', 'off', true),
         current_setting('server_version_num') as version`

/** Throws `UnsupportedServerError` (ST201). */
export async function readServerVersion(database: Queryable): Promise<number> {
  const rows = await database.query(GREETING.text)
  const version = Number(rows[0]?.['version'])
  if (version < SERVER_VERSION_MIN) throw new UnsupportedServerError(version)
  return version
}

const SCHEMAS = sql`
  select nspname as name from pg_namespace
  where nspname !~ '^pg_' and nspname <> 'information_schema'
  order by nspname`

/** Throws `MissingSchemaError` (ST202) when a configured schema is not there. */
export async function checkSchemas(database: Queryable, schemas: readonly string[]): Promise<void> {
  const existing = (await database.query(SCHEMAS.text)).map(row => String(row['name']))
  const missing = schemas.filter(schema => !existing.includes(schema))
  if (missing.length > 0) throw new MissingSchemaError(missing, existing)
}
