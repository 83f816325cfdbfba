import type { Check } from './api/admin/index.ts'
import type { Clock, Observer } from './base/index.ts'
import { createRetention, journalAccess } from './capabilities/events/index.ts'
import { placeOf } from './capabilities/pool/index.ts'
import type { Redis } from './capabilities/redis/index.ts'
import type { Config } from './config.ts'
import type { ServerEvent } from './observations.ts'
import type { Catalog } from './query/catalog/index.ts'
import { changeOf } from './query/cacheability/index.ts'
import {
  type CachingExecutor,
  createAnswerCache,
  createCachingExecutor,
  createJournalFollower,
  type Executor,
  type ExecutorSetup,
  type FollowerStatus,
  type Nodes,
} from './query/executor/index.ts'

export interface ServerCachingSetup {
  /** As it was at the start: sizes, and what Redis is. */
  readonly config: Config
  /** As it is: times, and tables. */
  readonly current: () => Config
  readonly nodes: Pick<Nodes, 'use' | 'usePrimary' | 'primaryTarget' | 'router'>
  readonly catalog: () => Catalog
  readonly redis: Redis | undefined
  /** The role that logs in. */
  readonly login: string
  readonly clock: Clock
  readonly observe: Observer<ServerEvent>
}

/** The cache of a server's answers: what keeps them, what hears of changes, and the executor that asks both. */
export interface ServerCaching {
  /** What the executor behind it is to do for it. */
  readonly wants: Pick<ExecutorSetup, 'wantsOwnChanges' | 'onCommitted' | 'tellsTokens'>
  /** Puts the cache before an executor. Undefined: there is none. */
  before(inner: Executor): CachingExecutor | undefined
  /** Undefined: there is none. */
  status(): FollowerStatus | undefined
  catalogChanged(): void
  primaryChanged(): void
  /** Begins to follow the journal. Resolves when it is known whether there is one. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** Of a server that keeps nothing. */
export const NO_CACHING: ServerCaching = Object.freeze({
  wants: Object.freeze({}),
  before: () => undefined,
  status: () => undefined,
  catalogChanged: () => undefined,
  primaryChanged: () => undefined,
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
})

/** Of the parts of the executor's room, by the configuration; nothing of it is made where the cache is switched off. */
export async function createServerCaching(setup: ServerCachingSetup): Promise<ServerCaching> {
  const { config, current, nodes, catalog, redis, login, clock, observe } = setup
  if (!config.cache.enabled) return NO_CACHING
  const { sweepMs, tablesEveryMs, followLagMsMax } = config.journal
  const name = await nameIn(nodes)
  const cache = createAnswerCache({
    ...{ rules: config.cache, redis, clock, random: Math.random, observe },
    databaseName: `${name} ${login}`,
  })
  const follower = createJournalFollower({
    ...{ redis, channel: `journal:${name}`, login, clock, observe },
    database: { query: (text, values) => nodes.usePrimary(one => one.query(text, values), QUICK) },
    options: { sweepMs, tablesEveryMs, followLagMsMax },
    onEvents(events) {
      const snapshot = catalog()
      for (const event of events) cache.change(changeOf(event, snapshot))
    },
    onFlush: (tag, upTo) => void cache.flush(tag, upTo),
  })
  return {
    wants: {
      wantsOwnChanges: () => follower.wantsOwnChanges,
      onCommitted: changes => follower.own(changes),
      // Where several processes serve one node, a client may come to another one.
      tellsTokens: () => redis !== undefined && follower.wantsOwnChanges,
    },
    before: inner =>
      createCachingExecutor({
        ...{ inner, follower, cache, catalog, clock },
        policies: () => current().cache,
        history: () => nodes.router.history(),
      }),
    status: () => follower.status(),
    catalogChanged: () => follower.catalogChanged(),
    primaryChanged: () => follower.primaryChanged(),
    start: () => follower.start(),
    async stop() {
      await follower.stop()
      await cache.close()
    },
  }
}

/** Looks after the journal where there is one, with a cache or without. Answers how to stop that. */
export function keepJournal(
  { journal }: Config,
  nodes: Pick<Nodes, 'usePrimary'>,
  { clock, observe }: Pick<ServerCachingSetup, 'clock' | 'observe'>,
): () => Promise<void> {
  const { keepMs, keepBytes, daysAhead, everyMs } = journal
  const retention = createRetention({
    database: { query: (text, values) => nodes.usePrimary(one => one.query(text, values), SLOW) },
    ...{ clock, observe, isOptional: true },
    options: { keepMs, keepBytes, daysAhead, everyMs },
  })
  retention.start()
  return () => retention.stop()
}

/** What keeps the cache from working though there is a journal. A doubt that cannot be cleared up now is none. */
export async function cacheDoubts(
  { cache }: Config,
  nodes: Pick<Nodes, 'use'>,
  login: string,
): Promise<readonly string[]> {
  if (!cache.enabled) return []
  const access = await nodes.use(journalAccess, QUICK).catch(() => 'missing' as const)
  if (access === 'ready' || access === 'missing') return []
  const why =
    access === 'forbidden'
      ? `The role '${login}' may not read the journal`
      : 'The journal is of an older version'
  return [`${why}, so that answers are not kept: s-tier journal enable postgres://… --for ${login}`]
}

/** The cache is no condition for serving: whatever is wrong with it, `ok` is true. */
export function cacheCheck(status: FollowerStatus | undefined): Check {
  return { name: 'cache', ok: true, detail: detailOf(status) }
}

function detailOf(status: FollowerStatus | undefined): string {
  if (status === undefined) return 'switched off'
  const { state, reason, journaled, stall } = status
  if (state !== 'following') return reason === undefined ? state : `${state}: ${reason}`
  const held =
    stall === undefined ? '' : `; the journal is held up by process ${stall.processId ?? 'unknown'}`
  return `following the journal of ${journaled.length} tables${held}`
}

/** Small questions, many a second: they take their turn with those of clients. */
const QUICK = Object.freeze({ class: 'realtime', leavesNoTrace: true } as const)
const SLOW = Object.freeze({ class: 'batch' } as const)

/** What no other database has that might share this Redis. Where nobody may ask for that, the address has to do. */
async function nameIn(nodes: ServerCachingSetup['nodes']): Promise<string> {
  try {
    const [row] = await nodes.use(one => one.query(NAME), QUICK)
    return String(row?.['name'])
  } catch {
    const target = nodes.primaryTarget()
    return `${placeOf(target)}/${target.database}`
  }
}

const NAME = `
  select (pg_catalog.pg_control_system()).system_identifier || '/' || d.oid as name
  from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()`
