import { STierError } from '../../base/index.ts'
import { type Queryable, type Target, placeOf } from '../../capabilities/pool/index.ts'
import { NODE_QUESTION, type NodeAnswer, nodeAnswerOf } from '../../capabilities/replicas/index.ts'

/** One server, and a connection to it for each piece of work. */
export interface FailoverNode {
  /** `db1:5432`. */
  readonly name: string
  readonly target: Target
  use<T>(work: (database: Queryable) => Promise<T>): Promise<T>
}

/** What a node says that answers. */
export interface Facts extends NodeAnswer {
  readonly isSuperuser: boolean
  readonly mayPromote: boolean
  readonly role: string
  /** A standby that is being sent the log at the moment, and by whom, as far as it tells us: `db1:5432`. */
  readonly isReceiving: boolean
  readonly sender: string | undefined
  readonly conninfo: string | undefined
  readonly slot: string | undefined
}

export interface SeenNode {
  readonly node: FailoverNode
  readonly name: string
  readonly facts: Facts | undefined
  /** Why there are none. */
  readonly problem: string | undefined
}

/** Asks every node, all at once. Never rejects. */
export function lookAt(nodes: readonly FailoverNode[]): Promise<readonly SeenNode[]> {
  return Promise.all(nodes.map(look))
}

async function look(node: FailoverNode): Promise<SeenNode> {
  const { name } = node
  try {
    return { node, name, facts: await node.use(factsFrom), problem: undefined }
  } catch (error) {
    return { node, name, facts: undefined, problem: reasonOf(error) }
  }
}

async function factsFrom(database: Queryable): Promise<Facts> {
  const [answer = {}] = await database.query(NODE_QUESTION)
  const [more = {}] = await database.query(ADMINISTRATION)
  const text = (name: string) => (typeof more[name] === 'string' ? more[name] : undefined)
  return {
    ...nodeAnswerOf(answer),
    role: String(more['role']),
    isSuperuser: more['is_superuser'] === true,
    mayPromote: more['may_promote'] === true,
    isReceiving: more['is_receiving'] === true,
    sender: text('sender'),
    conninfo: text('conninfo'),
    slot: text('slot'),
  }
}

/** A receiver whose state is hidden from us is taken for one that receives. */
const ADMINISTRATION = `
  select current_user::text as role,
         (select rolsuper from pg_catalog.pg_roles where rolname = current_user) as is_superuser,
         has_function_privilege('pg_catalog.pg_promote(boolean, integer)', 'execute') as may_promote,
         coalesce(receiver.status = 'streaming', receiver.pid is not null) as is_receiving,
         receiver.sender_host || ':' || receiver.sender_port as sender,
         (select nullif(setting, '') from pg_catalog.pg_settings where name = 'primary_conninfo') as conninfo,
         nullif(current_setting('primary_slot_name', true), '') as slot
  from (select) as nothing
  left join pg_catalog.pg_stat_wal_receiver as receiver on true
`

/** How far the log has reached it, replayed or not: what it has after a promotion. */
export function reachOf({ lsn, receivedLsn = 0n }: Facts): bigint {
  return receivedLsn > lsn ? receivedLsn : lsn
}

function reasonOf(error: unknown): string {
  if (!(error instanceof STierError)) return error instanceof Error ? error.message : String(error)
  const { message, details } = error
  return typeof details === 'string' ? `${message}: ${details}` : message
}

export function nameOf(target: Target): string {
  return placeOf(target)
}
