import { expect, test } from 'vitest'
import { borrow } from '../../../tests/support/pool/borrow.ts'
import { createFakePool, type FakePool, settled } from '../../../tests/support/pool/fake-pool.ts'
import { SERVER_FULL } from '../../../tests/support/pool/fake-server.ts'
import type { UseOptions } from './use-options.ts'

/** A pool with this many connections open. */
async function createFilled(size: number, options: Parameters<typeof createFakePool>[0] = {}) {
  const fake = createFakePool({ sizeMin: size, ...options })
  const filling = fake.pool.fill()
  while (fake.server.openings.length > 0) {
    fake.server.accept(Number.POSITIVE_INFINITY)
    await settled()
  }
  await filling
  return fake
}

async function advance({ clock }: FakePool, ms: number): Promise<void> {
  clock.advance(ms)
  await settled()
}

/** One use that takes so long. */
async function useFor(fake: FakePool, ms: number, options?: UseOptions): Promise<void> {
  const loan = borrow(fake.pool, options)
  await advance(fake, ms)
  loan.release()
  await settled()
}

test('of 50 callers at once on 5 connections, none has a connection opened for it', async () => {
  const fake = createFakePool({ sizeMin: 5, sizeMax: 50 })
  const filling = fake.pool.fill()
  await advance(fake, 150) // That is how long a connect takes.
  fake.server.accept(5)
  await filling
  for (let round = 0; round < 20; round++) await useFor(fake, 2)
  fake.sizer.told = 50
  await advance(fake, 250)
  fake.server.refuse(new Error('no'), 45) // The sizer wants them, the server does not.
  await settled()
  const { begun } = fake.server
  const loans = Array.from({ length: 50 }, () => borrow(fake.pool))
  for (let round = 0; round < 10; round++) {
    await advance(fake, 2)
    for (const loan of loans) if (loan.connection() !== undefined) loan.release()
    await settled()
  }
  expect(loans.every(loan => loan.connection() !== undefined && loan.error() === undefined)).toBe(
    true,
  )
  expect(fake.server.begun).toBe(begun)
})

test('a pool that nobody filled opens connections for those who would still wait when they are there', async () => {
  const fake = createFakePool({ sizeMin: 10 })
  const first = borrow(fake.pool)
  expect(fake.server.begun).toBe(1)
  await advance(fake, 100) // It takes so long to connect,
  fake.server.accept()
  await settled()
  await advance(fake, 10) // and so long to be done.
  first.release()
  await settled()
  const loans = Array.from({ length: 12 }, () => borrow(fake.pool))
  // In 100 ms, the one there is serves 10 of the 11 who wait.
  expect(fake.pool.stats()).toMatchObject({ size: 1, waiting: 11, connecting: 1, elided: 10 })
  await advance(fake, 500)
  // Nobody was served meanwhile: what was usual says nothing.
  expect(fake.pool.stats().connecting).toBe(8)
  expect(loans[0]?.connection()).toBeDefined()
})

test('whoever waits gets what is free first, not what was opened for it', async () => {
  const fake = createFakePool({ sizeMin: 4 })
  const first = borrow(fake.pool)
  const second = borrow(fake.pool)
  expect(fake.server.begun).toBe(2)
  fake.server.accept()
  await settled()
  first.release()
  await settled()
  expect(second.connection()).toBe(first.connection())
  second.release()
  fake.server.accept()
  await settled()
  expect(fake.pool.stats()).toMatchObject({ size: 2, idle: 2 }) // The target wants it: it stays.
})

test('a connection that comes when the pool aims at fewer is not kept', async () => {
  const fake = await createFilled(2, { sizeMax: 10 })
  fake.sizer.told = 3
  await advance(fake, 250)
  expect(fake.pool.stats().connecting).toBe(1)
  fake.sizer.told = 2
  await advance(fake, 250)
  fake.server.accept()
  await settled()
  expect(fake.pool.stats()).toMatchObject({ size: 2, closed: { surplus: 1 } })
})

