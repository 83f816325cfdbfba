import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import {
  type CacheFacts,
  cacheReport,
  type Check,
  circuitsReport,
  limitsReport,
  poolReport,
  type Reach,
  registerChaos,
  registerHealth,
  registerMetrics,
  registerSecurity,
  securityReport,
  validationReport,
} from './api/admin/index.ts'
import {
  adminPlaceOf,
  checkSecret,
  createHttpApp,
  createIdentity,
  type IdentityService,
  listen,
} from './api/http/index.ts'
import {
  createDescriber,
  DOCS_PATH,
  type DocsServices,
  OPENAPI_PATH,
  type OpenApiServices,
  registerDocs,
  registerOpenApi,
} from './api/openapi/index.ts'
import {
  answerRest,
  createPlans,
  Hits,
  hintForPath,
  registerRest,
  RequestCosts,
  type RestServices,
  ValidationTally,
} from './api/rest/index.ts'
import { type Clock, createSingleFlight, type Observer } from './base/index.ts'
import {
  type Chaos,
  channelBus,
  checkChaos,
  createBreakers,
  createChaos,
  shareTransitions,
  type Sharing,
} from './capabilities/breaker/index.ts'
import { createListener, PoolQueueFullError, PoolTimeoutError } from './capabilities/pool/index.ts'
import { createRedis, type Redis } from './capabilities/redis/index.ts'
import { cacheCheck, cacheDoubts, createServerCaching, keepJournal, NO_CACHING } from './caching.ts'
import { createServerGuarding } from './guarding.ts'
import { type Config, type Configure, isLoopback, readConfig, takeOver } from './config.ts'
import { catalogOptions, firstSettings, settingsOf } from './database.ts'
import type { ServerEvent } from './observations.ts'
import {
  type CatalogKeeper,
  createCatalogKeeper,
  type DatabaseSettings,
  doubtsOf,
  hasFunction,
  relationKey,
} from './query/catalog/index.ts'
import {
  type CachingExecutor,
  createExecutor,
  createNodes,
  firstAnswering,
  type FollowerStatus,
  type Nodes,
  nodeTargets,
  StatementCosts,
  tableDoubts,
  toldExecutor,
} from './query/executor/index.ts'

export interface ServerParts {
  readonly clock: Clock
  readonly observe: Observer<ServerEvent>
  /** Makes the configuration anew. Default: what was given, with the database's settings laid over it. */
  readonly configure?: Configure | undefined
}

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
  /** How its cache hears of changes, at this moment; undefined: it is switched off. */
  readonly cacheStatus: FollowerStatus | undefined
  /** Settings that the database itself makes, at this moment: `pgrst.db_schemas`. */
  readonly databaseSettings: readonly string[]
}

/** What depends on the configuration: exchanged as a whole when that is read again. A request keeps what it began with. */
interface Live {
  readonly config: Config
  readonly settings: DatabaseSettings
  readonly identity: IdentityService
  readonly services: RestServices & OpenApiServices
}

/** A trial of Redis costs one command with its short deadline: its breaker need not rest for longer, in milliseconds. */
const REDIS_RESTS_MS = 1_000

/** What was cut off still has to be cancelled in the database: it gets this long, in milliseconds. */
const CANCEL_MS = 1_000

/** Closes one thing that was opened; a promise is waited for. */
type Close = () => unknown

/**
 * Builds everything, top to bottom: the only place that constructs. Rejects with an error that says what to do when the
 * database cannot be reached, refuses the login, is too old, or lacks a configured schema, or when the secret cannot be
 * used; whatever was opened until then is closed first.
 */
export async function createServer(given: Config, parts: ServerParts): Promise<Server> {
  const opened: Close[] = []
  try {
    return await open(given, parts, opened)
  } catch (error) {
    await closeAll(opened)
    throw error
  }
}

