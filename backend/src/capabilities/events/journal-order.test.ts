import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TestDatabase } from '../../../tests/support/database.ts'
import { createJournaledDatabase, type TestPool, testPool } from '../../../tests/support/journal.ts'
import { startWriterProcess, writeAtRandom } from '../../../tests/support/journal-writers.ts'
import { seed } from '../../../tests/support/seed.ts'
import { type CheckpointStore, createTableCheckpoints } from './checkpoint.ts'
import { BEGINNING, compareCursors, formatCursor } from './cursor.ts'
import { createReader } from './reader.ts'
import { createTableSource } from './table-source.ts'
import type { JournalEvent } from './types.ts'

const EVENTS = Number(process.env['STIER_JOURNAL_EVENTS'] ?? 3_000)
const TIMEOUT_MS = 60_000 + EVENTS * 5

let database: TestDatabase
let pool: TestPool
beforeEach(async () => {
  database = await createJournaledDatabase()
  pool = testPool(database.authenticatorUrl)
})
afterEach(async () => {
  await pool.end()
  await database.drop()
})

/** Numbers from 0 to 1 that are the same for the same seed. */
function randomFrom(start: number): () => number {
  let state = start >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

/** A consumer as one is advised to write it: what it has seen it does not take again. */
function createConsumer(random: () => number) {
  const taken: string[] = []
  const ids = new Set<string>()
  let last = BEGINNING
  let again = 0
  return {
    taken,
    ids,
    again: () => again,
    async take(events: readonly JournalEvent[]): Promise<void> {
      for (const { cursor, new: row } of events) {
        if (compareCursors(cursor, last) <= 0) {
          again += 1
          continue
        }
        last = cursor
        taken.push(formatCursor(cursor))
        ids.add(row?.['id'] ?? '')
        if (random() < 0.001) throw new Error('it fails in the middle of a batch')
      }
      if (random() < 0.2) await pause(5 * random())
    },
  }
}

/** Reads under one name, and is now stopped, now gone without a word, until `isDone`. */
async function readThroughRestarts(
  take: (events: readonly JournalEvent[]) => Promise<void>,
  random: () => number,
  isDone: () => boolean,
): Promise<number> {
  let restarts = 0
  while (!isDone()) {
    const store = mortal(createTableCheckpoints(pool))
    const reader = createReader({
      source: createTableSource({ database: pool }),
      from: BEGINNING,
      checkpoint: { name: 'proof', store },
      onEvents: events => (store.isDead ? Promise.reject(new Error('it is dead')) : take(events)),
      ...{ leaseMs: 300, checkpointMs: 20, batchMax: 200, backoffMs: 5, sweepMs: 20 },
    })
    reader.start()
    const end = performance.now() + 200 + 400 * random()
    while (performance.now() < end && !isDone()) await pause(5)
    store.isDead = random() < 0.5 && !isDone()
    await reader.stop()
    restarts += 1
  }
  return restarts
}

/** Once it is dead nothing of its reader arrives any more. */
function mortal(store: CheckpointStore): CheckpointStore & { isDead: boolean } {
  const dead = async (): Promise<never> => Promise.reject(new Error('it is dead'))
  const wrapped = {
    isDead: false,
    claim: (request: Parameters<CheckpointStore['claim']>[0]) =>
      wrapped.isDead ? dead() : store.claim(request),
    save: (checkpoint: Parameters<CheckpointStore['save']>[0]) =>
      wrapped.isDead ? dead() : store.save(checkpoint),
  }
  return wrapped
}

/** What one would write without thinking of transactions that end in another order than they began. */
async function readByPosition(isDone: () => boolean): Promise<Set<string>> {
  const client = new pg.Client(database.url)
  await client.connect()
  const seen = new Set<string>()
  let last = '0'
  while (!isDone()) {
    const { rows } = await client.query<{ position: string }>(
      'select position from s_tier.journal where position > $1 order by position',
      [last],
    )
    for (const { position } of rows) seen.add(position)
    last = rows.at(-1)?.position ?? last
    await pause(2)
  }
  await client.end()
  return seen
}

test(
  `${EVENTS} events of writers that wait, roll back and die reach a reader that dies too, each once and in order; a reader by position loses some (seed ${seed})`,
  async () => {
    const random = randomFrom(seed)
    const consumer = createConsumer(random)
    const progress = { isWritten: false, stored: Number.POSITIVE_INFINITY }
    const isRead = () => consumer.taken.length >= progress.stored
    const reading = readThroughRestarts(consumer.take, random, isRead)
    const naive = readByPosition(() => progress.isWritten)
    const doomed = await startWriterProcess(database.url, 1_000_000_000)
    const writing = writeAtRandom({
      ...{ url: database.url, writers: 16, rows: EVENTS, random, delayMsMax: 15 },
    })
    await pause(300)
    await doomed.kill()
    await writing
    await pause(20)
    progress.isWritten = true
    const stored = await database.query<{ cursor: string; position: string; id: string }>(
      `select xid || '-' || position as cursor, position, new_row ->> 'id' as id from s_tier.journal order by xid, position`,
    )
    progress.stored = stored.length
    const restarts = await reading
    expect(consumer.taken).toEqual(stored.map(({ cursor }) => cursor))
    const rows = await database.query<{ id: string }>('select id from thing')
    expect([...consumer.ids].sort()).toEqual(rows.map(({ id }) => id).sort())
    const seen = await naive
    const lost = stored.filter(({ position }) => !seen.has(position)).length
    console.log(
      `${stored.length} events, ${restarts} restarts, ${consumer.again()} came again; by position ${lost} lost`,
    )
    expect(restarts).toBeGreaterThan(1)
    expect(lost).toBeGreaterThan(0)
  },
  TIMEOUT_MS,
)
