import type { AddressInfo } from 'node:net'
import { type Check, registerHealth } from './api/admin/index.ts'
import { createHttpApp, createIdentity, type IdentityService, listen } from './api/http/index.ts'
import {
  createDescriber,
  DOCS_PATH,
  type DocsServices,
  type OpenApiServices,
  registerDocs,
  registerOpenApi,
} from './api/openapi/index.ts'
import { answerRest, createPlans, registerRest, type RestServices } from './api/rest/index.ts'
import type { Clock, Observer } from './base/index.ts'
import {
  createListener,
  createPool,
  type Pool,
  PoolQueueFullError,
  PoolTimeoutError,
  parseTarget,
  probe,
  type Queryable,
  type Target,
} from './capabilities/pool/index.ts'
import { type Config, readConfig, takeOver } from './config.ts'
import type { ServerEvent } from './observations.ts'
import {
  type Catalog,
  type CatalogKeeper,
  type CatalogOptions,
  createCatalogKeeper,
  type DatabaseSettings,
  doubtsOf,
  hasFunction,
  loadCatalog,
  readDatabaseSettings,
  relationKey,
} from './query/catalog/index.ts'
import { createExecutor, toldExecutor } from './query/executor/index.ts'
import { SETTINGS, settingOf } from './postgrest/index.ts'

export interface ServerParts {
  readonly clock: Clock
  readonly observe: Observer<ServerEvent>
  /** Makes the configuration anew. Default: what was given, with the database's settings laid over it. */
  readonly configure?: Configure | undefined
}

/** The configuration under what the database itself says. Throws, or rejects, when it is wrong. */
export type Configure = (database: DatabaseSettings) => Config | Promise<Config>

/** A server that is built but does not listen yet. */
export interface Server {
  /** Begins to listen. Rejects with Node's error when the address is taken or not ours. */
  start(): Promise<void>
  /** Where it listens, once it does: `http://127.0.0.1:3000`. */
  readonly addresses: readonly string[]
  /** Where `/live` and `/ready` are, once it listens; undefined where they stand beside the API. */
  readonly adminAddress: string | undefined
  /**
   * Says at once that it is not ready; after `http.stopDelayMs` takes no new connections, finishes what is in flight, at
   * most for `http.drainMs`, and closes everything. Called again, it waits for the same end.
   */
  stop(reason: string): Promise<void>
  /**
   * Reads the configuration, the catalog and the keys of tokens again. False: the configuration or the catalog could not
   * be read, events have told why, and the old one stays.
   */
  reload(): Promise<boolean>
  /** What it serves by, at this moment. */
  readonly config: Config
  /** Settings that the database itself makes, at this moment: `pgrst.db_schemas`. */
  readonly databaseSettings: readonly string[]
}

/** What was cut off still has to be cancelled in the database: it gets this long, in milliseconds. */
const CANCEL_MS = 1_000

/**
 * Builds everything, top to bottom: the only place that constructs. Rejects with an error that says what to do when the
 * database cannot be reached, refuses the login, is too old, or lacks a configured schema.
 */