test('filling opens as many as it aims at, keeps them, and follows what it aims at', async () => {
  const fake = await createFilled(10)
  expect(fake.pool.stats()).toMatchObject({ size: 10, idle: 10, opened: 10 })
  fake.server.alive[3]?.lose()
  fake.server.alive[3]?.lose()
  expect(fake.pool.stats()).toMatchObject({ size: 8, connecting: 2 })
  fake.server.accept(2)
  await settled()
  fake.sizer.told = 12
  await advance(fake, 250)
  fake.server.accept(2)
  await settled()
  expect(fake.pool.stats()).toMatchObject({ size: 12, target: 12 })
  fake.sizer.told = 11
  await advance(fake, 250)
  expect(fake.pool.stats()).toMatchObject({ size: 11, target: 11 })
  const { decisions } = fake.pool.stats()
  expect(decisions.map(({ from, to }) => [from, to])).toEqual([
    [10, 12],
    [12, 11],
  ])
  expect(fake.kinds().filter(kind => kind === 'pool.resized')).toHaveLength(2)
})

test('filling rejects with the first error when nothing can be opened, and goes on trying', async () => {
  const fake = createFakePool({ sizeMin: 2 })
  const filling = fake.pool.fill()
  const refused = expect(filling).rejects.toMatchObject({ code: 'PGRST000', status: 503 })
  fake.server.refuse(new Error('refused'), 2)
  await refused
  await advance(fake, 50)
  fake.server.accept()
  await settled()
  fake.server.accept()
  await settled()
  expect(fake.pool.stats().size).toBe(2)
})

test('filling is over when some are open and the server has no more', async () => {
  const fake = createFakePool({ sizeMin: 3 })
  const filling = fake.pool.fill()
  fake.server.accept()
  await settled()
  fake.server.refuse(SERVER_FULL, 2)
  await filling
  expect(fake.pool.stats()).toMatchObject({ size: 1, ceiling: 1, failed: 2 })
})

test('after a failure the pool tries again, one connection at a time, after waits that grow', async () => {
  const fake = createFakePool({ sizeMin: 5 })
  void fake.pool.fill().catch(() => undefined)
  fake.server.refuse(new Error('refused'), 5)
  await settled()
  const tries: number[] = []
  for (let ms = 0; ms < 3_000; ms += 5) {
    await advance(fake, 5)
    if (fake.server.openings.length === 0) continue
    expect(fake.server.openings).toHaveLength(1)
    tries.push(fake.clock.now())
    fake.server.refuse()
    await settled()
  }
  const waits = tries.map((at, index) => at - (tries[index - 1] ?? 0))
  expect(waits).toEqual([40, 75, 150, 300, 375, 375, 375, 375, 375, 375])
  await advance(fake, 500)
  fake.server.accept()
  await settled()
  expect(fake.server.openings).toHaveLength(4) // It is back: the others at once.
})

test('connections are opened so many a second at most', async () => {
  const fake = createFakePool({ sizeMin: 100, connectsPerSecondMax: 10 })
  void fake.pool.fill()
  const perSecond: number[] = []
  for (let second = 0; second < 4; second++) {
    const before = fake.server.begun
    for (let ms = 0; ms < 1_000; ms += 50) {
      fake.server.accept(Number.POSITIVE_INFINITY)
      await settled()
      await advance(fake, 50)
    }
    perSecond.push(fake.server.begun - before)
  }
  expect(Math.max(...perSecond)).toBeLessThanOrEqual(10)
  expect(fake.server.begun).toBeGreaterThanOrEqual(40)
  expect(fake.events).toContainEqual(
    expect.objectContaining({ kind: 'pool.connects-held-back', reason: 'rate' }),
  )
})

test('a server without a connection left is asked for no more for a while', async () => {
  const fake = await createFilled(4, { sizeMax: 20 })
  fake.sizer.told = 10
  await advance(fake, 250)
  fake.server.refuse(SERVER_FULL, 6)
  await settled()
  expect(fake.pool.stats()).toMatchObject({ size: 4, ceiling: 4, target: 4, connecting: 0 })
  const waiting = [...Array(5)].map(() => borrow(fake.pool))
  await advance(fake, 1_000)
  expect(fake.pool.stats()).toMatchObject({ size: 4, connecting: 0, waiting: 1 })
  expect(waiting[4]?.error()).toBeUndefined() // The others will serve it.
  await advance(fake, 1_000)
  expect(fake.pool.stats().connecting).toBe(1)
  fake.server.accept()
  await settled()
  expect(waiting[4]?.connection()).toBeDefined()
  expect(fake.events).toContainEqual(
    expect.objectContaining({ kind: 'pool.connects-held-back', reason: 'server-full' }),
  )
})

