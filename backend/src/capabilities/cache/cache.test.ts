import { expect, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import { type CacheEvent, type CacheSetup, createCache, type Loaded, type Policy } from './index.ts'

type Loads = Loaded<unknown, undefined, undefined>

/** A cache over a loader that answers what it is told to, when it is told to. */
function setUp(options: CacheSetup<unknown> = {}) {
  const clock = fakeClock()
  const events: CacheEvent[] = []
  const observe = (event: CacheEvent): void => void events.push(event)
  const cache = createCache<unknown>({ clock, observe, jitterShare: 0, ...options })
  const open: { end: (loaded: Loads) => void; fail: (error: Error) => void }[] = []
  const load = (): Promise<Loads> =>
    new Promise((end, fail) => {
      open.push({ end, fail })
    })
  const get = (key: string, policy?: Policy<undefined>) => cache.get(key, load, policy)
  return { clock, cache, events, open, load, get }
}

const soon = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

test('a value is loaded once, however many ask, and then answered from memory', async () => {
  const { cache, open, get, clock } = setUp()
  expect(cache.peek('tent')).toBeUndefined()
  const answers = [get('tent'), get('tent'), get('tent')]
  await soon()
  expect(open).toHaveLength(1)
  open[0]?.end({ value: 12 })
  expect((await Promise.all(answers)).map(({ value }) => value)).toEqual([12, 12, 12])
  expect((await Promise.all(answers)).map(({ isJoined }) => isJoined)).toEqual([false, true, true])
  clock.advance(1_000)
  expect(cache.peek('tent')).toMatchObject({ value: 12, from: 'l1', ageMs: 1_000, ttlMs: 299_000 })
  expect(await get('tent')).toMatchObject({ value: 12, from: 'l1' })
  expect(cache.stats()).toMatchObject({
    ...{ hits: { l1: 2, l2: 0 }, misses: 3, joined: 2, loads: 1, flights: 0 },
    l1: { entries: 1 },
  })
})

test('null is a value, undefined is answered and not kept', async () => {
  const { cache, open, get } = setUp()
  const [nothing, none] = [get('null'), get('undefined')]
  await soon()
  open[0]?.end({ value: null })
  open[1]?.end({ value: undefined })
  expect(await nothing).toMatchObject({ value: null, isStored: true })
  expect(await none).toMatchObject({ value: undefined, isStored: false })
  expect(cache.peek('null')).toMatchObject({ value: null })
  expect(cache.peek('undefined')).toBeUndefined()
})

test('that there is nothing is kept for a shorter time', async () => {
  const { cache, open, get, clock } = setUp({ negativeTtlMs: 1_000 })
  const answer = get('unicorn')
  open[0]?.end({ value: null, isNegative: true })
  expect(await answer).toMatchObject({ value: null, isNegative: true, ttlMs: 1_000 })
  clock.advance(999)
  expect(cache.peek('unicorn')).toMatchObject({ isNegative: true })
  clock.advance(1)
  expect(cache.peek('unicorn')).toBeUndefined()
})

test('times are spread by a tenth', async () => {
  let draw = 0
  const { open, get } = setUp({ jitterShare: 0.1, ttlMs: 1_000, random: () => draw })
  for (const [at, ttlMs] of [
    [0, 900],
    [0.5, 1_000],
    [1, 1_100],
  ] as const) {
    draw = at
    const answer = get(String(at))
    open.at(-1)?.end({ value: 1 })
    expect((await answer).ttlMs).toBeCloseTo(ttlMs)
  }
})

test('a load that something made old is answered to those who asked before, and loaded again for those who ask after', async () => {
  const { cache, open, get } = setUp()
  const before = get('tents')
  void cache.invalidate('products')
  const after = get('tents')
  await soon()
  expect(open).toHaveLength(1) // What the first depends on is not known yet.
  open[0]?.end({ value: 'old', dependencies: [{ tag: 'products' }] })
  expect(await before).toMatchObject({ value: 'old', isStored: false })
  await soon()
  open[1]?.end({ value: 'new', dependencies: [{ tag: 'products' }] })
  expect(await after).toMatchObject({ value: 'new', isStored: true })
  expect(cache.peek('tents')).toMatchObject({ value: 'new' })
  expect(cache.stats()).toMatchObject({ loads: 2, droppedFills: { table: 1 } })
})

test('where it is known before what a load depends on, nobody waits for one that has become old', async () => {
  const { cache, open, get } = setUp()
  const policy = { dependencies: () => [{ tag: 'products', keys: ['1'] }] }
  const before = get('tent', policy)
  void cache.invalidate('products', ['2'])
  const joined = get('tent', policy)
  void cache.invalidate('products', ['1'])
  const after = get('tent', policy)
  await soon()
  expect(open).toHaveLength(2)
  open[1]?.end({ value: 'new', dependencies: policy.dependencies() })
  expect(await after).toMatchObject({ value: 'new' })
  open[0]?.end({ value: 'old', dependencies: policy.dependencies() })
  expect(await before).toMatchObject({ value: 'old' })
  expect(await joined).toMatchObject({ value: 'new', from: 'l1' })
  expect(cache.stats()).toMatchObject({ loads: 2, joined: 1 })
  expect(cache.peek('tent')).toMatchObject({ value: 'new' })
})

test('deleting a key concerns a load that is under way, and no other key', async () => {
  const { cache, open, get } = setUp()
  const [tent, boat] = [get('tent'), get('boat')]
  await cache.delete('tent')
  const after = get('tent')
  expect(open).toHaveLength(3)
  for (const load of open) load.end({ value: 1 })
  await Promise.all([tent, boat, after])
  expect(cache.stats()).toMatchObject({ droppedFills: { row: 1 }, l1: { entries: 2 } })
})

test('a change takes out what it concerns, by row, by predicate or by table', async () => {
  interface Row {
    readonly price: number
  }
  const cache = createCache<string, undefined, undefined, Row>({ clock: fakeClock() })
  const keep = (key: string, dependencies: Loaded<string, undefined, Row>['dependencies']) =>
    cache.get(key, () => ({ value: key, dependencies }))
  await keep('row 1', [{ tag: 'products', keys: ['1'] }])
  await keep('row 2', [{ tag: 'products', keys: ['2'] }])
  await keep('cheap', [{ tag: 'products', test: ({ price }) => price < 10 }])
  await keep('dear', [{ tag: 'products', test: ({ price }) => price >= 10 }])
  await keep('all', [{ tag: 'products' }])
  await keep('other', [{ tag: 'orders' }])
  await cache.invalidate('products', ['1'], { price: 5 })
  const left = ['row 1', 'row 2', 'cheap', 'dear', 'all', 'other'].filter(key => cache.peek(key))
  expect(left).toEqual(['row 2', 'dear', 'other'])
  expect(cache.stats().invalidations).toEqual({ row: 1, predicate: 1, table: 1, all: 0 })
  await cache.flush('orders')
  expect(cache.peek('other')).toBeUndefined()
  await cache.flush()
  expect(cache.peek('dear')).toBeUndefined()
})

test('an older value is answered while it is loaded anew, for so long', async () => {
  const { clock, open, get, cache } = setUp({ ttlMs: 1_000, staleWhileRevalidateMs: 500 })
  const first = get('tent')
  open[0]?.end({ value: 1 })
  await first
  clock.advance(1_200)
  expect(await get('tent')).toMatchObject({
    value: 1,
    from: 'stale',
    why: 'revalidating',
    ttlMs: -200,
  })
  expect(await get('tent')).toMatchObject({ value: 1, why: 'revalidating' })
  expect(open).toHaveLength(2)
  open[1]?.end({ value: 2 })
  await soon()
  expect(cache.peek('tent')).toMatchObject({ value: 2, ageMs: 0 })
  clock.advance(1_501)
  const late = get('tent')
  open[2]?.end({ value: 3 })
  expect(await late).toMatchObject({ value: 3, from: 'loaded' })
})

test('a value that has changed is not answered while it is loaded anew, only where that fails', async () => {
  const { open, get, cache } = setUp({ staleWhileRevalidateMs: 5_000, staleIfErrorMs: 5_000 })
  const first = get('tent')
  open[0]?.end({ value: 1, dependencies: [{ tag: 'products' }] })
  await first
  await cache.invalidate('products')
  expect(cache.peek('tent')).toBeUndefined()
  expect(
    cache.peek('tent', { maxStaleMs: 60_000 }),
    'nor for who takes what is over',
  ).toBeUndefined()
  const second = get('tent')
  open[1]?.fail(new Error('no database'))
  expect(await second).toMatchObject({ value: 1, from: 'stale', why: 'error' })
})

test('what fails is answered from before within its bound, is not tried again for a while, and is never kept', async () => {
  const { clock, open, get } = setUp({ ttlMs: 1_000, staleIfErrorMs: 5_000, errorThrottleMs: 300 })
  const failed = get('boat')
  open[0]?.fail(new Error('no boats'))
  await expect(failed).rejects.toThrow('no boats')
  const first = get('boat')
  open[1]?.end({ value: 1 })
  expect(await first).toMatchObject({ value: 1, from: 'loaded' })
  clock.advance(1_500)
  const second = get('boat')
  open[2]?.fail(new Error('no database'))
  expect(await second).toMatchObject({ value: 1, why: 'error', ttlMs: -500 })
  expect(await get('boat')).toMatchObject({ value: 1, why: 'error' })
  expect(open).toHaveLength(3)
  clock.advance(300)
  const third = get('boat')
  expect(open).toHaveLength(4)
  open[3]?.fail(new Error('no database'))
  await third
  clock.advance(5_000)
  const last = get('boat')
  open[4]?.fail(new Error('no database'))
  await expect(last).rejects.toThrow('no database')
})

test('a slow load is not waited for where there is something older, and goes on', async () => {
  const { clock, open, get, cache } = setUp({
    ...{ ttlMs: 1_000, staleIfErrorMs: 60_000, softTimeoutMs: 100 },
  })
  const first = get('tent')
  clock.advance(200)
  open[0]?.end({ value: 1 })
  expect(await first).toMatchObject({ value: 1 }) // There was nothing else.
  clock.advance(1_000)
  const slow = get('tent')
  clock.advance(100)
  expect(await slow).toMatchObject({ value: 1, from: 'stale', why: 'slow' })
  open[1]?.end({ value: 2 })
  await soon()
  expect(cache.peek('tent')).toMatchObject({ value: 2 })
})

test('nobody waits longer than the hard limit, and the next load is a new one', async () => {
  const { clock, open, get, cache } = setUp({ hardTimeoutMs: 1_000 })
  const late = get('tent')
  clock.advance(1_000)
  await expect(late).rejects.toMatchObject({ code: 'ST640', status: 504 })
  const next = get('tent')
  expect(open).toHaveLength(2)
  open[1]?.end({ value: 2 })
  expect(await next).toMatchObject({ value: 2 })
  clock.advance(1)
  open[0]?.end({ value: 1 })
  await soon()
  expect(cache.peek('tent')).toMatchObject({ value: 2 }) // The older load does not overwrite the younger.
  expect(cache.stats()).toMatchObject({ loadTimeouts: 1, flights: 0 })
})

test('a hot value is loaded before its time is over, when somebody asks', async () => {
  const { clock, open, get, cache } = setUp({ ttlMs: 1_000, earlyRefresh: 'share' })
  const first = get('tent')
  open[0]?.end({ value: 1 })
  await first
  clock.advance(799)
  expect(cache.peek('tent')).toMatchObject({ value: 1 })
  clock.advance(1)
  expect(cache.peek('tent')).toBeUndefined() // There is something to do for `get`.
  expect(await get('tent')).toMatchObject({ value: 1, from: 'l1' })
  expect(cache.peek('tent')).toMatchObject({ value: 1 })
  expect(open).toHaveLength(2)
  open[1]?.end({ value: 2 })
  await soon()
  expect(cache.peek('tent')).toMatchObject({ value: 2, ttlMs: 1_000 })
})

test('xfetch loads sooner what takes longer to load', async () => {
  let draw = 0.5
  const { clock, open, get } = setUp({ ttlMs: 1_000, earlyRefresh: 'xfetch', random: () => draw })
  const first = get('tent')
  clock.advance(100) // A draw of d is 100 · -ln(1 - d) ms ahead.
  open[0]?.end({ value: 1 })
  await first
  draw = 0.9
  clock.advance(769)
  expect(await get('tent')).toMatchObject({ from: 'l1' })
  expect(open).toHaveLength(1)
  clock.advance(1)
  expect(await get('tent')).toMatchObject({ from: 'l1' })
  expect(open).toHaveLength(2)
})

test('a refresh that fails is told, and not tried again at once', async () => {
  const { clock, open, get, events } = setUp({ ttlMs: 1_000, staleWhileRevalidateMs: 60_000 })
  const first = get('tent')
  open[0]?.end({ value: 1 })
  await first
  clock.advance(1_000)
  await get('tent')
  open[1]?.fail(new Error('no database'))
  await soon()
  expect(events).toMatchObject([{ kind: 'cache.refresh-failed' }])
  expect(await get('tent')).toMatchObject({ value: 1, why: 'error' })
  expect(open).toHaveLength(2)
})

test('what the caller asks for decides what is good enough', async () => {
  const { clock, open, get, cache } = setUp({ ttlMs: 1_000, staleWhileRevalidateMs: 10_000 })
  const first = get('tent')
  open[0]?.end({ value: 1 })
  await first
  clock.advance(600)
  expect(cache.peek('tent', { minFreshMs: 399 })).toMatchObject({ value: 1 })
  expect(cache.peek('tent', { minFreshMs: 400 })).toBeUndefined()
  expect(cache.peek('tent', { maxAgeMs: 600 })).toMatchObject({ value: 1 })
  expect(cache.peek('tent', { maxAgeMs: 599 })).toBeUndefined()
  expect(cache.peek('tent', { noCache: true })).toBeUndefined()
  clock.advance(600)
  expect(cache.peek('tent', { maxStaleMs: 201 })).toMatchObject({ value: 1, why: 'asked' })
  expect(cache.peek('tent', { maxStaleMs: 200 })).toBeUndefined()
  const forced = get('tent', { ask: { noCache: true } })
  open[1]?.end({ value: 2 })
  expect(await forced).toMatchObject({ value: 2, from: 'loaded' })
  expect(await get('tent', { ask: { noStore: true } })).toMatchObject({ value: 2, from: 'l1' })
  const unstored = get('boat', { ask: { noStore: true } })
  open[2]?.end({ value: 3 })
  expect(await unstored).toMatchObject({ value: 3, isStored: false })
  const wanted = get('boat', { ask: { onlyIfCached: true } })
  await expect(wanted).rejects.toMatchObject({ code: 'ST641' })
  expect(cache.stats().bypasses).toMatchObject({ noCache: 1, noStore: 1 })
})

test('what was written is answered, whatever was being loaded', async () => {
  const { open, get, cache } = setUp()
  const before = get('tent')
  await cache.set('tent', { value: 'written' })
  expect(cache.peek('tent')).toMatchObject({ value: 'written' })
  open[0]?.end({ value: 'read before' })
  expect(await before).toMatchObject({ value: 'read before' })
  expect(cache.peek('tent')).toMatchObject({ value: 'written' })
})

test('what comes of a write is kept where nothing is that may be newer', async () => {
  const { cache, open, get } = setUp()
  expect(cache.adding()('tent', { value: 1 })).toBe(true)
  expect(cache.peek('tent')).toMatchObject({ value: 1, from: 'l1' })
  expect(cache.adding()('tent', { value: 2 }), 'it is there').toBe(false)
  const load = get('stove')
  await soon()
  expect(cache.adding()('stove', { value: 1 }), 'it is being loaded').toBe(false)
  open[0]?.end({ value: 3 })
  expect((await load).value).toBe(3)
  const add = cache.adding()
  await cache.delete('lamp')
  expect(add('lamp', { value: 1 }), 'it was deleted meanwhile').toBe(false)
  await cache.flush()
  expect(add('rope', { value: 1 }), 'all was').toBe(false)
  expect(cache.adding()('rope', { value: 1, ttlMs: 0 }), 'it is over').toBe(false)
  await cache.close()
  expect(cache.adding()('rope', { value: 1 }), 'it is closed').toBe(false)
})

test('a load that was begun before takes the place of nothing that came of a write after it', async () => {
  const { cache, open, get } = setUp()
  const load = get('tent')
  await soon()
  await cache.invalidate('tents')
  await cache.delete('tent')
  open[0]?.end({ value: 1 })
  await load
  expect(cache.adding()('tent', { value: 2 })).toBe(true)
  expect(cache.peek('tent')).toMatchObject({ value: 2 })
})

test('a load is ended when the last one who wanted it has gone', async () => {
  const { cache } = setUp()
  const signals: AbortSignal[] = []
  const load = ({ signal }: { readonly signal: AbortSignal }) => {
    signals.push(signal)
    return new Promise<Loads>(() => undefined)
  }
  const [one, other] = [new AbortController(), new AbortController()]
  const answers = [one, other].map(({ signal }) => cache.get('tent', load, { signal }))
  one.abort(new Error('gone'))
  await expect(answers[0]).rejects.toThrow('gone')
  expect(signals[0]?.aborted).toBe(false)
  other.abort(new Error('gone too'))
  await expect(answers[1]).rejects.toThrow('gone too')
  expect(signals[0]?.aborted).toBe(true)
  expect(cache.stats().flights).toBe(0)
})

test('closing ends what is under way, and nothing is loaded any more', async () => {
  const { cache, get, open } = setUp()
  const answer = get('tent')
  await cache.close()
  await expect(answer).rejects.toMatchObject({ code: 'ST642' })
  await expect(get('tent')).rejects.toMatchObject({ code: 'ST642' })
  open[0]?.end({ value: 1 })
  await soon()
  expect(cache.peek('tent')).toBeUndefined()
})

test('with a coherence the versions decide, and a value without one is not kept', async () => {
  const coherence = {
    includes: (version: number, stamp: number) => stamp <= version,
    includesAll: (version: number, stamp: number) => stamp <= version,
    later: Math.max,
  }
  const cache = createCache<string, number, number>({ coherence, clock: fakeClock() })
  const dependencies = [{ tag: 'products' }]
  await cache.get('none', () => ({ value: 'a', dependencies }))
  await cache.get('older', () => ({ value: 'a', version: 4, dependencies }))
  await cache.get('newer', () => ({ value: 'a', version: 5, dependencies }))
  const change = { tag: 'products', keys: undefined, data: undefined, stamp: 5 }
  cache.change(change)
  expect(['none', 'older', 'newer'].filter(key => cache.peek(key))).toEqual(['newer'])
  await cache.get('late', () => ({ value: 'a', version: 4, dependencies })) // From a replica, say.
  expect(cache.peek('late')).toBeUndefined()
  await cache.flush(undefined, 6)
  expect(cache.peek('newer')).toBeUndefined()
  await cache.get('newer', () => ({ value: 'a', version: 5, dependencies }))
  expect(cache.peek('newer')).toBeUndefined()
  await cache.get('newest', () => ({ value: 'a', version: 6, dependencies }))
  expect(cache.peek('newest')).toMatchObject({ value: 'a' })
})

test('wrong options are refused by name', () => {
  expect(() => createCache({ ttlMs: -1 })).toThrow('cache.ttlMs must be')
})

test('whoever wants to hears what became old, under which tag and how narrowly', async () => {
  const heard: unknown[] = []
  const { cache, open, get } = setUp({ onOld: (...told) => void heard.push(told) })
  const both = [get('one'), get('two')]
  await soon()
  open[0]?.end({ value: 1, dependencies: [{ tag: 'rows', keys: ['1'] }] })
  open[1]?.end({ value: 2, dependencies: [{ tag: 'rows' }, { tag: 'others' }] })
  await Promise.all(both)
  await cache.invalidate('others', ['7'])
  await cache.invalidate('rows', ['1'])
  expect(heard).toEqual([
    ['others', 'table'],
    ['rows', 'row'],
  ])
  expect(cache.stats().invalidations).toMatchObject({ row: 1, table: 1 })
})
