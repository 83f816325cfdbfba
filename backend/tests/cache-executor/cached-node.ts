import { vi } from 'vitest'
import { HTTP_DEFAULTS } from '../../src/api/http/index.ts'
import { executionOf } from '../../src/api/rest/explaining/execution.ts'
import { createPlans } from '../../src/api/rest/index.ts'
import { REST_DEFAULTS } from '../../src/api/rest/options.ts'
import type { RestResponse } from '../../src/api/rest/response.ts'
import { splitUrl } from '../../src/api/rest/target.ts'
import { write } from '../../src/api/rest/write/write.ts'
import { systemClock } from '../../src/base/index.ts'
import type { Breaker } from '../../src/capabilities/breaker/index.ts'
import type { CacheEvent, CacheRedis } from '../../src/capabilities/cache/index.ts'
import {
  createPool,
  parseTarget,
  type Pool,
  type PoolOptions,
} from '../../src/capabilities/pool/index.ts'
import { changeOf } from '../../src/query/cacheability/index.ts'
import { type Catalog, loadCatalog } from '../../src/query/catalog/index.ts'
import { createJournalFollower } from '../../src/query/executor/caching/journal-follower.ts'
import {
  alwaysTo,
  type Answer,
  type AnswerCache,
  CACHING_DEFAULTS,
  type CachingExecutor,
  type CachingRules,
  createAnswerCache,
  createCachingExecutor,
  createExecutor,
  DATABASE_DEFAULTS,
  type Execution,
  type Executor,
} from '../../src/query/executor/index.ts'
import { testPool } from '../support/journal.ts'

/** The rules of the tests: nothing expires at random. */
export const RULES: CachingRules = { ...CACHING_DEFAULTS, jitterShare: 0 }

export interface CachedNodeSetup {
  /** As whom it logs in. */
  readonly url: string
  readonly rules?: Partial<CachingRules>
  readonly redis?: CacheRedis | undefined
  /** What becomes of a read on its way to the database. */
  readonly beforeRead?: (execution: Execution) => Promise<void> | void
  readonly followLagMsMax?: number
  /** Put in place of the executor. */
  readonly around?: (inner: Executor) => Executor
  readonly databaseName?: string
  /** Of the connections that answer requests. */
  readonly pool?: PoolOptions
  readonly breaker?: Breaker
  /** Default true: it is waited for until it is followed. */
  readonly hasJournal?: boolean
}

export interface Asked {
  readonly role?: string
  readonly claims?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  /** Parts of the execution that are set by hand. */
  readonly parts?: Partial<Execution>
}

/** One process of a server, from the dialect's understanding of a request down to the database. */
export interface CachedNode {
  readonly executor: CachingExecutor
  readonly cache: AnswerCache
  readonly follower: ReturnType<typeof createJournalFollower>
  /** Reads that went to the database. */
  readonly reads: () => number
  readonly events: readonly CacheEvent[]
  rules: CachingRules
  /** Of which cluster and timeline it takes the primary to be. */
  history: string | undefined
  get(url: string, asked?: Asked): Promise<Answer>
  /** The same as it would be executed. */
  execution(url: string, asked?: Asked): Promise<Execution>
  /** Any statement that changes something, through the executor. */
  write(sql: string, parts?: Partial<Execution>): Promise<Answer>
  /** A write of one row as the dialect does it, answered with the row. */
  patch(url: string, body: object): Promise<RestResponse>
  /** Reads the catalog anew, as after a change of it. */
  reloadCatalog(): Promise<void>
  stop(): Promise<void>
}

