import type { HttpEvent, IdentityEvent } from './api/http/index.ts'
import type { ValidationEvent } from './api/rest/index.ts'
import { type Observer, STierError } from './base/index.ts'
import type { BreakerEvent } from './capabilities/breaker/index.ts'
import type { CacheEvent } from './capabilities/cache/index.ts'
import type { ReaderEvent, RetentionEvent, WalObservation } from './capabilities/events/index.ts'
import type { LimiterEvent } from './capabilities/limiter/index.ts'
import type { BudgetEvent, PoolEvent } from './capabilities/pool/index.ts'
import type { RedisEvent } from './capabilities/redis/index.ts'
import type { ReplicasEvent } from './capabilities/replicas/index.ts'
import type { SecurityAlertingEvent, SecurityMonitorEvent } from './capabilities/security/index.ts'
import type { Log, LogEntry } from './capabilities/telemetry/index.ts'
import type { CatalogEvent } from './query/catalog/index.ts'
import type { ExecutorEvent, FollowerEvent } from './query/executor/index.ts'

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
  /** Nothing says what `security.secret` could be made from: this process has one of its own. */
  | { readonly kind: 'config.secret-random' }

/** Every event worth telling, from every room. */
export type ServerEvent =
  | BreakerEvent
  | BudgetEvent
  | CacheEvent
  | CatalogEvent
  | ConfigEvent
  | ExecutorEvent
  | FollowerEvent
  | HttpEvent
  | IdentityEvent
  | LimiterEvent
  | PoolEvent
  | ReaderEvent
  | RedisEvent
  | ReplicasEvent
  | RetentionEvent
  | SecurityAlertingEvent
  | SecurityMonitorEvent
  | ValidationEvent
  | WalObservation

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
  const entry = entryOfKind(event)
  const node = 'node' in event ? event.node : undefined
  if (entry === undefined || node === undefined) return entry
  return { ...entry, fields: { node, ...entry.fields } }
}

