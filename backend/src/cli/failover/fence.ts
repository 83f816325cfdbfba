import type { Queryable } from '../../capabilities/pool/index.ts'
import { END_OF_LOG } from '../../capabilities/replicas/index.ts'
import { FailoverFailedError } from './errors.ts'
import type { LiveNode } from './plan.ts'

/** At 50 ms each, that is 10 s. */
const POLLS = 200

/** A primary that takes no more writes, unless somebody insists. */
export interface Fence {
  /** Where its log ended then. */
  readonly lsn: string
  /** Transactions that wrote in spite of it since. */
  writesSince(): Promise<bigint>
  /** It takes writes again. */
  lift(): Promise<void>
}

/**
 * Makes new transactions of the primary read-only, and ends the sessions that are older than that. The setting stays, also
 * when the server is started again. Rejects with ST221, and lifts it, when not all of them end.
 */
export async function raiseFence({ node, facts, name }: LiveNode): Promise<Fence> {
  const lift = async () => {
    if (!facts.isReadOnly) await node.use(unset)
  }
  try {
    await node.use(raise)
    await node.use(flush)
    const { lsn, next } = await node.use(position)
    const writesSince = async () => (await node.use(position)).next - next
    return { lsn, writesSince, lift }
  } catch (error) {
    await lift()
    throw new FailoverFailedError(
      `${name} could not be kept from taking writes: it takes them as before`,
      'See what runs there (pg_stat_activity), and say this again.',
      error,
    )
  }
}

/** When a session sees the new setting, so does every one that begins later: the server reads it before it tells them. */
async function raise(database: Queryable): Promise<void> {
  await database.query('alter system set default_transaction_read_only = on')
  await database.query('select pg_catalog.pg_reload_conf()')
  await until(database, `select current_setting('default_transaction_read_only') = 'on' as done`)
  const [moment] = await database.query('select clock_timestamp()::text as at')
  await until(database, END_OLDER, [moment?.['at']])
}

async function unset(database: Queryable): Promise<void> {
  await database.query('alter system reset default_transaction_read_only')
  await database.query('select pg_catalog.pg_reload_conf()')
}

const END_OLDER = `
  select count(pg_catalog.pg_terminate_backend(pid)) = 0 as done
  from pg_catalog.pg_stat_activity
  where backend_type = 'client backend' and pid <> pg_catalog.pg_backend_pid()
    and backend_start < $1::timestamptz
`

/**
 * What was answered before it was flushed, and whatever ended without a commit, is still in memory, and no standby gets it
 * from there. A transaction that has written nothing makes the server flush all of it.
 */
async function flush(database: Queryable): Promise<void> {
  await database.query('select pg_catalog.pg_current_xact_id()')
}

async function position(database: Queryable) {
  const [row] = await database.query(`
    select ${END_OF_LOG}::text as lsn,
           pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text as next
  `)
  return { lsn: String(row?.['lsn']), next: BigInt(String(row?.['next'])) }
}

/** Resolves when a standby has replayed up to there. Rejects after 10 s. */
export async function replayed(database: Queryable, lsn: string): Promise<void> {
  await until(database, 'select pg_catalog.pg_last_wal_replay_lsn() >= $1::pg_lsn as done', [lsn])
}

async function until(
  database: Queryable,
  text: string,
  values?: readonly unknown[],
): Promise<void> {
  for (let poll = 0; poll < POLLS; poll++) {
    const [row] = await database.query(text, values)
    if (row?.['done'] === true) return
    await database.query('select pg_catalog.pg_sleep(0.05)')
  }
  throw new Error('It did not come about within 10 s')
}