export async function createServer(
  given: Config,
  { clock, observe, ...parts }: ServerParts,
): Promise<Server> {
  const configure = parts.configure ?? (database => readConfig({ presets: given, database }))
  const target = parseTarget(given.database.url ?? '')
  await probe(target, given.pool.connectTimeoutMs)
  let databaseSettings = await firstSettings(given, target, clock)
  let config = await configure(databaseSettings)

  const pool = createPool({ ...config.pool, target, clock, observe })
  let identity = identityOf(config)
  let onReconnect = (): void => undefined
  let onReloadConfig = (): void => undefined
  const listener = config.catalog.channelEnabled
    ? createListener({
        target,
        clock,
        observe,
        onConnect: isFirst => {
          if (!isFirst) onReconnect()
        },
      })
    : undefined
  const catalog = await createCatalogKeeper({
    withConnection: work => pool.use(work),
    isBusy: error => error instanceof PoolQueueFullError || error instanceof PoolTimeoutError,
    listener,
    onReloadConfig: () => onReloadConfig(),
    options: catalogOptions(config),
    clock,
    observe,
  }).catch(async (error: unknown) => {
    await Promise.all([listener?.stop(), pool.end(0)])
    throw error
  })
  let services = servicesOf(config)
  let turn = Promise.resolve(true)
  onReconnect = () => void reload()
  onReloadConfig = () => void reconfigure()
  await tellDoubts()

  function identityOf({ jwt, database }: Config): IdentityService {
    return createIdentity({ ...jwt, anonRole: database.anonRole }, { clock, observe })
  }

  function servicesOf({
    database,
    http,
    rest,
    openapi,
    log,
  }: Config): RestServices & OpenApiServices {
    const executor = createExecutor(pool, { clock })
    const anonymous = database.anonRole !== undefined
    const describer = createDescriber({ openapi, prefix: rest.prefix, anonymous })
    return {
      catalog: catalog.current,
      clock,
      executor: log.queries ? toldExecutor(executor, observe) : executor,
      identity,
      plans: createPlans(), // Plans hold what the rules were when they were made.
      describer,
      describeRoot: describer.swagger,
      rules: { database, http, rest },
    }
  }

  async function tellDoubts(): Promise<void> {
    for (const message of doubtsOf(catalog.current(), await expectationsOf(config, pool))) {
      observe({ kind: 'catalog.doubt', message })
    }
  }

  /** All or nothing: when anything of the new configuration cannot be used, the old one stays. */
  async function takeConfig(): Promise<boolean> {
    try {
      const settings = await pool.use(connection => settingsOf(config, connection))
      const { config: next, changed, waiting } = takeOver(config, await configure(settings))
      const renewed = hasSameIdentity(config, next) ? identity : identityOf(next)
      await catalog.reconfigure(catalogOptions(next)).catch((error: unknown) => {
        if (renewed !== identity) renewed.close()
        throw error
      })
      databaseSettings = settings
      if (changed.length > 0) {
        if (renewed !== identity) identity.close()
        identity = renewed
        config = next
        services = servicesOf(next)
        await tellDoubts()
      }
      observe({ kind: 'config.read', changed, waiting })
      return true
    } catch (error) {
      observe({ kind: 'config.failed', error })
      return false
    }
  }

  /** One after the other: two that overlap could end with the older one. */
  function reconfigure(): Promise<boolean> {
    turn = turn.then(takeConfig).then(async isTaken => {
      await identity.reload()
      return isTaken
    })
    return turn
  }

  async function reload(): Promise<boolean> {
    const isTaken = await reconfigure()
    return (await catalog.reload()) && isTaken
  }

  const app = createHttpApp(() => config.http, observe)
  registerRest(app, () => services)
  registerOpenApi(app, () => services)
  registerDocs(app, () => docsOf(config, services))
  let stopReason: string | undefined
  let stopping: Promise<void> | undefined
  const { adminPort } = config.http
  const admin = adminPort === undefined ? undefined : createHttpApp(() => config.http, observe)
  registerHealth(admin ?? app, { checks: () => checksOf(stopReason, catalog, pool) })

  async function stop(): Promise<void> {
    const { stopDelayMs, drainMs } = config.http
    if (app.server.listening && stopDelayMs > 0) {
      await new Promise<void>(resolve => clock.after(stopDelayMs, resolve))
    }
    const drained = clock.after(drainMs, () => app.server.closeAllConnections())
    await app.close()
    drained()
    await admin?.close()
    identity.close()
    await Promise.all([listener?.stop(), catalog.close()])
    await pool.end(CANCEL_MS)
  }

  return {
    async start() {
      const { host, adminHost = host } = config.http
      await admin?.listen({ host: adminHost, port: adminPort ?? 0 })
      await listen(app, config.http)
    },
    get addresses() {
      return app.addresses().map(urlOf)
    },
    get adminAddress() {
      const [address] = admin?.addresses() ?? []
      return address && urlOf(address)
    },
    stop(reason) {
      stopReason ??= reason
      return (stopping ??= stop())
    },
    reload,
    get config() {
      return config
    },
    get databaseSettings() {
      return [...databaseSettings.keys()].sort()
    },
  }
}

