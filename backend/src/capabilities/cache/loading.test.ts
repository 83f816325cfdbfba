import { expect, test } from 'vitest'
import { fakeClock } from '../../../tests/support/fake-clock.ts'
import { createCache } from './composed-cache.ts'
import { createMemorySharedStore } from './shared/memory-shared-store.ts'
import type { LeaseEnd, Leases, SharedStore } from './types.ts'

const soon = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}

/** A lease that somebody else has, which a test takes away. */
function otherHolder() {
  const waiting: ((end: LeaseEnd) => void)[] = []
  const released: string[] = []
  let isTaken = true
  let [asked, fence] = [0, 0]
  const leases: Leases = {
    async acquire() {
      asked++
      if (isTaken) return 'taken'
      isTaken = true
      return { kind: 'held', token: 'mine', fence: ++fence, isStored: true }
    },
    async release(key) {
      released.push(key)
      isTaken = false
      for (const end of waiting.splice(0)) end('released')
    },
    wait: () => new Promise(resolve => waiting.push(resolve)),
  }
  return {
    leases,
    released,
    asked: () => asked,
    end(how: LeaseEnd) {
      isTaken = how === 'timeout'
      for (const end of waiting.splice(0)) end(how)
    },
  }
}

function nodes(count: number, l2: SharedStore, leases: Leases, clock = fakeClock()) {
  let loads = 0
  const load = async () => {
    loads++
    await soon()
    return { value: `value ${loads}` }
  }
  const caches = Array.from({ length: count }, () => createCache<string>({ clock, l2, leases }))
  const ask = () => Promise.all(caches.map(async cache => (await cache.get('a', load)).value))
  return { caches, ask, load, loads: () => loads, clock }
}

test('of those who wait for a holder that died one takes over, and the others wait for that one', async () => {
  const holder = otherHolder()
  const { ask, loads } = nodes(8, createMemorySharedStore(), holder.leases)
  const answers = ask()
  await soon()
  expect(loads()).toBe(0)
  holder.end('gone')
  expect(new Set(await answers)).toEqual(new Set(['value 1']))
  expect(loads()).toBe(1)
})

test.each(['timeout', 'unavailable', 'released'] as const)(
  'who waited and has nothing from it (%s) loads, without waiting again',
  async end => {
    const holder = otherHolder()
    const { ask, loads } = nodes(1, createMemorySharedStore(), holder.leases)
    const answers = ask()
    await soon()
    holder.end(end)
    expect(await answers).toEqual(['value 1'])
    expect([loads(), holder.asked()]).toEqual([1, 1])
  },
)

test('where the second level does not answer, nobody asks for the lease', async () => {
  const holder = otherHolder()
  const l2 = { ...createMemorySharedStore(), get: async () => 'unavailable' as const }
  const { ask, loads } = nodes(2, l2, holder.leases)
  expect(await ask()).toEqual(['value 1', 'value 2'].map(() => expect.any(String)))
  expect([loads(), holder.asked()]).toEqual([2, 0])
})

test('a load that is too old is not waited for in its own process', async () => {
  const holder = otherHolder()
  holder.end('gone') // Nobody has it.
  const { caches, clock } = nodes(1, createMemorySharedStore(), holder.leases)
  const [cache] = caches
  let finish = (): void => undefined
  const slow = cache?.get('a', async () => {
    await new Promise<void>(resolve => (finish = resolve))
    return { value: 'old' }
  })
  await soon()
  await cache?.delete('a')
  expect(await cache?.get('a', async () => ({ value: 'new' }))).toMatchObject({ value: 'new' })
  finish()
  await slow
  expect(cache?.peek('a')).toMatchObject({ value: 'new' })
  expect(holder.released).toEqual(['a'])
  expect(clock.now()).toBe(0)
})

test('who does not wait any longer does not load when the lease ends', async () => {
  const holder = otherHolder()
  const { caches, load, loads } = nodes(1, createMemorySharedStore(), holder.leases)
  const controller = new AbortController()
  const answer = caches[0]?.get('a', load, { signal: controller.signal })
  await soon()
  controller.abort(new Error('gone'))
  await expect(answer).rejects.toThrow('gone')
  holder.end('released')
  await soon()
  expect(loads()).toBe(0)
})
