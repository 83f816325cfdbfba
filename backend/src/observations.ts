import type { HttpEvent, IdentityEvent } from './api/http/index.ts'
import { type Observer, STierError } from './base/index.ts'
import type { PoolEvent } from './capabilities/pool/index.ts'
import type { Log, LogEntry } from './capabilities/telemetry/index.ts'
import type { CatalogEvent } from './query/catalog/index.ts'
import type { ExecutorEvent } from './query/executor/index.ts'

/** What happens to the configuration of a running server. */
export type ConfigEvent =
  /** It was read again: options that hold from now on, and those that wait for a restart. */
  | {
      readonly kind: 'config.read'
      readonly changed: readonly string[]
      readonly waiting: readonly string[]
    }
  /** It could not be: the old one stays. */
  | { readonly kind: 'config.failed'; readonly error: unknown }

/** Every event worth telling, from every room. */
export type ServerEvent =
  | CatalogEvent
  | ConfigEvent
  | ExecutorEvent
  | HttpEvent
  | IdentityEvent
  | PoolEvent

/**
 * Turns events into log lines; metrics and spans will hang on the same switch. `queriesAt` is the level of queries, which
 * are told only to those who asked for them. Default `info`.
 */
export function createObserver(
  log: Log,
  queriesAt: LogEntry['level'] = 'info',
): Observer<ServerEvent> {
  return event => {
    const entry = entryOf(event)
    if (entry === undefined) return
    log(event.kind === 'executor.ran' ? { ...entry, level: queriesAt } : entry)
  }
}

/** The line that an event is worth; undefined for none. Routine is `debug`, so that `info` stays readable. */
export function entryOf(event: ServerEvent): LogEntry | undefined {
  switch (event.kind) {
    case 'catalog.doubt':
      return warning(event.message)
    case 'catalog.loaded':
      return {
        level: event.changed ? 'info' : 'debug',
        message: event.changed ? 'Read the catalog' : 'Read the catalog: nothing has changed',
        fields: { ms: Math.round(event.durationMs), ...event.counts },
      }
    case 'catalog.load-failed':
      return warning('The catalog cannot be read; the one before stays', event.error, {
        retryInMs: event.retryInMs,
      })
    case 'catalog.check-failed':
      return warning('Changed definitions are not noticed at the moment', event.error)
    case 'catalog.listening':
      return { level: 'debug', message: `Listening for NOTIFY ${event.channel}` }
    case 'config.read':
      return configRead(event)
    case 'config.failed':
      return warning('The configuration cannot be used; the one before stays', event.error, {
        details: detailsOf(event.error),
      })
    case 'executor.ran':
      return {
        level: 'info',
        message: event.durationMs === undefined ? 'A query failed' : 'Ran a query',
        fields: { sql: event.sql, ms: event.durationMs && Math.round(event.durationMs) },
      }
    case 'http.failed':
      return failedRequest(event)
    case 'identity.keys-loaded':
      return {
        level: event.changed ? 'info' : 'debug',
        message: `Loaded the keys of tokens from ${event.from}`,
        fields: { keys: event.keys, changed: event.changed },
      }
    case 'identity.keys-failed':
      return warning(`The keys of tokens from ${event.from} cannot be loaded`, event.error)
    case 'pool.connected':
      return {
        level: 'debug',
        message: 'Opened a database connection',
        fields: { backend: event.processId, ms: Math.round(event.durationMs) },
      }
    case 'pool.connect-failed':
      return warning('A database connection cannot be opened', event.error)
    case 'pool.disconnected':
      return {
        level: event.reason === 'broken' || event.reason === 'unclean' ? 'warn' : 'debug',
        message: `Closed a database connection (${event.reason})`,
        fields: { backend: event.processId },
        ...(event.error !== undefined && { error: event.error }),
      }
    case 'pool.acquire-timed-out':
      return warning('A request waited too long for a database connection', undefined, {
        waiting: event.waiting,
      })
    case 'pool.queue-full':
      return warning('A request was refused: too many wait for a database connection', undefined, {
        waiting: event.waiting,
      })
    case 'pool.cancelled':
      return {
        level: 'debug',
        message: 'Cancelled a query whose client has gone',
        fields: { backend: event.processId },
      }
    case 'listener.connected':
      return {
        level: event.isFirst ? 'debug' : 'info',
        message: 'Listening for notifications of the database',
      }
    case 'listener.disconnected':
      return warning('Lost the connection that listens for notifications', event.error, {
        retryInMs: event.retryInMs,
      })
    default:
      return nothing(event)
  }
}

function configRead({ changed, waiting }: ConfigEvent & { kind: 'config.read' }): LogEntry {
  const message =
    changed.length === 0 ? 'Read the configuration: nothing has changed' : 'Read the configuration'
  if (waiting.length > 0) {
    return {
      level: 'warn',
      message: `${message}; some of it waits for a restart`,
      fields: { changed: namesOf(changed), waiting: namesOf(waiting) },
    }
  }
  return {
    level: changed.length === 0 ? 'debug' : 'info',
    message,
    fields: { changed: namesOf(changed) },
  }
}

function namesOf(options: readonly string[]): string | undefined {
  return options.length === 0 ? undefined : options.join(', ')
}

/** Where a wrong value came from. */
function detailsOf(error: unknown): string | undefined {
  return error instanceof STierError && typeof error.details === 'string'
    ? error.details
    : undefined
}

/** What the server did wrong is an error; what it could not do for the moment (502 to 504) is a warning. */
function failedRequest({ status, path, error }: HttpEvent): LogEntry {
  const code = error instanceof STierError ? error.code : undefined
  const fields = { status, path, code }
  return {
    level: status === 500 ? 'error' : 'warn',
    message: `A request failed with ${status}`,
    fields,
    error,
  }
}

function warning(message: string, error?: unknown, fields?: LogEntry['fields']): LogEntry {
  return {
    level: 'warn',
    message,
    ...(error !== undefined && { error }),
    ...(fields !== undefined && { fields }),
  }
}

/** The compiler knows that every kind is above; an observer must not throw whatever comes. */
function nothing(_event: never): undefined {
  return undefined
}
