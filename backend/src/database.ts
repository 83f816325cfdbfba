import {
  createPool,
  parseTarget,
  type Pool,
  probe,
  type Queryable,
  type Target,
} from './capabilities/pool/index.ts'
import type { Clock } from './base/index.ts'
import {
  type CacheExplanation,
  createPlans,
  type ExplainedRequest,
  explainCache,
  type KnownJournal,
} from './api/rest/index.ts'
import { journalAccess, journaledTables } from './capabilities/events/index.ts'
import type { Config, Configure } from './config.ts'
import {
  type Catalog,
  type CatalogOptions,
  type DatabaseSettings,
  examineDatabase,
  type Finding,
  loadCatalog,
  readDatabaseSettings,
} from './query/catalog/index.ts'
export type { Finding, Level } from './query/catalog/index.ts'
import { firstAnswering, keepsAnswers, nodeTargets } from './query/executor/index.ts'
import { SETTINGS, settingOf } from './postgrest/index.ts'

/** What was cut off still has to be cancelled in the database: it gets this long, in milliseconds. */
const CANCEL_MS = 1_000

/** What the database says before anything of it is served, over a connection of its own. */
export async function firstSettings(
  config: Config,
  target: Target,
  clock: Clock,
): Promise<DatabaseSettings> {
  const pool = createPool({ ...config.pool, sizeMax: 1, target, clock })
  try {
    return await pool.use(connection => settingsOf(config, connection))
  } finally {
    await pool.end(CANCEL_MS)
  }
}

/** What the database itself sets: `pgrst.…`. */
export async function settingsOf(
  { database }: Config,
  connection: Queryable,
): Promise<DatabaseSettings> {
  if (!database.configEnabled) return new Map()
  return readDatabaseSettings(connection, {
    names: SETTINGS,
    preConfigName: settingOf('db-pre-config'),
    preConfig: database.preConfig,
  })
}

/** How the catalog is read. */
export function catalogOptions({ catalog, database }: Config): CatalogOptions {
  return { ...catalog, ...database }
}

/**
 * The database as it is now, for those who describe it without serving it. Rejects like `createServer`; the connection
 * is closed when this settles.
 */
export function readCatalog(config: Config, clock: Clock): Promise<Catalog> {
  return withPool(config, clock, pool => catalogIn(pool, config, clock))
}

/** What a document says of a database. */
export interface Described {
  readonly catalog: Catalog
  /** A server that logs in so would keep answers. */
  readonly isCached: boolean
}

/** The same, and whether answers would be kept. */
export function readDescription(config: Config, clock: Clock): Promise<Described> {
  return withPool(config, clock, async pool => ({
    catalog: await catalogIn(pool, config, clock),
    isCached: keepsAnswers(config.cache, (await pool.use(knownJournal)).state),
  }))
}

function catalogIn(pool: Pool, config: Config, clock: Clock): Promise<Catalog> {
  return pool.use(connection => loadCatalog(connection, catalogOptions(config), clock))
}

async function withPool<T>(
  config: Config,
  clock: Clock,
  work: (pool: Pool) => Promise<T>,
): Promise<T> {
  const target = parseTarget(config.database.url ?? '')
  await probe(target, config.pool.connectTimeoutMs)
  const pool = createPool({ ...config.pool, target, clock })
  try {
    return await work(pool)
  } finally {
    await pool.end(CANCEL_MS)
  }
}

/** One connection to a database, by its URL or as that was read, for commands that change it. Rejects like `createServer`, or with what `work` throws. */
export async function withDatabase<T>(
  place: string | Target,
  connectTimeoutMs: number,
  work: (connection: Queryable) => Promise<T>,
): Promise<T> {
  const target = typeof place === 'string' ? parseTarget(place) : place
  await probe(target, connectTimeoutMs)
  const pool = createPool({ target, sizeMax: 1, connectTimeoutMs })
  try {
    return await pool.use(work)
  } finally {
    await pool.end(CANCEL_MS)
  }
}

/** What in a database lets requests that run as these roles do more than was meant. Rejects like `createServer`. */
export function examineSecurity(
  { database, pool }: Config,
  roles: readonly string[],
): Promise<readonly Finding[]> {
  const { schemas, anonRole } = database
  const examined = { schemas, roles, anonRole: anonRole ?? roles.find(role => role === 'anon') }
  return withDatabase(database.url ?? '', pool.connectTimeoutMs, connection =>
    examineDatabase(connection, examined),
  )
}

/** A request to a database that is not served. */
export interface ExplainSetup {
  readonly configure: Configure
  readonly clock: Clock
  /** Under the configuration as the database has completed it. */
  readonly request: (config: Config) => ExplainedRequest
}

/** What the cache of a server would do with a request. Rejects like `createServer`, and with the dialect's errors. */
export async function explainServed({
  configure,
  clock,
  request,
}: ExplainSetup): Promise<CacheExplanation> {
  const given = await configure(undefined)
  const targets = nodeTargets(given.database.url ?? '', given.database.replicas)
  const target = await firstAnswering(targets, given.pool.connectTimeoutMs, clock)
  const pool = createPool({ ...given.pool, target, clock })
  try {
    const config = await configure(await pool.use(connection => settingsOf(given, connection)))
    const asked = request(config)
    const catalog = await pool.use(connection =>
      loadCatalog(connection, catalogOptions(config), clock),
    )
    return await explainCache(asked, {
      catalog: () => catalog,
      clock,
      plans: createPlans(),
      rules: config,
      caching: config.cache,
      journal: await pool.use(knownJournal),
    })
  } finally {
    await pool.end(CANCEL_MS)
  }
}

/** What a server that logs in so would hear. */
async function knownJournal(connection: Queryable): Promise<KnownJournal> {
  const access = await journalAccess(connection)
  if (access !== 'ready') return { state: 'absent', access, isJournaled: () => false }
  const known = new Set((await journaledTables(connection)).map(({ relation }) => relation))
  return { state: 'following', access, isJournaled: relation => known.has(relation) }
}
