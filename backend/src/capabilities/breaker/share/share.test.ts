import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { fakeClock } from '../../../../tests/support/fake-clock.ts'
import { seed } from '../../../../tests/support/seed.ts'
import type { Breaker } from '../breaker.ts'
import { type Breakers, createBreakers } from '../breakers.ts'
import type { BreakerEvent } from '../events.ts'
import { createMemoryBus } from '../testing/memory-bus.ts'
import { formatMessage, parseMessage } from './message.ts'
import { type Sharing, shareTransitions } from './share.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

interface Node {
  readonly name: string
  readonly breakers: Breakers
  readonly breaker: Breaker
  readonly sharing: Sharing
}

/** So many processes, each with a breaker `db`, on one bus and one clock. */
async function cluster(size: number, loses?: () => boolean) {
  const clock = fakeClock()
  const bus = createMemoryBus(loses)
  const events: BreakerEvent[] = []
  const observe = (event: BreakerEvent) => void events.push(event)
  const nodes: Node[] = []
  for (let index = 0; index < size; index++) {
    const breakers = createBreakers({ clock, slowStartFrom: 0 })
    const breaker = breakers.get('db')
    const name = `node-${index}`
    const sharing = await shareTransitions({
      breakers,
      bus: bus.as(name),
      member: name,
      clock,
      observe,
    })
    nodes.push({ name, breaker, breakers, sharing })
    cleanups.push(() => sharing.stop())
  }
  clock.advance(3_000) // They get to know each other.
  const states = () => nodes.map(({ breaker }) => breaker.status().state)
  const fail = (index: number) => {
    const { breaker } = nodes[index]!
    for (let n = 0; n < 5; n++) breaker.leave(breaker.enter(), 'failure', 0)
  }
  /** Everybody asks, every 100 ms, until that time is over; `isUp` answers. Returns how many calls were made. */
  const traffic = (ms: number, isUp: () => boolean) => {
    let calls = 0
    for (let passed = 0; passed < ms; passed += 100) {
      for (const { breaker } of nodes) {
        if (!breaker.isAdmitting) continue
        calls++
        breaker.leave(breaker.enter(), isUp() ? 'success' : 'failure', 0)
      }
      clock.advance(100)
    }
    return calls
  }
  return { clock, bus, events, nodes, states, fail, traffic }
}

test('all open as soon as most have', async () => {
  const { states, fail, nodes } = await cluster(4)
  fail(0)
  fail(1)
  expect(states()).toEqual(['open', 'open', 'closed', 'closed'])
  fail(2)
  expect(states()).toEqual(['open', 'open', 'open', 'open'])
  expect(nodes[3]!.breaker.status().transitions).toMatchObject([
    { reason: 'quorum', details: '3 of 4 processes have opened theirs' },
  ])
})

test('one process with a broken network card never opens the others', async () => {
  const { states, nodes, clock } = await cluster(4)
  const sick = nodes[0]!.breaker
  for (let n = 0; n < 600; n++) {
    if (sick.isAdmitting) sick.leave(sick.enter(), 'failure', 0)
    for (const { breaker } of nodes.slice(1)) breaker.leave(breaker.enter(), 'success', 0)
    clock.advance(1_000)
    expect(states().slice(1)).toEqual(['closed', 'closed', 'closed'])
  }
  expect(sick.status().openings).toBeGreaterThan(5)
})

test('two processes never open each other', async () => {
  const { states, fail, clock } = await cluster(2)
  fail(0)
  clock.advance(10_000)
  expect(states()).toEqual(['open', 'closed'])
})

test('while all rest, one of them tries it out for all, once in the time of an opening', async () => {
  const { states, fail, traffic } = await cluster(4)
  for (const index of [0, 1, 2]) fail(index)
  expect(traffic(59_900, () => false)).toBe(0)
  expect(traffic(600_000, () => false)).toBeLessThanOrEqual(11)
  expect(states()).not.toContain('closed')
})

test('what one has found to work again, the others try out at once', async () => {
  const { states, fail, traffic } = await cluster(4)
  for (const index of [0, 1, 2]) fail(index)
  traffic(59_900, () => false)
  traffic(1_000, () => true)
  expect(states()).toEqual(['closed', 'closed', 'closed', 'closed'])
})