test('whoever waits hears of a failed connect only when nobody else can serve', async () => {
  const fake = createFakePool({ sizeMin: 3 })
  const loans = [borrow(fake.pool), borrow(fake.pool), borrow(fake.pool)]
  fake.server.refuse(new Error('refused'), 2)
  await settled()
  expect(loans.map(loan => loan.error())).toEqual([undefined, undefined, undefined])
  fake.server.refuse()
  await settled()
  for (const loan of loans) expect(loan.error()).toMatchObject({ code: 'PGRST000' })
})

test('a budget lowers the number as connections become free, and raises it again', async () => {
  const fake = await createFilled(6)
  const held = [...Array(5)].map(() => borrow(fake.pool))
  fake.pool.limit(3, 'budget')
  expect(fake.pool.stats()).toMatchObject({ size: 5, idle: 0, limit: 3, target: 3, sizeMin: 6 })
  held[0]?.release()
  held[1]?.release()
  held[2]?.release()
  await settled()
  expect(fake.pool.stats()).toMatchObject({ size: 3, idle: 1 })
  expect(fake.events).toContainEqual({ kind: 'pool.limited', connections: 3, reason: 'budget' })
  fake.pool.limit(50, 'budget')
  expect(fake.pool.stats()).toMatchObject({ limit: 50, target: 6, connecting: 3 })
})

test('eviction closes the free ones at once, the others as they come back, and what was under way', async () => {
  const fake = await createFilled(3, { sizeMax: 3 })
  const held = borrow(fake.pool)
  fake.pool.evict(new Error('failed over'), 'when-free')
  expect(fake.pool.stats()).toMatchObject({ size: 1, connecting: 2, closed: { evicted: 2 } })
  fake.pool.evict(new Error('failed over again'), 'when-free')
  fake.server.accept(2) // These were begun before the second one.
  held.release()
  await settled()
  expect(fake.pool.stats()).toMatchObject({ size: 0, connecting: 3, closed: { evicted: 5 } })
})

test('eviction takes them from their callers when told to', async () => {
  const fake = await createFilled(2, { sizeMax: 2 })
  const held = borrow(fake.pool)
  await settled()
  const member = fake.server.members.find(each => each === held.connection())
  fake.pool.evict(new Error('frozen'), 'now')
  expect(member?.isClosed).toBe(true)
  expect(fake.pool.stats()).toMatchObject({ size: 0, connecting: 2 })
  held.release()
  await settled()
  expect(fake.pool.stats()).toMatchObject({ size: 0, busy: 0 })
})

test('eviction refuses those who wait when it takes connections away, for nobody will serve them soon', async () => {
  const fake = await createFilled(1, { sizeMax: 1 })
  const held = borrow(fake.pool)
  const waiting = fake.pool.use(() => Promise.resolve('served'))
  fake.pool.evict(new Error('failed over'), 'when-free')
  expect(fake.pool.stats()).toMatchObject({ waiting: 1 })
  fake.pool.evict(new Error('frozen'), 'now')
  await expect(waiting).rejects.toMatchObject({ code: 'PGRST000', cause: new Error('frozen') })
  held.release()
  await settled()
  expect(fake.pool.stats()).toMatchObject({ size: 0, waiting: 0 })
})

test('one that is evicted while it is cleaned is not used again', async () => {
  const fake = await createFilled(1, { sizeMax: 1 })
  fake.server.isSlow = true
  const traced = borrow(fake.pool, { leavesNoTrace: false })
  traced.release()
  await settled()
  fake.pool.evict(new Error('failed over'), 'when-free')
  fake.server.finishChores()
  await settled()
  expect(fake.pool.stats()).toMatchObject({ size: 0, idle: 0, connecting: 1 })
})

test('batch work leaves a part of the connections alone, and more when others wait', async () => {
  const fake = await createFilled(8, { sizeMax: 9 })
  const slow = [...Array(20)].map(() => borrow(fake.pool, { class: 'batch' }))
  expect(fake.pool.stats()).toMatchObject({ idle: 2, classes: { batch: { busy: 6, waiting: 14 } } })
  const fast = [...Array(4)].map(() => borrow(fake.pool))
  expect(fake.pool.stats().classes).toMatchObject({
    batch: { busy: 6, waiting: 14 },
    interactive: { busy: 2, waiting: 2 },
  })
  for (const loan of slow.slice(0, 3)) loan.release()
  await settled()
  expect(fake.pool.stats().classes).toMatchObject({
    batch: { busy: 4, waiting: 13 }, // The last to wait was served: batch may have more than its least again.
    interactive: { busy: 4, waiting: 0 },
  })
  for (const loan of fast) loan.release()
  await settled()
  expect(fake.pool.stats().classes.batch).toEqual({ busy: 6, waiting: 11 })
})