/** What the database says before anything of it is served, over a connection of its own. */
async function firstSettings(
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

async function settingsOf({ database }: Config, connection: Queryable): Promise<DatabaseSettings> {
  if (!database.configEnabled) return new Map()
  return readDatabaseSettings(connection, {
    names: SETTINGS,
    preConfigName: settingOf('db-pre-config'),
    preConfig: database.preConfig,
  })
}

function catalogOptions({ catalog, database }: Config): CatalogOptions {
  return { ...catalog, ...database }
}

function hasSameIdentity(one: Config, other: Config): boolean {
  const rulesOf = ({ jwt, database }: Config) => JSON.stringify([jwt, database.anonRole])
  return rulesOf(one) === rulesOf(other)
}

/**
 * The database as it is now, for those who describe it without serving it. Rejects like `createServer`; the connection
 * is closed when this settles.
 */
export async function readCatalog(config: Config, clock: Clock): Promise<Catalog> {
  const target = parseTarget(config.database.url ?? '')
  await probe(target, config.pool.connectTimeoutMs)
  const pool = createPool({ ...config.pool, target, clock })
  try {
    return await pool.use(connection => loadCatalog(connection, catalogOptions(config), clock))
  } finally {
    await pool.end(CANCEL_MS)
  }
}

/** One connection to a database, for commands that change it. Rejects like `createServer`, or with what `work` throws. */
export async function withDatabase<T>(
  url: string,
  connectTimeoutMs: number,
  work: (connection: Queryable) => Promise<T>,
): Promise<T> {
  const target = parseTarget(url)
  await probe(target, connectTimeoutMs)
  const pool = createPool({ target, sizeMax: 1, connectTimeoutMs })
  try {
    return await pool.use(work)
  } finally {
    await pool.end(CANCEL_MS)
  }
}

/** Where the API begins at the root, a relation of that name comes before the page. */
function docsOf({ openapi, rest }: Config, services: RestServices): DocsServices {
  const { docs, mode, serverUrl } = openapi
  const isRoot = rest.prefix === '/'
  const { schemas, relations } = services.catalog()
  const name = DOCS_PATH.slice(1)
  const isTaken = isRoot && schemas.some(schema => relations.has(relationKey(schema, name)))
  return {
    isServed: docs && mode !== 'disabled' && !isTaken,
    otherOrigin: serverUrl === undefined ? undefined : new URL(serverUrl).origin,
    otherwise: isRoot ? (request, reply) => answerRest(request, reply, services) : undefined,
  }
}

/** What the configuration takes for granted. A doubt that cannot be cleared up now is none. */
async function expectationsOf(
  { database, http, rest }: Config,
  pool: Pool,
): Promise<Parameters<typeof doubtsOf>[1]> {
  const { anonRole, preRequest, schemas, extraSearchPath } = database
  const searchPath = [...schemas, ...extraSearchPath]
  const isThere =
    preRequest === undefined ||
    (await pool.use(work => hasFunction(work, preRequest, searchPath)).catch(() => true))
  return {
    anonRole,
    missingPreRequest: isThere ? undefined : preRequest,
    takenPaths: rest.prefix === '/' && http.adminPort === undefined ? ['live', 'ready'] : [],
  }
}

function checksOf(
  stopReason: string | undefined,
  catalog: CatalogKeeper,
  pool: Pool,
): readonly Check[] {
  const { size, waiting } = pool.stats()
  return [
    {
      name: 'serving',
      ok: stopReason === undefined,
      detail: stopReason === undefined ? 'accepting requests' : `stopping: ${stopReason}`,
    },
    {
      name: 'catalog',
      ok: catalog.isHealthy(),
      detail: catalog.isHealthy()
        ? `version ${catalog.current().version}`
        : 'could not be read again',
    },
    { name: 'pool', ok: true, detail: `${size} connections, ${waiting} requests waiting` },
  ]
}

/** A socket has a path instead, and nginx's way to write it. */
function urlOf(place: AddressInfo | string): string {
  if (typeof place === 'string') return `http://unix:${place}:`
  const { address, family, port } = place
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