/** The last opened first. What cannot be closed keeps nothing else open. */
async function closeAll(opened: readonly Close[]): Promise<void> {
  const failures: unknown[] = []
  for (const close of opened.toReversed()) {
    try {
      await close()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}

async function open(
  given: Config,
  { clock, observe, ...parts }: ServerParts,
  opened: Close[],
): Promise<Server> {
  const configure = parts.configure ?? (database => readConfig({ presets: given, database }))
  const targets = nodeTargets(given.database.url ?? '', given.database.replicas)
  checkSecret(given.jwt) // Before anything is asked of the database.
  checkChaos(given.chaos)
  const target = await firstAnswering(targets, given.pool.connectTimeoutMs, clock)
  const settings = await firstSettings(given, target, clock)
  const config = await configure(settings)
  const identity = identityOf(config)
  opened.push(() => identity.close())

  const breakers = createBreakers({ ...config.breaker, clock, observe })
  const { enabled: isEnabled, token } = config.chaos
  const chaos = createChaos({ isEnabled, token, clock, observe })
  const redis = redisOf(config)
  opened.push(() => redis?.close())
  const sharing =
    redis !== undefined && config.database.breakersShared ? await share(redis) : undefined
  opened.push(() => sharing?.stop())
  const nodes = createNodes({ targets, rules: config, breakers, redis, clock, observe })
  opened.push(() => nodes.end(CANCEL_MS))
  await nodes.start()
  let isComplete = false // Before that, the database has just been read.
  let caching = NO_CACHING
  const listener = config.catalog.channelEnabled
    ? createListener({
        ...{ target: () => nodes.primaryTarget(), clock, observe },
        onConnect: () => void (isComplete && reload()), // What was sent before is lost.
      })
    : undefined
  opened.push(() => listener?.stop())
  nodes.onPrimary(() => {
    listener?.renew()
    caching.primaryChanged()
  })
  const catalog = await createCatalogKeeper({
    withConnection: work => nodes.use(work, { leavesNoTrace: true }),
    isBusy: error => error instanceof PoolQueueFullError || error instanceof PoolTimeoutError,
    listener,
    onReloadConfig: () => void (isComplete && renewing.run()),
    onChanged: () => caching.catalogChanged(),
    options: catalogOptions(config),
    clock,
    observe,
  })
  opened.push(async () => {
    await listener?.stop() // What it hears would make the catalog be read again.
    await catalog.close()
  })
  opened.push(keepJournal(config, nodes, { clock, observe }))
  const { user: login } = target
  caching = await createServerCaching({
    ...{ config, current: () => live.config, nodes, catalog: catalog.current },
    ...{ redis, login, clock, observe },
  })
  opened.push(() => caching.stop())
  const executor = createExecutor(nodes.router, {
    ...{ clock, login, disturb: disturbIn(chaos), hedgedReads: config.database.hedgedReads },
    ...caching.wants,
  })
  const told = config.log.queries ? toldExecutor(executor, observe) : executor
  const cached = caching.before(told)
  const costs = new RequestCosts(
    new StatementCosts({ use: nodes.use, version: () => catalog.current().version, clock }),
    () => guarding.countsCost(),
  )
  const tally = new ValidationTally({ clock, observe })
  const guarding = await createServerGuarding({
    ...{ config, identity: () => live.identity, nodes, redis, costs, clock, observe },
  })
  opened.push(() => guarding.stop())
  let live = liveOf(config, settings, identity)
  const renewing = createSingleFlight(renew)
  opened.push(async () => {
    isComplete = false // Nobody asks for another reload now.
    await renewing.settled() // It may be exchanging what is closed now.
    live.identity.close()
  })
  await caching.start()
  await guarding.start()
  let expected = await expectationsOf(config, nodes)
  let ofCache = await cacheDoubts(config, nodes, login)
  tellDoubts()
  isComplete = true

  function identityOf({ jwt, database }: Config): IdentityService {
    return createIdentity({ ...jwt, anonRole: database.anonRole }, { clock, observe })
  }

  /** Its breaker has the deadline of a command beside it, so that it never waits for a Redis that is gone or frozen. */
  function redisOf({ redis, breaker: { openForMs } }: Config): Redis | undefined {
    const { url } = redis
    if (url === undefined) return undefined
    const rests = { openForMs: Math.min(openForMs, REDIS_RESTS_MS) }
    return createRedis({ ...redis, url, breaker: breakers.get('redis', rests), clock, observe })
  }

  function share(redis: Redis): Promise<Sharing> {
    const bus = channelBus(redis, 'breakers')
    return shareTransitions({ breakers, bus, member: randomUUID(), clock, observe })
  }

  /** Of one configuration, as what they remember was understood by it. */
  function hitsOf(
    cached: CachingExecutor,
    { http, rest: { prefix } }: Config,
    identity: IdentityService,
  ): Hits {
    const { guard } = guarding
    const peek = (key: string) => cached.peek(key)
    return new Hits({ catalog: catalog.current, identity, peek, http, guard, prefix })
  }

  function liveOf(config: Config, settings: DatabaseSettings, identity: IdentityService): Live {
    const { database, http, rest, validation, openapi, limits } = config
    const anonymous = database.anonRole !== undefined
    const plans = database.planEnabled
    const describer = createDescriber({
      ...{ openapi, prefix: rest.prefix, anonymous, plans },
      limits: limits.enabled && limits.headers,
      caching: () => cached?.isIdle === false,
    })
    const services = {
      catalog: catalog.current,
      clock,
      executor: cached ?? told,
      caching: cached !== undefined,
      tally,
      hits: cached && hitsOf(cached, config, identity),
      costs,
      identity,
      plans: createPlans(), // Plans hold what the rules were when they were made.
      describer,
      describeRoot: describer.swagger,
      rules: { database, http, rest, validation },
    }
    return { config, settings, identity, services }
  }

  function cacheFacts(cached: CachingExecutor): CacheFacts {
    return { report: cached.report(), rules: live.config.cache, catalog: catalog.current() }
  }

  function doubts(): readonly string[] {
    const { enabled, tables } = live.config.cache
    const ofTables = enabled ? tableDoubts(tables, catalog.current()) : []
    return [...doubtsOf(catalog.current(), expected), ...ofCache, ...ofTables]
  }

  function tellDoubts(): void {
    for (const message of doubts()) observe({ kind: 'catalog.doubt', message })
  }

  /** All or nothing: when anything of the new configuration cannot be used, the old one stays. Never rejects. */
  async function renew(): Promise<boolean> {
    const isTaken = await takeConfig().catch((error: unknown) => {
      observe({ kind: 'config.failed', error })
      return false
    })
    await live.identity.reload()
    guarding.reread()
    return isTaken
  }

  async function takeConfig(): Promise<boolean> {
    const asked = await configure(undefined)
    const settings = await nodes.use(connection => settingsOf(asked, connection))
    const { config, changed, waiting } = takeOver(live.config, await configure(settings))
    const { identity: before } = live
    const identity = hasSameIdentity(live.config, config) ? before : identityOf(config)
    try {
      await catalog.reconfigure(catalogOptions(config))
    } catch (error) {
      if (identity !== before) identity.close()
      throw error
    }
    if (identity !== before) before.close()
    live = changed.length > 0 ? liveOf(config, settings, identity) : { ...live, settings }
    if (changed.some(name => GUARDED.test(name))) guarding.reconfigure(config)
    if (changed.length > 0) {
      guarding.operators.changed({ name: 'config', detail: changed.join(', ') })
    }
    observe({ kind: 'config.read', changed, waiting })
    expected = await expectationsOf(config, nodes)
    ofCache = await cacheDoubts(config, nodes, login)
    if (changed.length > 0) tellDoubts()
    return true
  }

  async function reload(): Promise<boolean> {
    const isTaken = await renewing.run()
    return (await catalog.reload()) && isTaken
  }

  const adminPlace = adminPlaceOf(config.http)
  const admin = adminPlace && createHttpApp(() => live.config.http, observe)
  opened.push(() => admin?.close())
  const app = createHttpApp(
    () => live.config.http,
    observe,
    {
      login,
      hintForPath: path => hintForPath(path, catalog.current(), live.config.rest, pagesOf(live)),
      guard: () => guarding.guard,
    },
    (request, response, always) => live.services.hits?.answer(request, response, always) === true,
  )
  opened.push(async () => {
    const { drainMs } = live.config.http
    const drained = clock.after(drainMs, () => app.server.closeAllConnections())
    await app.close()
    drained()
  })
  opened.push(() => chaos.stop()) // What is frozen must not be waited for.
  registerRest(app, () => live.services)
  registerOpenApi(app, () => live.services)
  registerDocs(app, () => docsOf(live))
  const checks = () => [
    ...checksOf(stopReason, catalog, nodes, doubts()),
    cacheCheck(caching.status()),
  ]
  let stopReason: string | undefined
  let stopping: Promise<void> | undefined
  registerHealth(admin ?? app, { checks })
  const reach = reachOf(config, admin !== undefined)
  const { operators } = guarding
  registerMetrics(admin ?? app, {
    reach,
    operators,
    token: () => live.config.http.adminToken,
    pool: () => poolReport(nodes, executor.hedges(), clock),
    circuits: () => circuitsReport(breakers.status(), chaos.status(), clock),
    cache: () => cacheReport(cached && cacheFacts(cached), clock),
  })
  registerSecurity(admin ?? app, {
    reach,
    operators,
    token: () => live.config.http.adminToken,
    limits: () => limitsReport(guarding.limiter?.report(), clock),
    validation: () => validationReport(tally.report(), live.config.validation, clock),
    security: () => securityReport(guarding.facts(), clock),
    monitor: () => guarding.monitor,
    beat: () => guarding.beat(),
  })
  registerChaos(admin ?? app, {
    ...{ chaos, token, reach, operators },
    targets: targets.map(({ name }) => name),
  })

  async function stop(): Promise<void> {
    const { stopDelayMs } = live.config.http
    if (app.server.listening && stopDelayMs > 0) {
      await new Promise<void>(resolve => clock.after(stopDelayMs, resolve))
    }
    await closeAll(opened)
  }

  return {
    async start() {
      if (admin !== undefined && adminPlace !== undefined) await listen(admin, adminPlace)
      await listen(app, live.config.http)
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
      return live.config
    },
    get cacheStatus() {
      return caching.status()
    },
    get databaseSettings() {
      return [...live.settings.keys()].sort()
    },
  }
}

/** Options that the guard takes over. */
const GUARDED = /^(limits|security)\./

function hasSameIdentity(one: Config, other: Config): boolean {
  const rulesOf = ({ jwt, database }: Config) => JSON.stringify([jwt, database.anonRole])
  return rulesOf(one) === rulesOf(other)
}

/** What is served beside the relations, for those who look for it among them. */
function pagesOf(live: Live): readonly string[] {
  if (live.config.openapi.mode === 'disabled') return []
  return docsOf(live).isServed ? [OPENAPI_PATH, DOCS_PATH] : [OPENAPI_PATH]
}

/** Where the API begins at the root, a relation of that name comes before the page. */
function docsOf({ config: { openapi, rest }, services }: Live): DocsServices {
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
  { database, http, rest, chaos, redis }: Config,
  nodes: Nodes,
): Promise<Parameters<typeof doubtsOf>[1]> {
  const { anonRole, preRequest, schemas, extraSearchPath, breakersShared } = database
  const searchPath = [...schemas, ...extraSearchPath]
  const ours = chaos.enabled ? ['live', 'ready', 'chaos'] : ['live', 'ready']
  const isThere =
    preRequest === undefined ||
    (await nodes.use(work => hasFunction(work, preRequest, searchPath)).catch(() => true))
  return {
    anonRole,
    missingPreRequest: isThere ? undefined : preRequest,
    idleOptions: breakersShared && redis.url === undefined ? ['database.breakersShared'] : [],
    takenPaths: rest.prefix === '/' && adminPlaceOf(http) === undefined ? ours : [],
  }
}

function checksOf(
  stopReason: string | undefined,
  catalog: CatalogKeeper,
  nodes: Nodes,
  doubts: readonly string[],
): readonly Check[] {
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
    ...nodes.checks(),
    { name: 'configuration', ok: true, detail: doubts.join('; ') || 'nothing is in doubt' },
  ]
}

/** Where there can be no experiment, nobody is asked for one. */
function disturbIn({ disturb, status }: Chaos): Chaos['disturb'] | undefined {
  return status().isEnabled ? disturb : undefined
}

/** Who can ask for metrics where they are served. */
function reachOf({ http: { host, socket } }: Config, hasAdmin: boolean): Reach {
  if (hasAdmin) return 'admin'
  return socket === undefined && isLoopback(host) ? 'loopback' : 'public'
}

/** A socket has a path instead, and nginx's way to write it. */
function urlOf(place: AddressInfo | string): string {
  if (typeof place === 'string') return `http://unix:${place}:`
  const { address, family, port } = place
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