function entryOfKind(event: ServerEvent): LogEntry | undefined {
  switch (event.kind) {
    case 'breaker.changed':
      return changedBreaker(event)
    case 'breaker.fallback-failed':
      return warning(`The fallback of '${event.name}' failed too`, event.error)
    case 'breaker.share-failed':
      return warning('Other processes do not hear of our breakers at the moment', event.error)
    case 'breaker.chaos-began':
      return warning(`An experiment begins: ${event.fault} for '${event.target}'`, undefined, {
        id: event.id,
        forMs: event.forMs,
      })
    case 'breaker.chaos-ended':
      return { level: 'warn', message: 'An experiment has ended', fields: { id: event.id } }
    case 'cache.refresh-failed':
      return warning('A cached value could not be loaded anew', event.error)
    case 'cache.codec-failed':
      return warning('A value could not be written for the shared cache, or read', event.error)
    case 'cache.flushed':
      return { level: 'info', message: 'The cache is empty', fields: { reason: event.reason } }
    case 'cache.behind':
      return warning(
        'The caches of other processes are not heard: values are kept for a short time',
      )
    case 'cache.caught-up':
      return { level: 'info', message: 'The caches of other processes are heard again' }
    case 'cache.shared-failed':
      return warning(`The cache goes on without Redis (${event.part})`, event.error, {
        failures: event.failures,
      })
    case 'cache.shared-works':
      return { level: 'info', message: `The cache has Redis again (${event.part})` }
    case 'caching.follows':
      return {
        level: 'info',
        message: 'Answers are kept: the journal is followed',
        fields: { tables: event.tables },
      }
    case 'caching.follows-not':
      return {
        level: 'info',
        message: 'No answers are kept by the journal',
        fields: { reason: event.reason },
      }
    case 'caching.table-changed':
      return changedTable(event)
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
    case 'config.secret-random':
      return warning(
        'There is no security.secret, and none can be made from jwt.secret: processes cannot compare fingerprints, and the record ' +
          'of alerts cannot be checked after a restart',
      )
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
    case 'journal.dropped':
      return {
        level: 'info',
        message: `The journal has dropped ${event.part}`,
        fields: { bytes: event.bytes },
      }
    case 'journal.reader-passed':
      return warning(
        `The journal has dropped events of ${event.part} that '${event.reader}' had not read`,
      )
    case 'journal.too-large':
      return warning(
        'The journal is larger than journal.keepBytes by what it keeps of today',
        undefined,
        {
          bytes: event.bytes,
          bytesMax: event.bytesMax,
        },
      )
    case 'journal.maintain-failed':
      return warning(
        'Nobody looks after the journal: its days are neither made nor dropped',
        event.error,
      )
    case 'journal.reader-failed':
      return warning(`The reader '${event.reader}' of the journal failed`, event.error, {
        part: event.part,
        attempt: event.attempt,
        retryInMs: event.retryInMs,
      })
    case 'journal.reader-recovered':
      return {
        level: 'info',
        message: `The reader '${event.reader}' of the journal goes on`,
        fields: { attempts: event.attempts, ms: Math.round(event.forMs) },
      }
    case 'journal.reader-held':
      return {
        level: 'info',
        message: `Another process reads the journal as '${event.reader}': this one waits`,
        fields: { holder: event.holder, freeInMs: event.freeInMs },
      }
    case 'journal.reader-lost':
      return warning(`Another process may read the journal as '${event.reader}' now`, undefined, {
        cursor: event.cursor,
      })
    case 'journal.caught-up':
      return {
        level: 'debug',
        message: `The reader '${event.reader}' has caught up with the journal`,
        fields: { ms: Math.round(event.afterMs), cursor: event.cursor },
      }
    case 'journal.stalled':
      return warning('An open transaction holds the journal up', undefined, {
        reader: event.reader,
        ms: event.forMs,
        processId: event.processId,
        database: event.database,
        application: event.application,
        state: event.state,
      })
    case 'journal.gap':
      return warning('Events of the journal are missing', undefined, {
        reader: event.reader,
        reason: event.reason,
        cursor: event.cursor,
      })
    case 'journal.stream-opened':
      return {
        level: 'debug',
        message: `Reading the write-ahead log through the slot '${event.slot}'`,
        fields: { from: event.from },
      }
    case 'journal.stream-lost':
      return warning(`The write-ahead log of the slot '${event.slot}' has ended`, event.error)
    case 'journal.slot-lagging':
      return warning(`The slot '${event.slot}' keeps much of the write-ahead log`, undefined, {
        bytes: event.bytes,
      })
    case 'journal.slot-at-risk':
      return warning(`The slot '${event.slot}' will be lost unless it is read`, undefined, {
        bytesLeft: event.bytesLeft,
      })
    case 'journal.slot-lost':
      return warning(`The slot '${event.slot}' is lost`, undefined, { reason: event.reason })
    case 'limiter.refused':
    case 'limiter.shadowed':
      return limited(event)
    case 'limiter.rules-changed':
      return {
        level: 'info',
        message: 'Limits were changed',
        fields: { rules: event.rules.join(', ') },
      }
    case 'limiter.rules-unread':
      return warning(
        'The limits in the database cannot be followed: the last ones stay',
        event.error,
      )
    case 'limiter.penalized':
      return penalized(event)
    case 'limiter.keys-full':
      return warning(
        'More clients come than limits.keysMax has counters for: the lightest are estimated',
        undefined,
        { keysMax: event.keysMax },
      )
    case 'limiter.shared-lost':
      return warning('Limits are not shared at the moment: each process has its part', event.error)
    case 'limiter.shared-works':
      return {
        level: 'info',
        message: 'Limits are shared again',
        fields: { ms: Math.round(event.forMs), told: event.told },
      }
    case 'limiter.shared-forgotten':
      return warning('Redis has lost the counters of limits, and is told what is known')
    case 'limiter.shedding':
      return shedding(event)
    case 'validation.watched':
      return watchedRule(event)
    case 'security.alert':
      return securityAlert(event)
    case 'security.measure':
      return measured(event)
    case 'security.undone':
      return {
        level: 'info',
        message: `A measure of the rule '${event.measure.rule}' was undone`,
        fields: { kind: event.measure.kind, by: event.by },
      }
    case 'security.share-failed':
      return warning('Other processes do not hear of attacks at the moment', event.error)
    case 'security.share-restored':
      return { level: 'info', message: 'Other processes hear of attacks again' }
    case 'security.list-read':
      return listRead(event)
    case 'security.list-failed':
      return warning(
        `The block list '${event.list}' cannot be read; what was read before holds`,
        event.error,
        { networks: event.networks },
      )
    case 'security.news-refused':
      return warning(
        'Redis tells of bans that none of our processes has signed: they are not believed',
        undefined,
        { count: event.count },
      )
    case 'security.notice':
      return securityNotice(event)
    case 'security.sink-failed':
      return warning(`Alerts do not reach '${event.sink}'; they wait`, event.error, {
        queued: event.queued,
      })
    case 'security.sink-works':
      return {
        level: 'info',
        message: `Alerts reach '${event.sink}' again`,
        fields: { ms: Math.round(event.afterMs), queued: event.queued },
      }
    case 'security.alerts-dropped':
      return warning(`Alerts for '${event.sink}' were given up`, undefined, {
        count: event.count,
        reason: event.reason,
      })
    case 'security.alerts-rejected':
      return rejected(event)
    case 'security.spool-failed':
      return warning(`Alerts for '${event.sink}' are in memory only at the moment`, event.error)
    case 'security.record-failed':
      return warning(`${event.path} cannot be written`, event.error)
    case 'security.listener-failed':
      return warning('Somebody who was to be told of an attack has failed', event.error)
    case 'pool.connected':
      return {
        level: 'debug',
        message: 'Opened a database connection',
        fields: { backend: event.processId, ms: Math.round(event.durationMs) },
      }
    case 'pool.connect-failed':
      return failedConnect(event)
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
      return cancelled(event)
    case 'pool.connects-held-back':
      return heldBack(event)
    case 'pool.resized': {
      const { from, to, reason, facts } = event.decision
      return {
        level: 'info',
        message: `The pool aims at ${to} connections (${reason})`,
        fields: { from, to, ...facts },
      }
    }
    case 'pool.limited':
      return {
        level: 'info',
        message: `The pool may have ${event.connections} connections (${event.reason})`,
      }
    case 'pool.evicted':
      return warning('Connections to a server are not used any more', event.reason, {
        connections: event.connections,
      })
    case 'pool.leak-suspected':
      return warning('A connection is held for very long by the same caller', undefined, {
        backend: event.processId,
        ms: Math.round(event.heldMs),
        stack: event.stack,
      })
    case 'pool.pooler-detected':
      return warning(
        'There is a pooler in transaction mode: statements are not prepared any more. Set pool.prepare to false.',
        undefined,
        { evidence: event.evidence },
      )
    case 'budget.shared':
      return sharedBudget(event)
    case 'budget.lost':
      return warning('The share of the connections of a server cannot be asked for', event.error, {
        retryInMs: Math.round(event.retryInMs),
      })
    case 'budget.regained':
      return {
        level: 'info',
        message: 'The share of the connections of a server is asked for again',
        fields: { afterMs: Math.round(event.afterMs) },
      }
    case 'budget.impossible':
      return warning('Processes that share a server cannot share its connections', event.error)
    case 'listener.connected':
      return {
        level: event.isFirst ? 'debug' : 'info',
        message: 'Listening for notifications of the database',
      }
    case 'listener.disconnected':
      return warning('Lost the connection that listens for notifications', event.error, {
        retryInMs: event.retryInMs,
      })
    case 'redis.ready':
      return {
        level: event.isFirst ? 'debug' : 'info',
        message: `Connected to Redis for ${event.use}`,
        fields: { place: event.place },
      }
    case 'redis.lost':
      return warning(`No connection to Redis for ${event.use}`, event.error, {
        retryInMs: Math.round(event.retryInMs),
      })
    case 'redis.subscribe-failed':
      return warning('Redis does not let us hear a channel', event.error, {
        channel: event.channel,
      })
    case 'replicas.changed':
      return changedPrimary(event)
    case 'replicas.ejected':
      return warning(`A database node serves no reads (${event.why})`)
    case 'replicas.returned':
      return { level: 'info', message: 'A database node serves reads again' }
    case 'replicas.unreachable':
      return unreachableNode(event)
    case 'replicas.reachable':
      return {
        level: 'info',
        message: 'A database node answers again',
        fields: { downMs: Math.round(event.downMs) },
      }
    case 'replicas.split-brain':
      return splitBrain(event)
    default:
      return nothing(event)
  }
}