export async function startNode(setup: CachedNodeSetup): Promise<CachedNode> {
  const { url, beforeRead = () => undefined, around = one => one } = setup
  const pool: Pool = createPool({ target: parseTarget(url), sizeMax: 8, ...setup.pool })
  const journalPool = testPool(url, 2)
  let catalog: Catalog = await pool.use(connection => loadCatalog(connection))
  let reads = 0
  const events: CacheEvent[] = []
  const clock = systemClock
  const rules = Object.freeze({ ...RULES, ...setup.rules })
  const cache = createAnswerCache({
    rules,
    redis: setup.redis,
    databaseName: setup.databaseName ?? url,
    clock,
    random: Math.random,
    observe: event => void events.push(event),
  })
  const follower = createJournalFollower({
    database: journalPool,
    options: { sweepMs: 20, tablesEveryMs: 100, followLagMsMax: setup.followLagMsMax ?? 5_000 },
    onEvents: told => told.forEach(event => cache.change(changeOf(event, catalog))),
    onFlush: (tag, upTo) => void cache.flush(tag, upTo),
    login: 'authenticator',
  })
  const plain = createExecutor(alwaysTo({ name: 'primary', pool, breaker: setup.breaker }), {
    wantsOwnChanges: () => follower.wantsOwnChanges,
    onCommitted: changes => follower.own(changes),
  })
  const counted: Executor = {
    hedges: plain.hedges,
    async run(execution) {
      if (execution.context.readOnly) {
        reads++
        await beforeRead(execution)
      }
      return plain.run(execution)
    },
  }
  const executor = createCachingExecutor({
    ...{ inner: around(counted), follower, cache, clock },
    policies: () => node.rules,
    catalog: () => catalog,
    history: () => node.history,
  })
  const services = {
    ...{ catalog: () => catalog, clock, plans: createPlans() },
    rules: {
      database: DATABASE_DEFAULTS,
      http: HTTP_DEFAULTS,
      rest: { ...REST_DEFAULTS, prefix: '/' },
    },
  }
  const identities = new Map<string, ReturnType<typeof identityOf>>()
  async function execution(url: string, asked: Asked = {}): Promise<Execution> {
    const { role = 'anon', claims = {}, headers = {}, parts } = asked
    const name = JSON.stringify([role, claims])
    const identity = identities.get(name) ?? identityOf(role, claims)
    identities.set(name, identity)
    const found = await executionOf({ method: 'GET', url, headers, identity }, services)
    if (typeof found === 'string') throw new Error(`${url} reads nothing`)
    return { ...found, ...parts }
  }
  const node: CachedNode = {
    ...{ executor, cache, follower, events, rules, execution, history: '1:1' },
    reads: () => reads,
    get: async (url, asked) => executor.run(await execution(url, asked)),
    async write(sql, parts) {
      const text = `with done as (${sql} returning 1)
        select count(*)::text, count(*), null::bigint, null::text, null::text from done`
      return executor.run({ ...writing(text), ...parts })
    },
    patch(url, body) {
      const { path, queryString } = splitUrl(url)
      const headers = { 'content-type': 'application/json', prefer: 'return=representation' }
      const input = {
        ...{ method: 'PATCH', name: path.slice(1), path, queryString, headers },
        ...{ identity: identityOf('anon', {}), body: Buffer.from(JSON.stringify(body)) },
      }
      const nobody = { identity: undefined as never, describeRoot: undefined as never }
      const given = { ...services, ...nobody, executor, caching: true }
      return write({ ...input, signal: undefined }, given)
    },
    async reloadCatalog() {
      catalog = await pool.use(connection => loadCatalog(connection))
      services.plans = createPlans()
      follower.catalogChanged()
    },
    async stop() {
      await follower.stop()
      await cache.close()
      await pool.end(1_000)
      await journalPool.end()
    },
  }
  await follower.start()
  if (setup.hasJournal !== false) await vi.waitUntil(() => follower.state === 'following', WAITING)
  return node
}

/** So long something may take on a busy machine. */
const WAITING = { timeout: 20_000, interval: 10 }

function identityOf(role: string, claims: Readonly<Record<string, unknown>>) {
  const all = { ...claims, role }
  return { role, claims: all, claimsText: JSON.stringify(all), anonymous: role === 'anon' }
}

function writing(text: string): Execution {
  return {
    statement: { text, name: '', estimate: undefined },
    parameters: [],
    context: {
      ...{ role: 'anon', searchPath: '"public"', claims: '{}', method: 'POST', path: '/' },
      ...{ headers: '{}', cookies: '{}', settings: [], readOnly: false, isolation: undefined },
      ...{ rollback: false, preRequest: undefined, statementTimeoutMs: undefined },
    },
    signal: undefined,
  }
}
