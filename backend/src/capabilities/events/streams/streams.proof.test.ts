import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { TestDatabase } from '../../../../tests/support/database.ts'
import { seed } from '../../../../tests/support/seed.ts'
import { createStreamsDatabase } from '../../../../tests/support/streams.ts'
import { BEGINNING } from '../cursor.ts'
import type { Queryable } from '../types.ts'
import type { StreamEvent } from './event.ts'
import { createEventIds, systemRandomBytes } from './event-id.ts'
import { createStreams, type Streams } from './streams.ts'

/** `STIER_STREAM_EVENTS=100000` for the long run. */
const EVENTS = Number(process.env['STIER_STREAM_EVENTS'] ?? 2_000)
const WRITERS = 16
const STREAMS = 8
const KILL_EACH = 60

let database: TestDatabase
beforeAll(async () => void (database = await createStreamsDatabase()))
afterAll(() => database.drop())

test('of what writers append while their connections are killed nothing is lost, doubled or out of order', async () => {
  console.log(`seed ${seed}, ${EVENTS} events`)
  const random = seededRandom(seed)
  const forgetful = (database: Queryable) => losingAnswers(database, random)
  const shared = createStreams({ database: forgetful(pooled(8)) })
  const reading = createStreams({ database: pooled(2) })
  const newId = createEventIds(() => Date.now(), systemRandomBytes)
  const sent = new Map<string, string>()
  let appended = 0
  let killed = 0
  let repeated = 0
  const seen: StreamEvent[] = []
  const subscriber = reading.subscribe({
    from: BEGINNING,
    ...{ backoffMs: 1, batchMax: 50 },
    onEvents(events) {
      const isFailing = random() < 0.1
      seen.push(...events.slice(0, isFailing ? events.length / 2 : undefined))
      if (isFailing) throw new Error('The consumer fails')
    },
  })
  onTestFinished(() => subscriber.stop())

  async function kill(): Promise<void> {
    killed += (
      await database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and usename = 'authenticator'
         order by state = 'active' desc, random() limit 3`,
      )
    ).length
  }

  /** The same events under the same ids until they are there; as careful writers do, with the version that was read. */
  async function appendSurely(streams: Streams, isCareful: boolean): Promise<void> {
    const stream = `stream-${Math.floor(random() * STREAMS)}`
    const events = Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
      ...{ id: newId(), type: 'n', data: random() },
    }))
    for (const { id } of events) sent.set(id, stream)
    for (let isDone = false; !isDone; ) {
      try {
        const expectedVersion = isCareful ? (await streams.read(stream, { max: 1 })).version : 'any'
        const { isRepeated } = await streams.append(stream, events, { expectedVersion })
        repeated += isRepeated ? 1 : 0
        isDone = true
      } catch (error) {
        if (!isPassing(error)) throw error
      }
    }
    const before = appended
    appended += events.length
    if (Math.floor(appended / KILL_EACH) > Math.floor(before / KILL_EACH)) await kill()
    if (random() < 0.01) {
      await subscriber.stop()
      subscriber.start()
    }
  }

  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      const streams = writer % 2 === 0 ? shared : createStreams({ database: forgetful(pooled(1)) })
      while (appended < EVENTS) await appendSurely(streams, writer % 4 === 1)
    }),
  )
  await expect.poll(() => seen.length >= sent.size && unique(seen).length, WAIT).toBe(sent.size)
  console.log(
    `${sent.size} events, ${killed} kills, ${repeated} appends repeated, ${seen.length} deliveries`,
  )
  expect([killed > 0, repeated > 0, seen.length > sent.size]).toEqual([true, true, true])

  const stored = await database.query<{ id: string; stream: string; version: string }>(
    'select id, stream, version from s_tier.stream_events order by stream, version',
  )
  expect(new Map(stored.map(({ id, stream }) => [id, stream]))).toEqual(sent)
  expect(gaps(stored)).toEqual([])
  const once = unique(seen)
  expect(new Map(once.map(({ id, stream }) => [id, stream]))).toEqual(sent)
  expect(gaps(once)).toEqual([])
  const places = once.map(({ cursor }) => cursor)
  const ordered = places.toSorted(
    (a, b) => Number(a.xid - b.xid) || Number(a.position - b.position),
  )
  expect(places).toEqual(ordered)
}, 900_000)

const WAIT = { timeout: 60_000, interval: 20 }

/** In the order of their first delivery; a position belongs to one event for ever. */
function unique(events: readonly StreamEvent[]): readonly StreamEvent[] {
  return [...new Map(events.map(event => [event.cursor.position, event])).values()]
}

/** Events whose version does not follow that of the one before in their stream. */
function gaps(events: readonly { stream: string; version: number | string }[]) {
  const versions = new Map<string, number>()
  return events.filter(({ stream, version }) => {
    const before = versions.get(stream) ?? 0
    versions.set(stream, Number(version))
    return Number(version) !== before + 1
  })
}

/** Somebody was faster, or the connection was killed: the append may or may not be there. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  return (
    ['ST630', '57P01', 'ECONNRESET', 'EPIPE'].includes(code) ||
    /terminated|not queryable|closed/i.test(error.message)
  )
}

function pooled(max: number): Queryable {
  const pool = new pg.Pool({ connectionString: database.authenticatorUrl, max })
  pool.on('error', () => undefined) // Killed while idle.
  onTestFinished(() => pool.end())
  return {
    query: async (text, values) =>
      (await pool.query<Record<string, unknown>>(text, values && [...values])).rows,
  }
}

/** Now and then the connection breaks after the commit, and before its answer has come. */
function losingAnswers(database: Queryable, random: () => number): Queryable {
  return {
    async query(text, values) {
      const rows = await database.query(text, values)
      if (random() < 0.02) throw Object.assign(new Error('The answer is lost'), { code: 'EPIPE' })
      return rows
    },
  }
}

/** mulberry32 */
function seededRandom(start: number): () => number {
  let state = start >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