/** Tried again several times a second, and `replicas.unreachable` tells it too: one line is enough. */
function failedConnect({ error, inARow }: Extract<PoolEvent, { kind: 'pool.connect-failed' }>) {
  const entry = warning('A database connection cannot be opened', reasonOf(error))
  return inARow === 1 ? entry : { ...entry, level: 'debug' as const }
}

function changedTable({
  relation,
  isJournaled,
}: FollowerEvent & { kind: 'caching.table-changed' }): LogEntry {
  const message = isJournaled
    ? 'What was kept of a table is old: changes may have been missed'
    : 'A table is not journaled any more: nothing of it is kept'
  return { level: 'info', message, fields: { relation } }
}

function sharedBudget(event: Extract<BudgetEvent, { kind: 'budget.shared' }>): LogEntry {
  const { limit, reason, total, members } = event
  return {
    level: reason === 'granted' || reason === 'starting' ? 'debug' : 'warn',
    message: `This process may have ${limit} connections to a server (${reason})`,
    fields: { total, members },
  }
}

function unreachableNode({
  isFrozen,
  error,
}: ReplicasEvent & { kind: 'replicas.unreachable' }): LogEntry {
  return warning(
    isFrozen ? 'A database node does not answer' : 'A database node cannot be reached',
    reasonOf(error),
  )
}