test('a class is not served beyond its share while another waits', async () => {
  const fake = await createFilled(8, { sizeMax: 9 })
  const fast = [...Array(30)].map(() => borrow(fake.pool))
  const slow = [...Array(20)].map(() => borrow(fake.pool, { class: 'batch' }))
  for (let round = 0; round < 16; round++) {
    fast.find(loan => loan.connection() !== undefined)?.release()
    fast.splice(
      fast.findIndex(loan => loan.connection() !== undefined),
      1,
    )
    await settled()
    expect(fake.pool.stats().classes.batch.busy).toBeLessThanOrEqual(2)
  }
  expect(slow.filter(loan => loan.connection() !== undefined)).toHaveLength(2)
})

test('the last connection of a larger pool is left for admin, who goes first and may open one more', async () => {
  const fake = await createFilled(8, { sizeMax: 8 })
  const all = [...Array(9)].map(() => borrow(fake.pool))
  expect(fake.pool.stats()).toMatchObject({ idle: 1, waiting: 2 })
  const admin = borrow(fake.pool, { class: 'admin' })
  expect(admin.connection()).toBeDefined()
  const second = borrow(fake.pool, { class: 'admin' })
  all[0]?.release()
  await settled()
  expect(second.connection()).toBeDefined()

  const wide = await createFilled(8, { sizeMax: 20 })
  for (let number = 0; number < 8; number++) borrow(wide.pool)
  const extra = borrow(wide.pool, { class: 'admin' })
  expect(wide.pool.stats().connecting).toBe(1)
  wide.server.accept()
  await settled()
  expect(extra.connection()).toBeDefined()
  extra.release()
  await settled()
  expect(wide.pool.stats().size).toBe(8)
})

test('tenants of a class take turns, however many callers one of them has', async () => {
  const fake = await createFilled(1, { sizeMax: 1 })
  const first = borrow(fake.pool)
  const crowd = [...Array(10)].map(() => borrow(fake.pool, { tenant: 'crowd' }))
  const alone = borrow(fake.pool, { tenant: 'alone' })
  first.release()
  await settled()
  crowd[0]?.release()
  await settled()
  expect(alone.connection()).toBeDefined()
  expect(crowd[1]?.connection()).toBeUndefined()
})

test('the deadline of a use ends its wait with ST514, and reaches the connection', async () => {
  const fake = await createFilled(1, { sizeMax: 1 })
  const deadline = fake.clock.now() + 100
  const first = borrow(fake.pool, { deadline })
  expect(fake.server.members[0]?.deadline).toBe(deadline)
  const second = borrow(fake.pool, { deadline })
  await advance(fake, 100)
  expect(second.error()).toMatchObject({ code: 'ST514', status: 504 })
  const third = borrow(fake.pool, { deadline })
  await settled()
  expect(third.error()).toMatchObject({ code: 'ST514' })
  first.release()
  await settled()
  const late = borrow(fake.pool, { deadline })
  await settled()
  expect(late.error()).toMatchObject({ code: 'ST514' })
  borrow(fake.pool)
  expect(fake.server.members[0]?.deadline).toBe(Number.POSITIVE_INFINITY)
})

test('those who are sent away are told when the queue will have been served', async () => {
  const fake = await createFilled(1, { sizeMax: 1, queueMax: 30, acquireTimeoutMs: 3_000 })
  for (let round = 0; round < 20; round++) await useFor(fake, 500) // Two a second.
  const held = borrow(fake.pool)
  const queue = [...Array(30)].map(() => borrow(fake.pool))
  const refused = borrow(fake.pool)
  await settled()
  expect(refused.error()).toMatchObject({
    code: 'ST510',
    status: 503,
    headers: { 'retry-after': expect.stringMatching(/^1[56]$/) },
  })
  await advance(fake, 3_100)
  expect(queue[0]?.error()).toMatchObject({ code: 'PGRST003', headers: { 'retry-after': '1' } })
  held.release()
})

