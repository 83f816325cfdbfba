import { endClient, openClient } from '../open-client.ts'
import { queryClient } from '../query-client.ts'
import type { Target } from '../target.ts'

/** What a server says about its connections. */
export interface ServerCapacity {
  /** Those that an ordinary role can get. */
  readonly usable: number
  /** The smallest of what the server, the role and the database allow. */
  readonly allowed: number
}

/** Asks on a connection of its own, for nobody may use the pool before this is known. Throws what the driver does. */
export async function askCapacity(
  target: Target,
  connectTimeoutMs: number,
): Promise<ServerCapacity> {
  const client = await openClient(target, connectTimeoutMs)
  try {
    const [row = {}] = await queryClient(client, `select ${CAPACITY_COLUMNS}`)
    return capacityOf(row)
  } finally {
    await endClient(client)
  }
}

/** What all processes together may have: a share of what is allowed, rounded down. */
export function totalOf({ allowed }: ServerCapacity, share: number): number {
  return Math.floor(allowed * share)
}

/** Readable by every role. PostgreSQL 16 has `reserved_connections`; -1 is no limit. */
export const CAPACITY_COLUMNS = `
  pg_catalog.current_setting('max_connections')::int as max_connections,
  pg_catalog.current_setting('superuser_reserved_connections')::int as superuser_reserved,
  coalesce(pg_catalog.current_setting('reserved_connections', true)::int, 0) as reserved,
  (select rolconnlimit from pg_catalog.pg_roles where rolname = session_user) as role_limit,
  (select datconnlimit from pg_catalog.pg_database
    where datname = pg_catalog.current_database()) as database_limit`

export function capacityOf(row: Readonly<Record<string, unknown>>): ServerCapacity {
  const number = (name: string) => Number(row[name])
  const usable = number('max_connections') - number('superuser_reserved') - number('reserved')
  const limits = [number('role_limit'), number('database_limit')].filter(limit => limit >= 0)
  return { usable, allowed: Math.min(usable, ...limits) }
}