/** Of a server that cannot be reached, where and why is in the cause. Nobody's statement was sent, so it holds no stored value. */
function reasonOf(error: Error | undefined): unknown {
  return error?.cause ?? error
}

function changedPrimary({
  from,
  to,
  timeline,
  takesWrites,
}: ReplicasEvent & { kind: 'replicas.changed' }): LogEntry {
  const fields = { from, to, timeline }
  if (takesWrites) return { level: 'info', message: 'Writes go to this database node', fields }
  const message =
    to === undefined
      ? 'There is no primary: writes wait for one'
      : 'The primary has been made read-only: writes wait'
  return warning(message, undefined, fields)
}

/** Whoever wrote to the others will miss it: somebody has to stop them now. */
function splitBrain({
  trusted,
  fenced,
}: ReplicasEvent & { kind: 'replicas.split-brain' }): LogEntry {
  const others = fenced.map(({ node, timeline }) => `${node} (timeline ${timeline})`).join(', ')
  return {
    level: 'error',
    message:
      trusted === undefined
        ? 'Several database nodes take writes and none can be told to be the right one: stop all but one'
        : 'Several database nodes take writes: only the one that was promoted last is used, stop the others',
    fields: { trusted, others },
  }
}

function changedBreaker(event: BreakerEvent & { kind: 'breaker.changed' }): LogEntry {
  const { name, from, to, reason, details } = event
  const fields = { from, reason, ...(details !== '' && { details }) }
  switch (to) {
    case 'open':
      return warning(`'${name}' gets no calls for a while`, undefined, fields)
    case 'isolated':
      return warning(`'${name}' gets no calls until it is released`, undefined, fields)
    case 'half-open':
      return { level: 'debug', message: `'${name}' is tried out`, fields }
    case 'closed':
      return { level: 'info', message: `'${name}' gets calls again`, fields }
  }
}

