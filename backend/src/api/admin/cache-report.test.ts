import { expect, test } from 'vitest'
import { cacheFacts } from '../../../tests/support/cache-facts.ts'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import { cacheReport } from './cache-report.ts'

const adviceOf = (parts: Parameters<typeof cacheFacts>[0]) =>
  cacheReport(cacheFacts(parts), fakeClock()).advice

test('a cache that works needs no advice', () => {
  expect(adviceOf({})).toEqual([])
})

test('reasons of clients stand beside those of the server, and tables have their names', () => {
  const facts = cacheFacts({ bypasses: { clock: 2 } })
  expect(cacheReport(facts, fakeClock())).toMatchObject({
    reads: { writeThroughs: 4, bypasses: { 'no-cache': 0, 'no-store': 0, clock: 2 } },
    invalidations: { byTable: [{ name: 'public.notes', row: 1 }] },
    journal: { tables: ['public.notes'] },
    l2: undefined,
  })
})

test('the table with the most comes first', () => {
  const { report, ...facts } = cacheFacts()
  const few = { row: 1, predicate: 1, table: 0, all: 0 }
  const invalidations = { 'public.few': few, 'public.many': { ...few, table: 9 } }
  const { invalidations: told } = cacheReport(
    { ...facts, report: { ...report, invalidations } },
    fakeClock(),
  )
  expect(told?.byTable.map(({ name }) => name)).toEqual(['public.many', 'public.few'])
})

test('where nothing is followed, and where something holds the journal up, that comes first', () => {
  const reason = 'There is no journal: s-tier journal enable'
  expect(adviceOf({ follower: { state: 'absent', reason } })).toEqual([
    `Nothing that is journaled is answered from the cache, for the journal is absent: ${reason}.`,
  ])
  expect(adviceOf({ stall: { processId: 42, forMs: 12_345 } })).toEqual([
    expect.stringMatching(/^The transaction of process 42 has held the journal up for 12 s/),
  ])
  expect(adviceOf({ stall: { processId: undefined, forMs: 2_000 } })[0]).toMatch(/^A transaction/)
})

test('reads that go past the cache are told with what to do, when there are many', () => {
  expect(adviceOf({ bypasses: { 'not-journaled': 100, clock: 20, type: 1 } })).toEqual([
    expect.stringMatching(/^45 % of the reads go past the cache \(not-journaled\)\..*ttlMs/),
    expect.stringMatching(/^9 % .*\(clock\)\. s-tier explain-cache/),
  ])
  const stats = { hits: { l1: 1, l2: 0 }, misses: 1 }
  expect(adviceOf({ stats, bypasses: { clock: 20 } }), 'too few to say').toEqual([])
})

test('a larger memory is advised where a bound is in the way and it would bring something', () => {
  expect(adviceOf({ rules: { entriesMax: 100 } })).toEqual([
    'In memory 1000 entries instead of 100 would answer 79 % of the reads instead of 60 %. Raise cache.entriesMax.',
  ])
  expect(adviceOf({ l1: { entries: 100, bytes: 60_000, bytesMax: 64_000 } })).toEqual([
    'In memory 1000 entries instead of 100 would answer 79 % of the reads instead of 60 %. Raise cache.bytesMax.',
  ])
  expect(adviceOf({ l1: { entries: 10_000, bytes: 64_000, bytesMax: 64_000 } })).toEqual([])
  expect(adviceOf({ l1: { curve: [], bytes: 64_000, bytesMax: 64_000 } })).toEqual([])
})

test('so is a larger Redis, when it is full', () => {
  const l2 = { isReady: true, evictions: 0, failures: 0, latencyP50Ms: 1, latencyP99Ms: 1 }
  const curve = [
    { entries: 1_000, hitShare: 0.64 },
    { entries: 10_000, hitShare: 0.79 },
  ]
  expect(adviceOf({ l2: { ...l2, entries: 990 }, l1: { curve } })).toEqual([
    'In Redis 10000 entries instead of 1000 would answer 79 % of the reads instead of 64 %. Raise cache.sharedEntriesMax.',
  ])
  expect(adviceOf({ l2: { ...l2, entries: 500 }, l1: { curve } })).toEqual([])
  expect(adviceOf({ l2: { ...l2, entries: undefined }, l1: { curve } })).toEqual([])
})

test('it is said when most of what becomes old does so by table', () => {
  const invalidations = { row: 20, predicate: 0, table: 180, all: 0 }
  expect(adviceOf({ stats: { invalidations } })).toEqual([
    expect.stringMatching(/^90 % of what changes make old is told by table/),
  ])
})
