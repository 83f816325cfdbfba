import pg from 'pg'
import { signToken } from '../../src/api/http/index.ts'
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import { journaling } from '../support/journaling.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'
import {
  type ReplicatedCluster,
  type ReplicatedNode,
  startReplicated,
} from '../support/replicated.ts'
import { type NodeProcess, startNodeProcess } from './node-process.ts'
import { SHELVES, TENANTS } from './questions.ts'

const SECRET = 'the tests of coherence are signed with this'
export const NODES = 3
export const ITEMS = 16
export const PARTS = 32
/** An item that nobody writes. It stands on shelf 3. */
export const QUIET_ROW = 2

export interface RigOptions {
  /** S-Tier reads from the standby too. Otherwise there is none. */
  readonly hasReplica: boolean
  readonly flags?: Readonly<Record<string, string>>
}

/** Three S-Tiers with one Redis before one database: a primary, and a standby where that is wanted. */
export interface Rig {
  readonly nodes: readonly NodeProcess[]
  readonly redis: TestRedis
  readonly cluster: ReplicatedCluster
  /** What stands between the S-Tiers and each node of the cluster. */
  readonly networks: readonly FaultProxy[]
  /** Whether answers are kept at all. */
  readonly isCached: boolean
  /** The node of the cluster that takes writes now; who writes past S-Tier asks it. */
  primary: ReplicatedNode
  stop(): Promise<void>
}

/** Watches everything closely, so that tests need not wait for it. */
const FLAGS = {
  '--jwt-secret': SECRET,
  '--rest-prefix': '/',
  '--catalog-check-every-ms': '250',
  '--pool-size-min': '2',
  '--pool-size-max': '8',
  '--breaker-open-for-ms': '500',
  '--replicas-check-every-ms': '100',
  '--replicas-recheck-every-ms': '50',
  '--replicas-answer-timeout-ms': '1000',
  '--replicas-primary-wait-ms': '1500',
  '--pool-acquire-timeout-ms': '3000',
  ...(JSON.parse(process.env['STIER_COHERENCE_FLAGS'] ?? '{}') as Record<string, string>),
}

export async function startRig({ hasReplica, flags = {} }: RigOptions): Promise<Rig> {
  const opened: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const close of opened.splice(0).toReversed()) await close()
  }
  try {
    const redis = await startRedis()
    opened.push(() => redis.stop())
    const cluster = await startReplicated({ standbys: hasReplica ? 1 : 0, settings: SETTINGS })
    opened.push(() => cluster.stop())
    const { primary } = cluster
    await primary.query(schema())
    await journaling(primary.url, { schemas: ['public'], logins: ['authenticator'] })
    await Promise.all(cluster.standbys.map(async node => node.caughtUp(await primary.lsn())))
    const networks: FaultProxy[] = []
    for (const { port } of cluster.nodes) {
      const network = await startFaultProxy({ host: '127.0.0.1', port })
      opened.push(() => network.stop())
      networks.push(network)
    }
    const [first = '', ...others] = cluster.nodes.map(
      ({ authenticatorUrl }, index) => networks[index]?.urlFor(authenticatorUrl) ?? '',
    )
    const replicas = others.length > 0 ? { '--database-replicas': others.join(',') } : {}
    const given: Readonly<Record<string, string>> = {
      ...FLAGS,
      ...replicas,
      '--redis-url': redis.url,
      ...flags,
    }
    const starting = Array.from({ length: NODES }, () => startNodeProcess(first, given))
    const nodes = await Promise.all(starting)
    for (const node of nodes) opened.push(() => node.kill())
    const isCached = given['--cache-enabled'] !== 'false'
    return { nodes, redis, cluster, networks, primary, isCached, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const SETTINGS = {
  shared_preload_libraries: 'pg_stat_statements',
  jit: 'off',
  autovacuum: 'off',
  max_connections: '100',
}

/** Rows begin at version 1, and stand by their numbers. */
function schema(): string {
  return `
    create extension pg_stat_statements;
    create role member nologin;
    grant member to authenticator;
    create table item (id int primary key, tenant int not null, shelf int not null, version bigint not null);
    create table part (id int primary key, item_id int not null references item, tenant int not null,
      shelf int not null, version bigint not null);
    create index on part (item_id);
    alter table item enable row level security;
    alter table part enable row level security;
    create policy own on item to member using (${POLICY});
    create policy own on part to member using (${POLICY});
    create table solo (id int primary key);
    insert into solo select generate_series(1, 1000);
    grant select on item, part, solo to member;
    grant all on item, part to service_role;
    insert into item select n, ${placed('tenant')}, ${placed('shelf')}, 1 from generate_series(1, ${ITEMS}) n;
    insert into part select n, 1 + n % ${ITEMS}, ${placed('tenant')}, ${placed('shelf')}, 1
      from generate_series(1, ${PARTS}) n`
}

/** What a reader may see. */
export const POLICY = `tenant = (current_setting('request.jwt.claims', true)::json ->> 'tenant')::int`

function placed(column: 'tenant' | 'shelf'): string {
  return `1 + n % ${column === 'tenant' ? TENANTS.length : SHELVES.length}`
}

/** Where a row stands at the beginning. */
export function firstPlace(id: number) {
  return { tenant: 1 + (id % TENANTS.length), shelf: 1 + (id % SHELVES.length) }
}

/** Two callers of a tenant differ in what no policy reads. */
export function reader(tenant: number, caller = 0): { authorization: string } {
  return bearer({ role: 'member', tenant, sub: `reader ${caller % 2}` })
}

/** For whom no policy holds. */
export function writer(): { authorization: string } {
  return bearer({ role: 'service_role' })
}

const tokens = new Map<string, { authorization: string }>()

function bearer(claims: Readonly<Record<string, unknown>>): { authorization: string } {
  const name = JSON.stringify(claims)
  const known = tokens.get(name)
  if (known !== undefined) return known
  const made = { authorization: `Bearer ${signToken(claims, { secret: SECRET })}` }
  tokens.set(name, made)
  return made
}

/** Connections past all S-Tiers, to whichever node takes writes. */
export function outside(rig: Rig): { query: OutsideQuery; end(): Promise<void> } {
  let at = rig.primary
  let pool = connect(at.url)
  return {
    async query(texts) {
      if (at !== rig.primary) {
        void pool.end()
        at = rig.primary
        pool = connect(at.url)
      }
      const client = await pool.connect()
      let isBroken = false
      try {
        for (const text of texts) await client.query(text)
      } catch (error) {
        isBroken = true
        throw error
      } finally {
        client.release(isBroken)
      }
    },
    end: () => pool.end(),
  }
}

export type OutsideQuery = (texts: readonly string[]) => Promise<void>

function connect(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 8, connectionTimeoutMillis: 5_000 })
  pool.on('error', () => undefined)
  pool.on('connect', client => void client.on('error', () => undefined)) // Its query rejects.
  return pool
}
