import { literal, sql } from '../../base/index.ts'
import type { Queryable } from '../../capabilities/pool/index.ts'
import { conninfoAt } from './conninfo.ts'
import type { FailoverNode } from './look.ts'
import type { LiveNode } from './plan.ts'

/** A standby looks for its primary every 5 s (`wal_retrieve_retry_interval`). */
const POLLS = 150

/** Makes a standby receive from another node. Answers what is left to do for a person; undefined: nothing. */
export async function follow(
  standby: LiveNode,
  primary: FailoverNode,
): Promise<string | undefined> {
  const { facts, name, node } = standby
  const { host, port } = primary.target
  const conninfo = facts.conninfo === undefined ? undefined : conninfoAt(facts.conninfo, host, port)
  if (!facts.isSuperuser || conninfo === undefined) return byHand(name, host, port)
  try {
    if (facts.slot !== undefined) await makeSlot(primary, facts.slot)
    const isReceiving = await node.use(database => turn(database, conninfo, port))
    return isReceiving
      ? undefined
      : `${name} was told, but receives nothing yet: look into its log.`
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return `${byHand(name, host, port)} (${reason})`
  }
}

function byHand(name: string, host: string, port: number): string {
  return (
    `${name} still follows the former primary. As a superuser there: alter system set primary_conninfo = ` +
    `'… host=${host} port=${port}', then select pg_reload_conf().`
  )
}

/** Physical slots do not come with a standby: the new primary has none yet. */
async function makeSlot(primary: FailoverNode, slot: string): Promise<void> {
  await primary.use(database =>
    database.query(
      `select pg_catalog.pg_create_physical_replication_slot($1, true)
       where not exists (select from pg_catalog.pg_replication_slots where slot_name = $1)`,
      [slot],
    ),
  )
}

async function turn(database: Queryable, conninfo: string, port: number): Promise<boolean> {
  await database.query(sql`alter system set primary_conninfo = ${literal(conninfo)}`.text)
  await database.query('select pg_catalog.pg_reload_conf()')
  for (let poll = 0; poll < POLLS; poll++) {
    const [row] = await database.query(RECEIVING, [port])
    if (row !== undefined) return true
  }
  return false
}

const RECEIVING = `
  select from pg_catalog.pg_stat_wal_receiver as receiver, pg_catalog.pg_sleep(0.1)
  where receiver.status = 'streaming' and receiver.sender_port = $1
`
