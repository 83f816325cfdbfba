import { expect, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import { memoryCheckpoints, memorySource, pass } from '../../../tests/support/memory-journal.ts'
import { BEGINNING } from './cursor.ts'
import { createReader, type ReaderSetup } from './reader.ts'
import { JournalGapError } from './reader-errors.ts'
import type { ReaderEvent } from './reader-events.ts'
import type { Placed } from './types.ts'

function setUp(options: Partial<ReaderSetup<Placed>> = {}) {
  const clock = fakeClock()
  const source = memorySource()
  const events: ReaderEvent[] = []
  const received: bigint[] = []
  const batches: number[] = []
  const onEvents = (batch: readonly Placed[]) => {
    batches.push(batch.length)
    received.push(...batch.map(({ cursor }) => cursor.position))
  }
  const create = (more: Partial<ReaderSetup<Placed>> = {}) =>
    createReader<Placed>({
      ...{ source, from: BEGINNING, onEvents, clock, random: () => 0.5 },
      ...{ observe: (event: ReaderEvent) => void events.push(event), ...options, ...more },
    })
  const kinds = () => events.map(({ kind }) => kind)
  return { clock, source, events, kinds, received, batches, reader: create(), create }
}

test('events come in order, in batches, and what comes later is found by the sweep', async () => {
  const { clock, source, reader, received, batches, kinds } = setUp({ batchMax: 2 })
  source.append(5)
  reader.start()
  await pass(clock, 1)
  expect(received).toEqual([1n, 2n, 3n, 4n, 5n])
  expect(batches).toEqual([2, 2, 1])
  expect(kinds()).toEqual(['journal.caught-up'])
  await pass(clock, 2_000)
  source.append(1)
  await pass(clock, 250)
  expect(received).toHaveLength(6)
  await reader.stop()
  source.append(1)
  await pass(clock, 1_000)
  expect(received).toHaveLength(6)
})

test('from the head, only what comes from then on', async () => {
  const { clock, source, reader, received } = setUp({ from: 'head' })
  source.append(3)
  reader.start()
  await pass(clock, 1)
  source.append(1)
  await pass(clock, 250)
  expect(received).toEqual([4n])
  expect(reader.cursor).toEqual({ xid: 2n, position: 4n })
  await reader.stop()
})

test('the horizon comes after what is delivered, and is lost behind a gap', async () => {
  const horizons: bigint[] = []
  let failures = 1
  const { clock, source, create } = setUp({ batchMax: 2 })
  const reader = create({
    onEvents() {
      horizons.push(reader.horizon)
      if (failures-- > 0) throw new Error('no')
    },
    onGap: () => 'head',
  })
  source.append(3)
  source.append(1)
  expect(reader.horizon).toBe(0n)
  reader.start()
  await pass(clock, 1_000)
  expect(horizons).toEqual([0n, 0n, 1n]) // The first page was refused once.
  expect([reader.horizon, reader.status().horizon]).toEqual([3n, '3'])
  source.faults.push(new JournalGapError('replaced', BEGINNING), 'fail', 'fail', 'fail')
  await pass(clock, 300)
  expect(reader.horizon).toBe(0n)
  await pass(clock, 2_000)
  expect(reader.horizon).toBe(3n)
  await reader.stop()
})

test('many wakes are one look, and a wake that came too early is looked after', async () => {
  const { clock, source, reader, received } = setUp({ sweepMs: 3_600_000 })
  reader.start()
  await pass(clock, 10)
  const before = source.reads
  for (let count = 0; count < 100; count++) reader.wake()
  await pass(clock, 5, 1)
  expect(source.reads - before).toBe(1)
  source.append(1) // What the wakes were for, once an older transaction has ended.
  await pass(clock, 20, 1)
  expect(received).toEqual([1n])
  await reader.stop()
})

test('looks become rare when nothing comes', async () => {
  const { clock, source, reader } = setUp()
  reader.start()
  await pass(clock, 100)
  reader.wake()
  await pass(clock, 1_000)
  const before = source.reads
  await pass(clock, 10_000)
  expect(source.reads - before).toBeLessThanOrEqual(50)
  expect(source.reads - before).toBeGreaterThanOrEqual(40)
  await reader.stop()
})

test('a batch that fails comes again after growing pauses, and is never skipped', async () => {
  let failures = 5
  const tries: number[] = []
  const { clock, source, reader, events, received, create } = setUp()
  const failing = create({
    onEvents(batch) {
      tries.push(clock.now())
      if (failures-- > 0) throw new Error('no')
      received.push(...batch.map(({ cursor }) => cursor.position))
    },
  })
  source.append(2)
  failing.start()
  await pass(clock, 10_000, 5)
  expect(received).toEqual([1n, 2n])
  expect(tries).toHaveLength(6)
  const pauses = tries.slice(1).map((at, index) => at - (tries[index] as number))
  expect(pauses).toEqual([75, 150, 300, 600, 1200])
  expect(events).toMatchObject([
    { kind: 'journal.reader-failed', part: 'consumer', attempt: 1, retryInMs: 75 },
    { kind: 'journal.reader-failed', attempt: 2 },
    { kind: 'journal.reader-failed', attempt: 4 },
    { kind: 'journal.reader-recovered', attempts: 5, forMs: 2_325 },
    { kind: 'journal.caught-up' },
  ])
  await failing.stop()
  await reader.stop()
})

test('a source that fails or never answers is asked again, and waking does not make it sooner', async () => {
  const { clock, source, reader, events, received } = setUp({ timeoutMs: 1_000 })
  source.append(1)
  source.faults.push('fail', 'hang')
  reader.start()
  await pass(clock, 1)
  expect(reader.status()).toMatchObject({ state: 'failing', isCaughtUp: false })
  for (let count = 0; count < 10; count++) reader.wake()
  await pass(clock, 70, 10)
  expect(source.reads).toBe(1)
  await pass(clock, 1_500)
  expect(received).toEqual([1n])
  expect(events.filter(({ kind }) => kind === 'journal.reader-failed')).toMatchObject([
    { part: 'source', error: { message: 'the source is away' } },
    { part: 'source', error: { code: 'ST624' } },
  ])
  expect(reader.status()).toMatchObject({ state: 'reading', error: undefined, lagMs: 0 })
  await reader.stop()
})

test('a named reader goes on where it was kept, at once after a stop', async () => {
  const { clock, source, received, create } = setUp()
  const checkpoint = { name: 'search', store: memoryCheckpoints(clock) }
  const first = create({ checkpoint })
  source.append(3)
  first.start()
  await pass(clock, 10)
  await first.stop()
  expect(checkpoint.store.kept.get('search')).toMatchObject({ cursor: { position: 3n } })
  source.append(2)
  const second = create({ checkpoint, from: 'head' })
  second.start()
  await pass(clock, 10)
  expect(received).toEqual([1n, 2n, 3n, 4n, 5n])
  await second.stop()
})

test('a place is kept after some time or some batches, whichever is first', async () => {
  const { clock, source, create } = setUp()
  const store = memoryCheckpoints(clock)
  const checkpoint = { name: 'search', store }
  const kept = () => store.kept.get('search')?.cursor.position
  const reader = create({ checkpoint, batchMax: 1, checkpointMs: 1_000, checkpointBatches: 3 })
  reader.start()
  await pass(clock, 10)
  source.append(2)
  await pass(clock, 260)
  expect(kept()).toBe(0n)
  await pass(clock, 1_000)
  expect(kept()).toBe(2n)
  source.append(3)
  await pass(clock, 260)
  expect(kept()).toBe(5n)
  await reader.stop()
})

test('of two readers with one name the second is told and waits; it takes over when the first is dead', async () => {
  const { clock, source, events, received, create } = setUp()
  const store = memoryCheckpoints(clock)
  const checkpoint = { name: 'search', store }
  const first = create({ checkpoint, holder: 'a' })
  first.start()
  await pass(clock, 10)
  const second = create({ checkpoint, holder: 'b' })
  second.start()
  await pass(clock, 60_000)
  expect(second.status()).toMatchObject({ state: 'waiting', lagMs: 0 })
  const held = events.filter(({ kind }) => kind === 'journal.reader-held')
  expect(held).toMatchObject([{ reader: 'search', holder: 'a' }])
  source.append(1)
  await pass(clock, 1_250)
  expect(received).toEqual([1n])
  // The first loses its connection: it stops delivering before the second begins.
  store.cutOff = 'a'
  source.append(1)
  await pass(clock, 40_000)
  expect(new Set(received)).toEqual(new Set([1n, 2n]))
  expect(events.map(({ kind }) => kind)).toContain('journal.reader-lost')
  expect(first.status().state).toBe('failing')
  expect(second.status().state).toBe('reading')
  await Promise.all([first.stop(), second.stop()])
})

test('behind a gap it asks what to do, and goes on at the oldest event', async () => {
  const asked: string[] = []
  let refusals = 1
  const { clock, source, reader, events, received } = setUp({
    onGap(gap) {
      asked.push(gap.reason)
      if (refusals-- > 0) throw new Error('the cache cannot be flushed now')
    },
  })
  source.append(2)
  reader.start()
  await pass(clock, 10)
  source.faults.push(new JournalGapError('removed', { xid: 1n, position: 2n }))
  source.append(1)
  await pass(clock, 1_000)
  expect(asked).toEqual(['removed', 'removed'])
  expect(received).toEqual([1n, 2n, 1n, 2n, 3n])
  expect(events).toContainEqual({
    ...{ kind: 'journal.gap', reader: 'journal', reason: 'removed', cursor: '1-2' },
  })
  await reader.stop()
})

test('or at the head, or where it was', async () => {
  for (const where of ['head', 'here'] as const) {
    const { clock, source, reader, received } = setUp({ onGap: () => where })
    source.append(2)
    reader.start()
    await pass(clock, 10)
    source.append(1)
    source.faults.push(new JournalGapError('timeline', { xid: 1n, position: 2n }))
    await pass(clock, 1_000)
    source.append(1)
    await pass(clock, 1_000)
    expect(received).toEqual(where === 'head' ? [1n, 2n, 4n] : [1n, 2n, 3n, 4n])
    await reader.stop()
  }
})

test('gap after gap is no reason to hurry', async () => {
  const { clock, source, reader } = setUp()
  const gap = new JournalGapError('removed', BEGINNING)
  source.faults.push(...Array<Error>(100).fill(gap))
  reader.start()
  await pass(clock, 5_000)
  expect(source.reads).toBeLessThan(12)
  await reader.stop()
})

test('a checkpoint of another journal is a gap', async () => {
  const { clock, source, events, create } = setUp()
  const checkpoint = { name: 'search', store: memoryCheckpoints(clock) }
  source.append(2)
  const first = create({ checkpoint })
  first.start()
  await pass(clock, 10)
  await first.stop()
  source.journal = 'two'
  const second = create({ checkpoint })
  second.start()
  await pass(clock, 10)
  expect(events).toContainEqual(
    expect.objectContaining({ kind: 'journal.gap', reason: 'replaced' }),
  )
  await second.stop()
  expect(checkpoint.store.kept.get('search')).toMatchObject({ journal: 'two' })
})

test('what is in the way is told once, with how far behind it leaves the reader', async () => {
  const { clock, source, reader, events } = setUp()
  reader.start()
  await pass(clock, 3_000)
  const stall = { processId: 7, database: 'other', application: 'psql', state: 'active' }
  source.append(2, clock.epochMs())
  source.held = { ...stall, forMs: 500 }
  await pass(clock, 1_000)
  expect(events.map(({ kind }) => kind)).not.toContain('journal.stalled')
  source.held = { ...stall, forMs: 2_000 }
  await pass(clock, 1_050)
  const told = () => events.filter(({ kind }) => kind === 'journal.stalled')
  expect(told()).toEqual([{ kind: 'journal.stalled', reader: 'journal', ...stall, forMs: 2_000 }])
  source.held = { ...stall, forMs: 3_000 }
  await pass(clock, 1_000)
  expect(told()).toHaveLength(1)
  expect(reader.status()).toMatchObject({ isCaughtUp: false, lagEvents: 2, stall })
  expect(reader.status().lagMs).toBe(clock.epochMs() - (source.log[0]?.at ?? 0))
  source.held = undefined
  await pass(clock, 2_000)
  expect(reader.status()).toMatchObject({ isCaughtUp: true, lagMs: 0, lagEvents: 0 })
  expect(events.at(-1)).toMatchObject({ kind: 'journal.caught-up' })
  await reader.stop()
})

test('a stop waits for the batch, and delivers nothing after it', async () => {
  let finish: () => void = () => undefined
  const { clock, source, received, create } = setUp()
  const reader = create({
    batchMax: 1,
    async onEvents(batch) {
      received.push(...batch.map(({ cursor }) => cursor.position))
      await new Promise<void>(resolve => (finish = resolve))
    },
  })
  source.append(3)
  reader.start()
  await pass(clock, 10)
  let isStopped = false
  const stopped = reader.stop().then(() => (isStopped = true))
  await pass(clock, 10_000)
  expect(isStopped).toBe(false)
  finish()
  await stopped
  expect(received).toEqual([1n])
  expect(reader.status()).toMatchObject({ state: 'stopped', cursor: '1-1' })
})

test('a source that calls wakes the reader', async () => {
  const { clock, source, received, create } = setUp({ sweepMs: 3_600_000 })
  let call: () => void = () => undefined
  let isWatched = false
  source.watch = listener => {
    call = listener
    isWatched = true
    return () => (isWatched = false)
  }
  const reader = create()
  reader.start()
  await pass(clock, 10)
  source.append(1)
  call()
  await pass(clock, 5)
  expect(received).toEqual([1n])
  await reader.stop()
  expect(isWatched).toBe(false)
})

test('wrong options are refused', () => {
  expect(() => setUp({ batchMax: 0 })).toThrow(expect.objectContaining({ code: 'ST001' }))
  const misspelt = { batchesMax: 1 } as object
  expect(() => setUp(misspelt)).toThrow(expect.objectContaining({ code: 'ST003' }))
})
