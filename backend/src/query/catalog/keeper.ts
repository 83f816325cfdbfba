import {
  type Clock,
  createSingleFlight,
  ignoreEvents,
  type Observer,
  systemClock,
} from '../../base/index.ts'
import type { CatalogCounts, CatalogEvent } from './events.ts'
import { takeFingerprint } from './fingerprint.ts'
import { loadCatalog } from './load.ts'
import {
  type CatalogOptions,
  type CatalogRules,
  completeOptions,
  RETRY_AFTER_MS_MAX,
  RETRY_AFTER_MS_MIN,
} from './options.ts'
import type { Queryable } from './queryable.ts'
import type { Catalog } from './types.ts'
import { keepWatching } from './watcher.ts'

/** Holds the current catalog and replaces it when the database has changed. */
export interface CatalogKeeper {
  /** The newest snapshot. A request takes it once and keeps it to its end. */
  current(): Catalog
  /** The last reading and the last look went well: what `current` answers is what the database has. */
  isHealthy(): boolean
  /**
   * Reads the catalog anew; resolves when a reading that began after this call has ended. False: it failed, the old
   * catalog stays, an event has told why, and it is tried again by itself. Never rejects. Whoever runs the listener
   * calls this when its connection is back after a loss: a notification may have been missed.
   */
  reload(): Promise<boolean>
  /** Serves by other rules from now on. Rejects when the catalog cannot be read by them: then the old ones stay. */
  reconfigure(options: CatalogOptions): Promise<void>
  /** Looks no more, and waits for what is under way. */
  close(): Promise<void>
}

/** Hears what the database NOTIFYs, on a connection of its own, and sees to that connection itself. */
export interface NotificationListener {
  listen(channel: string, onMessage: (payload: string) => void): Promise<void>
}

export interface CatalogKeeperParts {
  /** Lends one connection for the time of `work`. */
  readonly withConnection: <Result>(
    work: (database: Queryable) => Promise<Result>,
  ) => Promise<Result>
  /** Undefined: notifications are not listened for. */
  readonly listener?: NotificationListener | undefined
  /** Someone sent `reload config`. */
  readonly onReloadConfig?: (() => void) | undefined
  /** Another catalog has been read, which becomes the current one now. */
  readonly onChanged?: (() => void) | undefined
  /** An error of `withConnection` that says only that all connections are in use. Default: none does. */
  readonly isBusy?: ((error: unknown) => boolean) | undefined
  readonly options?: CatalogOptions
  readonly clock?: Clock
  readonly observe?: Observer<CatalogEvent>
}

/** Payloads of the channel that ask for a reload. PostgREST: "Schema Cache Reloading with NOTIFY". */
const RELOAD_SCHEMA = new Set(['', 'reload schema', 'reload tables', 'reload relationships'])

/**
 * Loads the first catalog, or throws what `loadCatalog` throws. From then on it is read again when someone asks, when
 * a notification asks, and when a look at the definitions finds a change.
 */
export async function createCatalogKeeper(parts: CatalogKeeperParts): Promise<CatalogKeeper> {
  const { withConnection, clock = systemClock, observe = ignoreEvents } = parts
  let rules = completeOptions(parts.options ?? {})
  let state = await read(undefined, rules)
  let failures = 0
  let cancelRetry = (): void => undefined

  /** The fingerprint is taken first: what changes while the catalog is read is found by the next look. */
  function read(before: Catalog | undefined, by: CatalogRules) {
    return withConnection(async database => {
      const start = clock.now()
      const fingerprint = await takeFingerprint(database, undefined)
      const loaded = await loadCatalog(database, by, clock)
      const changed = loaded.version !== before?.version
      const durationMs = clock.now() - start
      observe({ kind: 'catalog.loaded', durationMs, changed, counts: countsOf(loaded) })
      if (changed && before !== undefined) parts.onChanged?.()
      return { catalog: changed ? loaded : before, fingerprint }
    })
  }

  const reloading = createSingleFlight(async () => {
    cancelRetry()
    try {
      state = await readByCurrentRules()
      failures = 0
    } catch (error) {
      const retryInMs = Math.min(RETRY_AFTER_MS_MIN * 2 ** failures++, RETRY_AFTER_MS_MAX)
      observe({ kind: 'catalog.load-failed', error, retryInMs })
      cancelRetry = clock.after(retryInMs, () => void reloading.run())
    }
    return failures === 0
  })

  /** The rules may change meanwhile. */
  async function readByCurrentRules(): Promise<typeof state> {
    const by = rules
    const found = await read(state.catalog, by)
    return by === rules ? found : readByCurrentRules()
  }

  async function look(): Promise<void> {
    if (failures > 0) return // It is going to be read anyway.
    const seen = await withConnection(database => takeFingerprint(database, state.fingerprint))
    const isSame = seen.definitions === state.fingerprint.definitions
    if (isSame) state = { ...state, fingerprint: seen }
    else await reloading.run()
  }

  const { listener } = parts
  if (listener !== undefined) {
    await listener.listen(rules.channel, payload => {
      if (RELOAD_SCHEMA.has(payload)) void reloading.run()
      else if (payload === 'reload config') parts.onReloadConfig?.()
    })
    observe({ kind: 'catalog.listening', channel: rules.channel })
  }
  const watcher = keepWatching({
    look,
    everyMs: rules.checkEveryMs,
    clock,
    observe,
    isBusy: parts.isBusy ?? (() => false),
  })

  return {
    current: () => state.catalog,
    isHealthy: () => failures === 0 && !watcher.isFailing(),
    reload: reloading.run,
    async reconfigure(options) {
      const next = completeOptions(options)
      if (JSON.stringify(next) === JSON.stringify(rules)) return
      const found = await read(state.catalog, next)
      rules = next
      state = found
    },
    async close() {
      await watcher.close()
      await reloading.settled()
      cancelRetry()
    },
  }
}

function countsOf(catalog: Catalog): CatalogCounts {
  const sizes = (lists: ReadonlyMap<string, readonly unknown[]>) =>
    [...lists.values()].reduce((sum, list) => sum + list.length, 0)
  return {
    relations: catalog.relations.size,
    relationships: sizes(catalog.relationships),
    routines: sizes(catalog.routines),
  }
}