test('a session is reset before the next caller, off the latency of the last, unless it is vouched for', async () => {
  const fake = await createFilled(1, { sizeMax: 1 })
  const member = fake.server.members[0]
  await useFor(fake, 1)
  expect(member?.cleanings).toBe(0)
  fake.server.isSlow = true
  const traced = borrow(fake.pool, { leavesNoTrace: false })
  traced.release()
  const next = borrow(fake.pool)
  await settled()
  expect(member?.cleanings).toBe(1)
  expect(next.connection()).toBeUndefined()
  fake.server.finishChores()
  await settled()
  expect(next.connection()).toBeDefined()
  next.release()
  if (member !== undefined) member.isFit = false
  fake.server.isSlow = false
  await useFor(fake, 1, { leavesNoTrace: false })
  expect(fake.pool.stats()).toMatchObject({ size: 0, closed: { unclean: 1 } })
})

test('a connection that was idle for long is tried in the background, and before it is handed out', async () => {
  const fake = await createFilled(2, { keepaliveMs: 5_000 })
  fake.server.isSlow = true
  await advance(fake, 5_500)
  expect(fake.pool.stats()).toMatchObject({ idle: 1, busy: 1 }) // Half of them at a time.
  const loan = borrow(fake.pool)
  expect(fake.pool.stats()).toMatchObject({ idle: 0, waiting: 1 })
  expect(loan.connection()).toBeUndefined()
  for (const member of fake.server.alive) member.isFit = false
  fake.server.finishChores()
  await settled()
  expect(fake.pool.stats()).toMatchObject({ size: 0, closed: { dead: 2 }, connecting: 2 })
  fake.server.accept(2)
  await settled()
  expect(loan.connection()).toBeDefined()
})

test('a connection held for long is reported once, with where it was asked for', async () => {
  const fake = await createFilled(2, { leakAfterMs: 5_000 })
  const leaking = borrow(fake.pool)
  await settled()
  await advance(fake, 20_000)
  const told = fake.events.filter(({ kind }) => kind === 'pool.leak-suspected')
  expect(told).toHaveLength(1)
  expect(told[0]).toMatchObject({ heldMs: 5_000, stack: expect.stringContaining('borrow.ts') })
  expect(fake.pool.stats().leaked).toBe(1)
  leaking.release()
})

test('figures tell how connections are used', async () => {
  const fake = await createFilled(4, { sizeMax: 4 })
  const held = [borrow(fake.pool), borrow(fake.pool)]
  await advance(fake, 2_000)
  const { utilisation, busyMean } = fake.pool.stats()
  expect(utilisation).toBeCloseTo(0.5)
  expect(busyMean).toBeCloseTo(2)
  for (const loan of held) loan.release()
  await settled()
  for (let round = 0; round < 100; round++) await useFor(fake, 10)
  const stats = fake.pool.stats()
  expect(stats.throughputPerSecond).toBeGreaterThan(20)
  expect(stats.holdMs.p50).toBeCloseTo(10, 0)
  expect(stats.waitMs).toEqual({ p50: 0.01, p95: 0.01, p99: 0.01 })
  expect(stats).toMatchObject({ name: 'fake', isPreparing: true, poolerDetected: undefined })
})

test('whoever has gone is not given the connection that becomes free', async () => {
  const fake = await createFilled(1, { sizeMax: 1 })
  const first = borrow(fake.pool)
  const signal = { aborted: false }
  const gone = borrow(fake.pool, { signal })
  const second = borrow(fake.pool)
  signal.aborted = true
  first.release()
  await settled()
  expect(gone.connection()).toBeUndefined()
  expect(gone.error()).toMatchObject({ code: 'ST512' })
  expect(second.connection()).toBeDefined()
})

test('a pool may be told twice to end: each call returns when its end has come', async () => {
  const fake = await createFilled(2)
  const loans = [borrow(fake.pool), borrow(fake.pool)]
  const ended: string[] = []
  void fake.pool.end(60_000).then(cut => ended.push(`patient ${cut}`))
  void fake.pool.end(1_000).then(cut => ended.push(`hasty ${cut}`))
  loans[0]?.release()
  await settled()
  expect(ended).toEqual([])
  await advance(fake, 1_000)
  expect(ended.sort()).toEqual(['hasty 1', 'patient 0'])
})

test('an ending pool fills no more', async () => {
  const fake = createFakePool({ sizeMin: 2 })
  const filling = fake.pool.fill()
  const ending = fake.pool.end(1_000)
  await expect(filling).rejects.toMatchObject({ code: 'ST511' })
  await expect(fake.pool.fill()).rejects.toMatchObject({ code: 'ST511' })
  fake.server.accept(2)
  expect(await ending).toBe(0)
})
