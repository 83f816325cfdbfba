import { expect, test } from 'vitest'
import type { LogEntry } from './capabilities/telemetry/index.ts'
import { createObserver, entryOf, type ServerEvent } from './observations.ts'

const error = new Error('it broke')

const counts = { relations: 1, relationships: 2, routines: 3 }

const EVENTS: readonly [ServerEvent, Partial<LogEntry>][] = [
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
    { kind: 'pool.connected', processId: 1, durationMs: 2.4 },
    { level: 'debug', fields: { backend: 1, ms: 2 } },
  ],
  [
    { kind: 'pool.connect-failed', error },
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
  [{ kind: 'pool.cancelled', processId: 1 }, { level: 'debug' }],
  [{ kind: 'listener.connected', isFirst: true }, { level: 'debug' }],
  [{ kind: 'listener.connected', isFirst: false }, { level: 'info' }],
  [
    { kind: 'listener.disconnected', error, retryInMs: 5 },
    { level: 'warn', fields: { retryInMs: 5 } },
  ],
]

test.each(EVENTS)('%j is worth a line', (event, entry) => {
  expect(entryOf(event)).toMatchObject(entry)
})

test('an observer logs what is worth it and ignores what it does not know', () => {
  const lines: LogEntry[] = []
  const observe = createObserver(entry => void lines.push(entry))
  observe({ kind: 'pool.cancelled', processId: 1 })
  observe({ kind: 'of another version' } as never)
  expect(lines).toHaveLength(1)
})
