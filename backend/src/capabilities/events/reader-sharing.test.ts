import { expect, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import { type MemorySource, memorySource, pass } from '../../../tests/support/memory-journal.ts'
import { BEGINNING } from './cursor.ts'
import { createReader } from './reader.ts'
import { JournalGapError } from './reader-errors.ts'
import { createSharedReading, type SharedReading } from './reader-sharing.ts'
import type { Cursor, Placed } from './types.ts'

function setUp(eventsMax?: number) {
  const clock = fakeClock()
  const journal = memorySource()
  const opened: { reads: number }[] = []
  const open = (): MemorySource => {
    const one = { ...journal, reads: 0 }
    opened.push(one)
    one.read = (after: Cursor, max: number) => {
      one.reads += 1
      return journal.read(after, max)
    }
    return one
  }
  const rest = { clock, random: () => 0.5 }
  const shared = createSharedReading<Placed>({ open, ...rest, ...(eventsMax && { eventsMax }) })
  const readerOf = (
    take: (positions: readonly bigint[]) => void | Promise<void>,
    from: Cursor | 'head' = 'head',
    gaps: string[] = [],
  ) =>
    createReader<Placed>({
      ...{ ...rest, from, source: shared.source() },
      onEvents: events => take(events.map(({ cursor }) => cursor.position)),
      onGap: ({ reason }) => {
        gaps.push(reason)
        return undefined
      },
    })
  return { clock, journal, opened, shared, readerOf }
}

async function stopAll(shared: SharedReading<Placed>, ...readers: { stop(): Promise<void> }[]) {
  await Promise.all(readers.map(reader => reader.stop()))
  await shared.stop()
}

test('two readers cost one reading', async () => {
  const { clock, journal, opened, shared, readerOf } = setUp()
  shared.start()
  await pass(clock, 10)
  const one: bigint[] = []
  const other: bigint[] = []
  const readers = [readerOf(all => void one.push(...all)), readerOf(all => void other.push(...all))]
  for (const reader of readers) reader.start()
  await pass(clock, 10)
  for (let count = 0; count < 5; count++) {
    journal.append(2)
    shared.wake()
    await pass(clock, 20, 5)
  }
  expect(one).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 10n])
  expect(other).toEqual(one)
  expect(opened).toHaveLength(1)
  await stopAll(shared, ...readers)
})

test('a slow reader holds up nobody, asks for itself, and misses nothing', async () => {
  const { clock, journal, opened, shared, readerOf } = setUp(3)
  shared.start()
  await pass(clock, 10)
  const fast: bigint[] = []
  const slow: bigint[] = []
  const quick = readerOf(all => void fast.push(...all))
  const late = readerOf(async all => {
    slow.push(...all)
    await new Promise<void>(resolve => void clock.after(1_000, resolve))
  })
  quick.start()
  late.start()
  await pass(clock, 10)
  for (let count = 0; count < 10; count++) {
    journal.append(1)
    shared.wake()
    await pass(clock, 50, 5)
  }
  expect(fast).toHaveLength(10)
  expect(slow).toEqual([1n])
  await pass(clock, 5_000)
  expect(slow).toEqual(fast)
  expect(opened).toHaveLength(2)
  const before = opened[1]?.reads
  journal.append(1)
  shared.wake()
  await pass(clock, 2_000)
  expect(slow).toHaveLength(11)
  expect(opened[1]?.reads).toBe(before) // It has caught up, and costs nothing again.
  await stopAll(shared, quick, late)
})

test('who begins in the past reads that first', async () => {
  const { clock, journal, shared, readerOf } = setUp()
  journal.append(4)
  shared.start()
  await pass(clock, 10)
  journal.append(1)
  await pass(clock, 300)
  const all: bigint[] = []
  const reader = readerOf(some => void all.push(...some), BEGINNING)
  reader.start()
  await pass(clock, 300)
  journal.append(1)
  await pass(clock, 300)
  expect(all).toEqual([1n, 2n, 3n, 4n, 5n, 6n])
  await stopAll(shared, reader)
})

test('a gap is said to each reader', async () => {
  const { clock, journal, shared, readerOf } = setUp()
  shared.start()
  await pass(clock, 10)
  const gaps: [string[], string[]] = [[], []]
  const readers = gaps.map(list => readerOf(() => undefined, 'head', list))
  for (const reader of readers) reader.start()
  await pass(clock, 10)
  journal.faults.push(new JournalGapError('replaced', BEGINNING))
  await pass(clock, 1_000)
  expect(gaps).toEqual([['replaced'], ['replaced']])
  await stopAll(shared, ...readers)
})