/** The same as the alert, with what it needs to be acted upon. */
function securityNotice({
  notice,
  document,
}: SecurityAlertingEvent & { kind: 'security.notice' }): LogEntry | undefined {
  const { kind, alert, count, query } = notice
  if (kind === 'heartbeat') return { level: 'debug', message: alert.summary }
  if (document !== undefined) {
    const { level, message } = securityAlert({ kind: 'security.alert', alert })
    return { level, message, document }
  }
  const { suggestion } = alert
  const evidence = alert.evidence.join('; ')
  const entry = securityAlert({ kind: 'security.alert', alert })
  return { ...entry, fields: { ...entry.fields, count, suggestion, evidence, query } }
}

function rejected({
  sink,
  count,
  message,
}: SecurityAlertingEvent & { kind: 'security.alerts-rejected' }): LogEntry {
  const fields = { count, says: message }
  if (count === 0)
    return { level: 'info', message: `'${sink}' takes alerts, with a remark`, fields }
  return { level: 'warn', message: `'${sink}' took alerts and threw some of them away`, fields }
}

function listRead({
  list,
  networks,
  refused,
  refusedLines,
}: SecurityMonitorEvent & { kind: 'security.list-read' }): LogEntry {
  const isWhole = refused === 0
  const lines = isWhole ? {} : { refused, lines: refusedLines.join(', ') }
  const ending = isWhole ? 'is in force' : 'is in force, but for lines that are no network'
  const message = `The block list '${list}' ${ending}`
  return { level: isWhole ? 'info' : 'warn', message, fields: { networks, ...lines } }
}

function securityAlert({ alert }: SecurityMonitorEvent & { kind: 'security.alert' }): LogEntry {
  const { rule, level, summary, outcome, id, mitre } = alert
  const isUrgent = level === 'high' || level === 'critical'
  return {
    level: isUrgent ? 'warn' : 'info',
    message: `Security: ${summary}`,
    fields: { alert: id, rule, severity: level, outcome, mitre },
  }
}

function measured({
  measure,
  isOwn,
}: SecurityMonitorEvent & { kind: 'security.measure' }): LogEntry {
  const { kind, rule, reason, sinceMs, untilMs, node } = measure
  return {
    level: isOwn ? 'warn' : 'debug',
    message: `Security: ${kind} by the rule '${rule}' (${reason})`,
    fields: { forMs: untilMs - sinceMs, decidedBy: node },
  }
}

function limited(event: LimiterEvent & { kind: 'limiter.refused' | 'limiter.shadowed' }): LogEntry {
  const { kind, rule, key, count } = event
  const fields = { key, count }
  if (kind === 'limiter.refused')
    return { level: 'info', message: `Over the limit '${rule}'`, fields }
  return { level: 'debug', message: `Would be over the limit '${rule}', which only looks`, fields }
}

function watchedRule({ route, rule, ...fields }: ValidationEvent): LogEntry {
  const message = `The rule '${rule}' would have refused requests for ${route}, and only looks`
  return { level: 'info', message, fields: { code: fields.code, count: fields.count } }
}

/** The value may be a person, or a key. */
function penalized(event: LimiterEvent & { kind: 'limiter.penalized' }): LogEntry {
  const { attribute, share, reason, until } = event
  const message = `Somebody has less than the limits for a while, by '${attribute}'`
  return { level: 'info', message, fields: { share, reason, until: new Date(until).toISOString() } }
}

function shedding(event: LimiterEvent & { kind: 'limiter.shedding' }): LogEntry {
  const fields = { level: Math.round(event.level * 100) / 100, reason: event.reason }
  if (event.isShedding) return warning('Less important requests are refused', undefined, fields)
  return { level: 'info', message: 'There is room for all requests again', fields }
}

function cancelled({ reason, processId }: PoolEvent & { kind: 'pool.cancelled' }): LogEntry {
  const whose = reason === 'deadline' ? 'time is up' : 'client has gone'
  const message = `Cancelled a query whose ${whose}`
  return { level: 'debug', message, fields: { backend: processId } }
}

function heldBack({ reason, forMs }: PoolEvent & { kind: 'pool.connects-held-back' }): LogEntry {
  return {
    level: reason === 'server-full' ? 'warn' : 'debug',
    message: `No connection is opened for a while (${reason})`,
    fields: { ms: Math.round(forMs) },
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
