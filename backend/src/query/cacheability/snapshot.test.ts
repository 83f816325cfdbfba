import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { seed } from '../../../tests/support/seed.ts'
import { includes, including, parseSnapshot, SNAPSHOT_COHERENCE } from './snapshot.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase('create table t (id int)')
})
afterAll(() => database.drop())

/** What PostgreSQL says of each id, in one question. */
async function visibleIn(snapshot: string, ids: readonly bigint[]): Promise<boolean[]> {
  const rows = await database.query<{ is: boolean }>(
    `select pg_visible_in_snapshot(id::xid8, $1::pg_snapshot) as is
     from unnest($2::text[]) with ordinality as ids(id, place) order by place`,
    [snapshot, ids.map(String)],
  )
  return rows.map(row => row.is)
}

test(`any snapshot sees what PostgreSQL says that it sees (seed ${seed})`, async () => {
  const snapshots = fc
    .record({
      epoch: fc.bigInt({ min: 0n, max: 300n }),
      low: fc.bigInt({ min: 3n, max: (1n << 32n) - 100n }),
      offsets: fc.uniqueArray(fc.bigInt({ min: 0n, max: 30n }), { maxLength: 8 }),
      beyond: fc.bigInt({ min: 1n, max: 5n }),
    })
    .map(({ epoch, low, offsets, beyond }) => {
      const xmin = (epoch << 32n) + low
      const running = offsets.map(offset => xmin + offset).sort((a, b) => (a < b ? -1 : 1))
      const xmax = (running.at(-1) ?? xmin) + beyond
      return { text: `${xmin}:${xmax}:${running.join(',')}`, xmin, xmax }
    })
  await fc.assert(
    fc.asyncProperty(snapshots, async ({ text, xmin, xmax }) => {
      const ids: bigint[] = []
      for (let id = xmin - 2n; id <= xmax + 2n; id++) ids.push(id)
      const snapshot = parseSnapshot(text)
      expect(ids.map(id => includes(snapshot, id))).toEqual(await visibleIn(text, ids))
    }),
    { seed, numRuns: 150 },
  )
})

test('real snapshots of several transactions see what they read', async () => {
  const clients = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const client = new pg.Client(database.url)
      await client.connect()
      return client
    }),
  )
  const ids: bigint[] = []
  const begin = async (client: pg.Client | undefined): Promise<void> => {
    await client?.query('begin')
    const result = await client?.query<{ id: string }>('select pg_current_xact_id()::text as id')
    ids.push(BigInt(result?.rows[0]?.id ?? 0))
  }
  const [first, second, third, reader, other] = clients
  await begin(first)
  await begin(second)
  await second?.query('commit')
  await begin(third)
  await reader?.query('begin isolation level repeatable read')
  const taken = await reader?.query<{ text: string }>('select pg_current_snapshot()::text as text')
  await third?.query('commit')
  await begin(other)
  await other?.query('rollback')
  await first?.query('commit')
  const text = taken?.rows[0]?.text ?? ''
  const snapshot = parseSnapshot(text)
  expect(ids.map(id => includes(snapshot, id))).toEqual([false, true, false, false])
  expect(ids.map(id => includes(snapshot, id))).toEqual(await visibleIn(text, ids))
  const later = await database.query<{ text: string }>('select pg_current_snapshot()::text as text')
  const now = parseSnapshot(later[0]?.text ?? '')
  expect(ids.every(id => includes(now, id))).toBe(true)
  await Promise.all(clients.map(client => client.end()))
})

test('what includes all changes up to one includes each of them', () => {
  const snapshots = fc.tuple(
    fc.bigInt({ min: 3n, max: 60n }),
    fc.uniqueArray(fc.bigInt({ min: 0n, max: 20n }), { maxLength: 5 }),
    fc.bigInt({ min: -3n, max: 30n }),
  )
  fc.assert(
    fc.property(snapshots, ([xmin, offsets, offset]) => {
      const running = new Set(offsets.map(other => xmin + other))
      const snapshot = { xmin, xmax: xmin + 25n, running }
      const upTo = xmin + offset
      if (!SNAPSHOT_COHERENCE.includesAll(snapshot, upTo)) return
      for (let id = 0n; id <= upTo; id++) expect(includes(snapshot, id)).toBe(true)
    }),
    { seed, numRuns: 1_000 },
  )
  const oldestRuns = parseSnapshot('5:9:5,7')
  expect([4n, 5n, 6n].map(id => SNAPSHOT_COHERENCE.includesAll(oldestRuns, id))).toEqual([
    ...[true, false, false],
  ])
  expect(SNAPSHOT_COHERENCE.later(3n, 4n)).toBe(4n)
  expect(SNAPSHOT_COHERENCE.later(4n, 3n)).toBe(4n)
})

test('with one more transaction it includes that and no other than before', () => {
  const snapshots = fc.tuple(
    fc.bigInt({ min: 3n, max: 60n }),
    fc.uniqueArray(fc.bigInt({ min: 0n, max: 20n }), { maxLength: 5 }),
    fc.bigInt({ min: 0n, max: 90n }),
  )
  fc.assert(
    fc.property(snapshots, ([xmin, offsets, own]) => {
      const running = new Set(offsets.map(offset => xmin + offset))
      const snapshot = { xmin, xmax: xmin + 25n, running }
      const more = including(snapshot, xmin + own)
      if (more === undefined) throw new Error('it is not far away')
      for (let id = 0n; id <= xmin + 120n; id++) {
        expect(includes(more, id)).toBe(id === xmin + own || includes(snapshot, id))
        const all = SNAPSHOT_COHERENCE.includesAll(snapshot, id)
        expect(SNAPSHOT_COHERENCE.includesAll(more, id)).toBe(all)
      }
    }),
    { seed },
  )
  const snapshot = parseSnapshot('5:5:')
  expect(including(snapshot, 4n), 'it had ended').toBeUndefined()
  expect(including(snapshot, 2_000n), 'too many lie between').toBeUndefined()
})

test.each(['', '1:2', '1:2:x', '1:2:3,', 'a:b:', '1:2:3 '])('%j is no snapshot', text => {
  expect(() => parseSnapshot(text)).toThrow(SyntaxError)
})