test('closed again, it is not opened by what others still hold against it', async () => {
  const { states, fail, nodes, clock } = await cluster(4)
  for (const index of [0, 1, 2]) fail(index)
  clock.advance(1_000)
  nodes[3]!.breaker.release()
  clock.advance(10_000)
  expect(states()).toEqual(['open', 'open', 'open', 'closed'])
})

test('a breaker that a rumour opened is no vote, and one that a person isolated neither', async () => {
  const { fail, nodes, bus, clock } = await cluster(5)
  for (const index of [0, 1, 2]) fail(index)
  nodes[4]!.breaker.release()
  for (const { name } of nodes.slice(0, 3)) bus.cut(name)
  clock.advance(31_000) // Only two are left, and one of them was opened by the rest.
  expect(nodes[4]!.sharing.members()).toEqual(['node-3', 'node-4'])
  nodes[3]!.breaker.isolate('x')
  clock.advance(4_000)
  expect(nodes[4]!.breaker.status().state).toBe('closed')
})

test('without the bus each goes by its own calls, and it is told once', async () => {
  const { bus, nodes, fail, states, clock, events, traffic } = await cluster(4)
  for (const { name } of nodes) bus.cut(name)
  clock.advance(31_000)
  for (const { name, sharing } of nodes) expect(sharing.members()).toEqual([name])
  expect(events.map(({ kind }) => kind)).toEqual(Array(4).fill('breaker.share-failed'))
  fail(0)
  fail(1)
  fail(2)
  expect(states()).toEqual(['open', 'open', 'open', 'closed'])
  clock.advance(60_000)
  traffic(300, () => true)
  expect(states()).toEqual(['closed', 'closed', 'closed', 'closed'])
  for (const { name } of nodes) bus.heal(name)
  clock.advance(1_000)
  expect(nodes[0]!.sharing.members()).toHaveLength(4)
})

test(`whatever messages are lost, a sick minority opens nobody and everybody comes back (seed ${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.infiniteStream(fc.nat({ max: 9 })),
      fc.nat({ max: 9 }),
      async (dice, share) => {
        const chance = dice[Symbol.iterator]()
        const { states, nodes, fail, clock, traffic } = await cluster(
          5,
          () => chance.next().value! < share,
        )
        fail(0)
        fail(1)
        for (let n = 0; n < 20; n++) clock.advance(1_000)
        // With most messages lost somebody may believe that only the sick ones are left.
        if (share < 3) expect(states().slice(2)).toEqual(['closed', 'closed', 'closed'])
        for (const { breaker } of nodes) breaker.open('all')
        traffic(200_000, () => true)
        expect(states()).toEqual(Array(5).fill('closed'))
      },
    ),
    { seed, numRuns: 100 },
  )
})

test('breakers that are made later take part, and who stops is gone at once', async () => {
  const { nodes } = await cluster(4)
  const later = nodes.map(({ breakers }) => breakers.get('redis'))
  for (const breaker of later.slice(0, 3)) {
    for (let n = 0; n < 5; n++) breaker.leave(breaker.enter(), 'failure', 0)
  }
  expect(later[3]!.status().state).toBe('open')
  await nodes[0]!.sharing.stop()
  expect(nodes[1]!.sharing.members()).toEqual(['node-1', 'node-2', 'node-3'])
})

test(`a message is read as it was written, and what is none is ignored (seed ${seed})`, () => {
  const name = fc.string({ minLength: 1, maxLength: 200 })
  const rest = fc.record({ ageMs: fc.nat(), isOwn: fc.boolean() })
  const message = fc.record({
    member: name,
    resting: fc.array(fc.tuple(name, rest)).map(entries => new Map(entries)),
    probing: fc.option(name, { nil: undefined }),
    isLeaving: fc.boolean(),
  })
  fc.assert(
    fc.property(message, given => {
      expect(parseMessage(formatMessage(given))).toEqual(given)
    }),
    { seed },
  )
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), text => {
      expect(parseMessage(text)).toBeUndefined()
    }),
    { seed },
  )
  for (const resting of [
    {},
    [['x', 1]],
    [['x', -1, true]],
    [['', 1, true]],
    [['x', 1, 1]],
    ['x'],
  ]) {
    expect(parseMessage(JSON.stringify({ v: 1, member: 'a', resting }))).toBeUndefined()
  }
  expect(parseMessage(JSON.stringify({ v: 2, member: 'a', resting: [] }))).toBeUndefined()
})
