import { expect, test } from 'vitest'
import type { StateKind, TransitionReason } from './capabilities/breaker/index.ts'
import type { Alert, Notice } from './capabilities/security/index.ts'
import type { LogEntry } from './capabilities/telemetry/index.ts'
import { createObserver, entryOf, type ServerEvent } from './observations.ts'

const error = new Error('it broke')

const counts = { relations: 1, relationships: 2, routines: 3 }

const alert: Alert = {
  ...{ id: 'the-id', rule: 'honeypot', level: 'critical', mitre: 'T1083', atMs: 1, count: 1 },
  ...{ principal: { kind: 'ip', ip: '192.0.2.1' }, summary: 'a decoy', evidence: ['a', 'b'] },
  ...{ suggestion: 'Look.', outcome: 'ban', node: 'one' },
}
const times = { count: 3, firstAtMs: 1, lastAtMs: 2 }
const notice: Notice = { ...times, id: 'the-id', kind: 'alert', key: 'k', alert, query: '/q' }

const EVENTS: readonly [ServerEvent, Partial<LogEntry>][] = [
  [
    { kind: 'caching.follows', tables: 3 },
    { level: 'info', fields: { tables: 3 } },
  ],
  [
    { kind: 'caching.follows-not', reason: 'There is no journal' },
    { level: 'info', fields: { reason: 'There is no journal' } },
  ],
  [
    { kind: 'caching.table-changed', relation: 7, isJournaled: true },
    { level: 'info', message: expect.stringContaining('old'), fields: { relation: 7 } },
  ],
  [
    { kind: 'caching.table-changed', relation: 7, isJournaled: false },
    { level: 'info', message: expect.stringContaining('not journaled any more') },
  ],
  [
    { kind: 'catalog.loaded', durationMs: 1.2, changed: true, counts },
    { level: 'info', fields: { ms: 1, ...counts } },
  ],
  [{ kind: 'catalog.loaded', durationMs: 1, changed: false, counts }, { level: 'debug' }],
  [
    { kind: 'catalog.load-failed', error, retryInMs: 500 },
    { level: 'warn', error },
  ],
  [
    { kind: 'catalog.check-failed', error },
    { level: 'warn', error },
  ],
  [
    { kind: 'catalog.listening', channel: 'pgrst' },
    { level: 'debug', message: 'Listening for NOTIFY pgrst' },
  ],
  [
    { kind: 'config.read', changed: ['database.schemas', 'jwt.secret'], waiting: [] },
    { level: 'info', fields: { changed: 'database.schemas, jwt.secret' } },
  ],
  [
    { kind: 'config.read', changed: [], waiting: ['http.port'] },
    { level: 'warn', fields: { changed: undefined, waiting: 'http.port' } },
  ],
  [{ kind: 'config.read', changed: [], waiting: [] }, { level: 'debug' }],
  [
    { kind: 'config.secret-random' },
    { level: 'warn', message: expect.stringContaining('security.secret') },
  ],
  [
    { kind: 'config.failed', error },
    { level: 'warn', error },
  ],
  [
    { kind: 'executor.ran', sql: 'select 1', durationMs: 1.6 },
    { level: 'info', message: 'Ran a query', fields: { sql: 'select 1', ms: 2 } },
  ],
  [
    { kind: 'executor.ran', sql: 'select 1', durationMs: undefined },
    { level: 'info', message: 'A query failed' },
  ],
  [
    { kind: 'http.failed', status: 500, path: '/a', error },
    { level: 'error', error },
  ],
  [{ kind: 'http.failed', status: 503, path: '/a', error }, { level: 'warn' }],
  [{ kind: 'identity.keys-loaded', from: 'u', keys: 2, changed: true }, { level: 'info' }],
  [{ kind: 'identity.keys-loaded', from: 'u', keys: 2, changed: false }, { level: 'debug' }],
  [
    { kind: 'identity.keys-failed', from: 'u', error },
    { level: 'warn', error },
  ],
  [
    {
      ...{ kind: 'journal.reader-failed', reader: 'search', part: 'consumer' },
      ...{ attempt: 1, retryInMs: 80, error },
    },
    { level: 'warn', error, fields: { part: 'consumer', attempt: 1, retryInMs: 80 } },
  ],
  [
    {
      ...{ kind: 'journal.reader-recovered', reader: 'search', part: 'source' },
      ...{ attempts: 3, forMs: 700.4 },
    },
    { level: 'info', fields: { attempts: 3, ms: 700 } },
  ],
  [
    { kind: 'journal.dropped', part: 's_tier.journal_2026_11_22', bytes: 7 },
    { level: 'info', fields: { bytes: 7 } },
  ],
  [
    { kind: 'journal.reader-passed', reader: 'search', part: 's_tier.journal_2026_11_22' },
    { level: 'warn', message: expect.stringContaining("'search'") },
  ],
  [
    { kind: 'journal.too-large', bytes: 8, bytesMax: 7 },
    { level: 'warn', fields: { bytes: 8, bytesMax: 7 } },
  ],
  [
    { kind: 'journal.maintain-failed', error },
    { level: 'warn', error },
  ],
  [
    { kind: 'journal.reader-held', reader: 'search', holder: 'host/1', freeInMs: 9 },
    { level: 'info', fields: { holder: 'host/1', freeInMs: 9 } },
  ],
  [
    { kind: 'journal.reader-lost', reader: 'search', cursor: '7-1' },
    { level: 'warn', fields: { cursor: '7-1' } },
  ],
  [
    { kind: 'journal.caught-up', reader: 'search', afterMs: 1.2, cursor: '7-1' },
    { level: 'debug', fields: { ms: 1, cursor: '7-1' } },
  ],
  [
    {
      ...{ kind: 'journal.stalled', reader: 'search', forMs: 2_000, processId: 7 },
      ...{ database: 'other', application: 'psql', state: 'active' },
    },
    { level: 'warn', fields: { processId: 7, database: 'other', application: 'psql' } },
  ],
  [
    { kind: 'journal.gap', reader: 'search', reason: 'removed', cursor: '7-1' },
    { level: 'warn', fields: { reader: 'search', reason: 'removed', cursor: '7-1' } },
  ],
  [
    { kind: 'journal.stream-opened', slot: 'cache', from: '0/17' },
    { level: 'debug', fields: { from: '0/17' } },
  ],
  [
    { kind: 'journal.stream-lost', slot: 'cache', error },
    { level: 'warn', error },
  ],
  [
    { kind: 'journal.slot-lagging', slot: 'cache', bytes: 7 },
    { level: 'warn', fields: { bytes: 7 } },
  ],
  [
    { kind: 'journal.slot-at-risk', slot: 'cache', bytesLeft: 7 },
    { level: 'warn', fields: { bytesLeft: 7 } },
  ],
  [
    { kind: 'journal.slot-lost', slot: 'cache', reason: 'wal_removed' },
    { level: 'warn', fields: { reason: 'wal_removed' } },
  ],
  [
    { kind: 'pool.connected', processId: 1, durationMs: 2.4 },
    { level: 'debug', fields: { backend: 1, ms: 2 } },
  ],
  [
    breakerChanged('closed', 'open', 'failures-in-a-row', '5 failures in a row'),
    {
      level: 'warn',
      message: "'replica-1' gets no calls for a while",
      fields: { from: 'closed', reason: 'failures-in-a-row', details: '5 failures in a row' },
    },
  ],
  [breakerChanged('open', 'half-open', 'rested'), { level: 'debug', fields: { from: 'open' } }],
  [breakerChanged('half-open', 'closed', 'trials-passed'), { level: 'info' }],
  [breakerChanged('closed', 'isolated', 'isolated', 'repairs'), { level: 'warn' }],
  [
    { kind: 'limiter.refused', rule: 'per-user', key: '#12ab', count: 3 },
    { level: 'info', message: "Over the limit 'per-user'", fields: { key: '#12ab', count: 3 } },
  ],
  [
    { kind: 'limiter.shadowed', rule: 'per-user', key: '#12ab', count: 3 },
    { level: 'debug', fields: { key: '#12ab', count: 3 } },
  ],
  [
    {
      ...{ kind: 'validation.watched', route: 'POST /orders', rule: 'length' },
      ...{ code: '22001', count: 12 },
    },
    {
      level: 'info',
      message: "The rule 'length' would have refused requests for POST /orders, and only looks",
      fields: { code: '22001', count: 12 },
    },
  ],
  [
    { kind: 'limiter.rules-changed', rules: ['per-user'] },
    { level: 'info', fields: { rules: 'per-user' } },
  ],
  [
    { kind: 'limiter.rules-unread', error },
    { level: 'warn', error },
  ],
  [
    {
      ...{ kind: 'limiter.penalized', attribute: 'user', value: 'ann' },
      ...{ share: 0.5, until: 0, reason: 'scanned' },
    },
    {
      level: 'info',
      message: "Somebody has less than the limits for a while, by 'user'",
      fields: { share: 0.5, reason: 'scanned', until: '1970-01-01T00:00:00.000Z' },
    },
  ],
  [
    { kind: 'limiter.keys-full', keysMax: 7 },
    { level: 'warn', fields: { keysMax: 7 } },
  ],
  [
    { kind: 'limiter.shared-lost', error },
    { level: 'warn', error },
  ],
  [
    { kind: 'limiter.shared-works', forMs: 4.2, told: 3 },
    { level: 'info', fields: { ms: 4, told: 3 } },
  ],
  [
    { kind: 'security.notice', notice },
    {
      level: 'warn',
      message: 'Security: a decoy',
      fields: expect.objectContaining({ count: 3, suggestion: 'Look.', evidence: 'a; b' }),
    },
  ],
  [{ kind: 'security.notice', notice: { ...notice, kind: 'heartbeat' } }, { level: 'debug' }],
  [
    { kind: 'security.notice', notice, document: { class_uid: 2004 } },
    { level: 'warn', message: 'Security: a decoy', document: { class_uid: 2004 } },
  ],
  [
    { kind: 'security.list-read', list: 'drop', networks: 9, refused: 0, refusedLines: [] },
    { level: 'info', fields: { networks: 9 } },
  ],
  [
    { kind: 'security.list-read', list: 'drop', networks: 9, refused: 2, refusedLines: [3, 5] },
    { level: 'warn', fields: { networks: 9, refused: 2, lines: '3, 5' } },
  ],
  [
    { kind: 'security.list-failed', list: 'drop', networks: 9, error },
    { level: 'warn', error, fields: { networks: 9 } },
  ],
  [
    { kind: 'security.news-refused', count: 3 },
    { level: 'warn', fields: { count: 3 } },
  ],
  [
    { kind: 'security.sink-failed', sink: 'ops', error, queued: 2 },
    { level: 'warn', error, fields: { queued: 2 } },
  ],
  [
    { kind: 'security.sink-works', sink: 'ops', afterMs: 1.2, queued: 2 },
    { level: 'info', fields: { ms: 1, queued: 2 } },
  ],
  [
    { kind: 'security.alerts-dropped', sink: 'ops', count: 2, reason: 'full' },
    { level: 'warn', fields: { count: 2, reason: 'full' } },
  ],
  [
    { kind: 'security.alerts-rejected', sink: 'otel', count: 2, message: 'too old' },
    { level: 'warn', fields: { count: 2, says: 'too old' } },
  ],
  [
    { kind: 'security.alerts-rejected', sink: 'otel', count: 0, message: 'use another scope' },
    { level: 'info', fields: { count: 0, says: 'use another scope' } },
  ],
  [
    { kind: 'security.spool-failed', sink: 'ops', error },
    { level: 'warn', error },
  ],
  [
    { kind: 'security.record-failed', path: '/spool/record', error },
    { level: 'warn', error, message: '/spool/record cannot be written' },
  ],
  [{ kind: 'limiter.shared-forgotten' }, { level: 'warn' }],
  [
    { kind: 'limiter.shedding', isShedding: true, level: 1.234, reason: 'pool-wait' },
    { level: 'warn', fields: { level: 1.23, reason: 'pool-wait' } },
  ],
  [
    { kind: 'limiter.shedding', isShedding: false, level: 0.5, reason: 'pool-wait' },
    { level: 'info', message: 'There is room for all requests again' },
  ],
  [
    { kind: 'breaker.fallback-failed', name: 'prices', error },
    { level: 'warn', message: "The fallback of 'prices' failed too", error },
  ],
  [
    { kind: 'breaker.share-failed', error },
    { level: 'warn', error },
  ],
  [
    { kind: 'breaker.chaos-began', id: 'chaos-1', fault: 'freeze', target: '*', forMs: 10 },
    { level: 'warn', fields: { id: 'chaos-1', forMs: 10 } },
  ],
  [
    { kind: 'breaker.chaos-ended', id: 'chaos-1' },
    { level: 'warn', fields: { id: 'chaos-1' } },
  ],
  [
    { kind: 'cache.refresh-failed', error },
    { level: 'warn', error },
  ],
  [
    { kind: 'cache.codec-failed', error },
    { level: 'warn', error },
  ],
  [
    { kind: 'cache.flushed', reason: 'by hand' },
    { level: 'info', fields: { reason: 'by hand' } },
  ],
  [{ kind: 'cache.behind' }, { level: 'warn' }],
  [{ kind: 'cache.caught-up' }, { level: 'info' }],
  [
    { kind: 'cache.shared-failed', part: 'store', error, failures: 7 },
    { level: 'warn', error, fields: { failures: 7 } },
  ],
  [{ kind: 'cache.shared-works', part: 'bus' }, { level: 'info' }],
  [
    { kind: 'pool.connect-failed', inARow: 1, error },
    { level: 'warn', error },
  ],
  [
    { kind: 'pool.connect-failed', inARow: 2, error },
    { level: 'debug', error },
  ],
  [
    { kind: 'pool.connect-failed', inARow: 1, error: new Error('No connection', { cause: error }) },
    { level: 'warn', error },
  ],
  [
    { kind: 'pool.disconnected', processId: 1, reason: 'broken', error },
    { level: 'warn', error },
  ],
  [
    { kind: 'pool.disconnected', processId: 1, reason: 'idle', error: undefined },
    { level: 'debug', message: 'Closed a database connection (idle)' },
  ],
  [
    { kind: 'pool.acquire-timed-out', waiting: 3 },
    { level: 'warn', fields: { waiting: 3 } },
  ],
  [
    { kind: 'pool.queue-full', waiting: 3 },
    { level: 'warn', fields: { waiting: 3 } },
  ],
  [
    { kind: 'pool.cancelled', processId: 1, reason: 'abandoned' },
    { level: 'debug', message: 'Cancelled a query whose client has gone' },
  ],
  [
    { kind: 'pool.cancelled', processId: 1, reason: 'deadline' },
    { level: 'debug', message: 'Cancelled a query whose time is up' },
  ],
  [
    { kind: 'pool.connects-held-back', reason: 'server-full', forMs: 1.6 },
    { level: 'warn', fields: { ms: 2 } },
  ],
  [{ kind: 'pool.connects-held-back', reason: 'rate', forMs: 1 }, { level: 'debug' }],
  [
    {
      kind: 'pool.resized',
      decision: { at: 0, from: 10, to: 13, reason: 'queue', facts: { utilisation: 1 } },
      node: 'replica-1',
    },
    {
      level: 'info',
      message: 'The pool aims at 13 connections (queue)',
      fields: { node: 'replica-1', from: 10, to: 13, utilisation: 1 },
    },
  ],
  [
    { kind: 'pool.limited', connections: 8, reason: 'budget' },
    { level: 'info', message: 'The pool may have 8 connections (budget)' },
  ],
  [
    { kind: 'pool.evicted', connections: 4, reason: error },
    { level: 'warn', error, fields: { connections: 4 } },
  ],
  [
    { kind: 'pool.leak-suspected', processId: 1, heldMs: 9.9, stack: 'at here' },
    { level: 'warn', fields: { backend: 1, ms: 10, stack: 'at here' } },
  ],
  [
    { kind: 'pool.pooler-detected', evidence: 'other-backend' },
    { level: 'warn', fields: { evidence: 'other-backend' } },
  ],
  [{ kind: 'listener.connected', isFirst: true }, { level: 'debug' }],
  [{ kind: 'listener.connected', isFirst: false }, { level: 'info' }],
  [
    { kind: 'listener.disconnected', error, retryInMs: 5 },
    { level: 'warn', fields: { retryInMs: 5 } },
  ],
  [
    { kind: 'redis.ready', use: 'commands', place: 'h:6379', isFirst: true },
    { level: 'debug', fields: { place: 'h:6379' } },
  ],
  [
    { kind: 'redis.ready', use: 'subscriptions', place: 'h:6379', isFirst: false },
    { level: 'info', message: 'Connected to Redis for subscriptions' },
  ],
  [
    { kind: 'redis.lost', use: 'commands', place: 'h:6379', error, retryInMs: 49.6 },
    { level: 'warn', error, fields: { retryInMs: 50 } },
  ],
  [
    { kind: 'redis.subscribe-failed', channel: 'c', error },
    { level: 'warn', error, fields: { channel: 'c' } },
  ],
  [
    { kind: 'replicas.changed', from: undefined, to: 'a', timeline: 2, takesWrites: true },
    { level: 'info', fields: { to: 'a', timeline: 2 } },
  ],
  [
    { kind: 'replicas.changed', from: 'a', to: undefined, timeline: 2, takesWrites: false },
    { level: 'warn', message: 'There is no primary: writes wait for one' },
  ],
  [
    { kind: 'replicas.changed', from: 'a', to: 'a', timeline: 2, takesWrites: false },
    { level: 'warn', message: expect.stringContaining('read-only') },
  ],
  [
    { kind: 'replicas.ejected', node: 'b', why: 'lagging' },
    { level: 'warn', message: expect.stringContaining('lagging'), fields: { node: 'b' } },
  ],
  [
    { kind: 'replicas.returned', node: 'b' },
    { level: 'info', fields: { node: 'b' } },
  ],
  [
    { kind: 'replicas.unreachable', node: 'b', isFrozen: false, error },
    { level: 'warn', error, fields: { node: 'b' } },
  ],
  [
    {
      ...{ kind: 'replicas.unreachable', node: 'b', isFrozen: false },
      error: new Error('No connection', { cause: error }),
    },
    { level: 'warn', error },
  ],
  [
    { kind: 'replicas.unreachable', node: 'b', isFrozen: true, error: undefined },
    { level: 'warn', message: expect.stringContaining('does not answer') },
  ],
  [
    { kind: 'replicas.reachable', node: 'b', downMs: 12.4 },
    { level: 'info', fields: { node: 'b', downMs: 12 } },
  ],
  [
    { kind: 'replicas.split-brain', trusted: 'a', fenced: [{ node: 'b', timeline: 1 }] },
    { level: 'error', fields: { trusted: 'a', others: 'b (timeline 1)' } },
  ],
  [
    { kind: 'replicas.split-brain', trusted: undefined, fenced: [{ node: 'b', timeline: 1 }] },
    { level: 'error', message: expect.stringContaining('stop all but one') },
  ],
]

test.each(EVENTS)('%j is worth a line', (event, entry) => {
  expect(entryOf(event)).toMatchObject(entry)
})

test('an observer logs what is worth it and ignores what it does not know', () => {
  const lines: LogEntry[] = []
  const observe = createObserver(entry => void lines.push(entry))
  observe({ kind: 'pool.queue-full', waiting: 1 })
  observe({ kind: 'of another version' } as never)
  expect(lines).toHaveLength(1)
})

function breakerChanged(
  from: StateKind,
  to: StateKind,
  reason: TransitionReason,
  details = '',
): ServerEvent {
  return { kind: 'breaker.changed', name: 'replica-1', from, to, reason, details }
}
