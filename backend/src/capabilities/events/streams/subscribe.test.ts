import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TestDatabase } from '../../../../tests/support/database.ts'
import { createStreamsDatabase } from '../../../../tests/support/streams.ts'
import { BEGINNING } from '../cursor.ts'
import { createStreams, type Streams, type SubscribeSetup } from './streams.ts'

let database: TestDatabase
let streams: Streams
beforeEach(async () => {
  database = await createStreamsDatabase()
  const pool = new pg.Pool({ connectionString: database.authenticatorUrl, max: 3 })
  ends.push(
    () => database.drop(),
    () => pool.end(),
  )
  streams = createStreams({
    database: {
      query: async (text, values) =>
        (await pool.query<Record<string, unknown>>(text, values && [...values])).rows,
    },
  })
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** What stands on something else is ended before it. */
const ends: (() => Promise<void>)[] = []

/** A subscriber that does not look again by itself, and what it has seen. */
function subscribe(setup: Partial<SubscribeSetup> = {}) {
  const seen: string[] = []
  const reader = streams.subscribe({
    ...{ from: BEGINNING, sweepMs: 3_600_000, backoffMs: 1 },
    onEvents: events => void seen.push(...events.map(each => `${each.stream} ${each.version}`)),
    ...setup,
  })
  ends.push(() => reader.stop())
  return { seen, reader }
}

const PATIENCE = { timeout: 20_000, interval: 10 }

test('what is appended through the same object wakes it', async () => {
  const { seen } = subscribe({ streamPrefix: 'a' })
  let appended = 0
  // More than one, as a transaction of another test can be in the way of the first.
  await expect
    .poll(async () => {
      await streams.append(`a${appended++}`, { type: 'n' }, { expectedVersion: 'none' })
      await streams.append(`b${appended}`, { type: 'n' }, { expectedVersion: 'none' })
      return seen.length
    }, PATIENCE)
    .toBeGreaterThan(0)
  expect(seen[0]).toBe('a0 1')
})

test('it goes on behind its last batch when it is started again, and delivers a failed one again', async () => {
  let failures = 3
  const delivered: number[] = []
  const { reader } = subscribe({
    sweepMs: 1,
    onEvents(events) {
      if (failures-- > 0) throw new Error('Not now')
      delivered.push(...events.map(({ version }) => version))
    },
  })
  await streams.append('s', [{ type: 'n' }, { type: 'n' }], { expectedVersion: 'none' })
  await expect.poll(() => delivered, PATIENCE).toEqual([1, 2])
  await reader.stop()
  await streams.append('s', { type: 'n' }, { expectedVersion: 2 })
  expect(delivered).toEqual([1, 2])
  reader.start()
  await expect.poll(() => delivered, PATIENCE).toEqual([1, 2, 3])
})

test('it is told when these are other events than before', async () => {
  const gaps: string[] = []
  const { seen, reader } = subscribe({
    sweepMs: 1,
    onGap(gap) {
      gaps.push(gap.reason)
      return 'oldest'
    },
  })
  await streams.append('s', { type: 'n' }, { expectedVersion: 'none' })
  await expect.poll(() => seen, PATIENCE).toEqual(['s 1'])
  await reader.stop()
  await database.query(`
    begin;
    alter table s_tier.stream_events rename to stream_before;
    create table s_tier.stream_events (like s_tier.stream_before including all);
    insert into s_tier.stream_events select * from s_tier.stream_before;
    commit`)
  reader.start()
  await expect.poll(() => seen, PATIENCE).toEqual(['s 1', 's 1'])
  expect(gaps).toEqual(['replaced'])
})
