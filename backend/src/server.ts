import type { AddressInfo } from 'node:net'
import { type Check, registerHealth } from './api/admin/index.ts'
import { createHttpApp, createIdentity } from './api/http/index.ts'
import { createPlans, registerRest } from './api/rest/index.ts'
import type { Clock, Observer } from './base/index.ts'
import {
  createListener,
  createPool,
  type Pool,
  PoolQueueFullError,
  PoolTimeoutError,
  parseTarget,
  probe,
} from './capabilities/pool/index.ts'
import type { Config } from './config.ts'
import type { ServerEvent } from './observations.ts'
import { type CatalogKeeper, createCatalogKeeper, doubtsOf } from './query/catalog/index.ts'
import { createExecutor } from './query/executor/index.ts'

export interface ServerParts {
  readonly clock: Clock
  readonly observe: Observer<ServerEvent>
}

/** A server that is built but does not listen yet. */
export interface Server {
  /** Begins to listen. Rejects with Node's error when the address is taken or not ours. */
  start(): Promise<void>
  /** Where it listens, once it does: `http://127.0.0.1:3000`. */
  readonly addresses: readonly string[]
  /**
   * Says at once that it is not ready; after `http.stopDelayMs` takes no new connections, finishes what is in flight, at
   * most for `http.drainMs`, and closes everything. Called again, it waits for the same end.
   */
  stop(reason: string): Promise<void>
  /** Reads the catalog and the keys of tokens again. False: the catalog could not be read, and the old one stays. */
  reload(): Promise<boolean>
}

/** What was cut off still has to be cancelled in the database: it gets this long, in milliseconds. */
const CANCEL_MS = 1_000

/**
 * Builds everything, top to bottom: the only place that constructs. Rejects with an error that says what to do when the
 * database cannot be reached, refuses the login, is too old, or lacks a configured schema.
 */
export async function createServer(
  config: Config,
  { clock, observe }: ServerParts,
): Promise<Server> {
  const target = parseTarget(config.database.url ?? '')
  await probe(target, config.pool.connectTimeoutMs)

  const pool = createPool({ ...config.pool, target, clock, observe })
  const identity = createIdentity(
    { ...config.jwt, anonRole: config.database.anonRole },
    { clock, observe },
  )
  let onReconnect = (): void => undefined
  const listener = createListener({
    target,
    clock,
    observe,
    onConnect: isFirst => {
      if (!isFirst) onReconnect()
    },
  })
  const catalog = await createCatalogKeeper({
    withConnection: work => pool.use(work),
    isBusy: error => error instanceof PoolQueueFullError || error instanceof PoolTimeoutError,
    listener,
    onReloadConfig: () => void identity.reload(),
    options: { ...config.catalog, ...config.database },
    clock,
    observe,
  }).catch(async (error: unknown) => {
    await Promise.all([listener.stop(), pool.end(0)])
    throw error
  })
  const reload = async () => {
    const [isRead] = await Promise.all([catalog.reload(), identity.reload()])
    return isRead
  }
  onReconnect = () => void reload()

  for (const message of doubtsOf(catalog.current(), config.database)) {
    observe({ kind: 'catalog.doubt', message })
  }

  const app = createHttpApp(config.http, observe)
  registerRest(app, {
    catalog: catalog.current,
    executor: createExecutor(pool, { clock }),
    identity,
    plans: createPlans(),
    rules: { database: config.database, http: config.http, rest: config.rest },
  })
  let stopReason: string | undefined
  let stopping: Promise<void> | undefined
  registerHealth(app, { checks: () => checksOf(stopReason, catalog, pool) })

  async function stop(): Promise<void> {
    const { stopDelayMs, drainMs } = config.http
    if (app.server.listening && stopDelayMs > 0) {
      await new Promise<void>(resolve => clock.after(stopDelayMs, resolve))
    }
    const drained = clock.after(drainMs, () => app.server.closeAllConnections())
    await app.close()
    drained()
    identity.close()
    await Promise.all([listener.stop(), catalog.close()])
    await pool.end(CANCEL_MS)
  }

  return {
    async start() {
      await app.listen({ host: config.http.host, port: config.http.port })
    },
    get addresses() {
      return app.addresses().map(address => urlOf(address as AddressInfo))
    },
    stop(reason) {
      stopReason ??= reason
      return (stopping ??= stop())
    },
    reload,
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

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
