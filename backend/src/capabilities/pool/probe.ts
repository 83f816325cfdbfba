import { ConnectionError } from './errors.ts'
import { endClient, openClient } from './open-client.ts'
import { POOL_DEFAULTS } from './options.ts'
import { queryClient } from './query-client.ts'
import { startError } from './start-errors.ts'
import type { Target } from './target.ts'

/** What one connection tells about the server. */
export interface ServerFacts {
  /** `server_version_num`, for instance 180004. */
  readonly version: number
  /** `server_version`, for instance "18.4". */
  readonly versionText: string
  readonly user: string
  readonly database: string
  /** A standby: it takes no writes. */
  readonly isStandby: boolean
  readonly connectionsMax: number
  readonly isEncrypted: boolean
}

/**
 * Connects once, before anything else is started, and tells what is there. `connectTimeoutMs` is the longest time to
 * connect, and again to answer. Throws `DatabaseStartError` (ST031 to ST039): what is wrong, with host, port, database
 * and user but never the password, and what to do about it.
 */
export async function probe(
  target: Target,
  connectTimeoutMs: number = POOL_DEFAULTS.connectTimeoutMs,
): Promise<ServerFacts> {
  try {
    return await ask(target, connectTimeoutMs)
  } catch (error) {
    throw startError(error instanceof ConnectionError ? error.cause : error, target)
  }
}

async function ask(target: Target, connectTimeoutMs: number): Promise<ServerFacts> {
  const client = await openClient(target, connectTimeoutMs)
  const giveUp = () => client.connection.stream.destroy(new Error('timeout expired'))
  const timer = setTimeout(giveUp, connectTimeoutMs)
  try {
    const [row = {}] = await queryClient(client, FACTS)
    return factsOf(row)
  } finally {
    clearTimeout(timer)
    await endClient(client)
  }
}

function factsOf(row: Record<string, unknown>): ServerFacts {
  return {
    version: Number(row['version']),
    versionText: String(row['version_text']),
    user: String(row['user_name']),
    database: String(row['database_name']),
    isStandby: row['is_standby'] === true,
    connectionsMax: Number(row['connections_max']),
    isEncrypted: row['is_encrypted'] === true,
  }
}

const FACTS = `
  select current_setting('server_version_num') as version,
         current_setting('server_version') as version_text,
         current_user::text as user_name,
         current_database()::text as database_name,
         pg_catalog.pg_is_in_recovery() as is_standby,
         current_setting('max_connections') as connections_max,
         (select ssl from pg_catalog.pg_stat_ssl where pid = pg_catalog.pg_backend_pid()) as is_encrypted
`
