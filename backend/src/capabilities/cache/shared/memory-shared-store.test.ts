import { expect, test } from 'vitest'
import { fakeClock } from '../../../../tests/support/fake-clock.ts'
import { SHARED_STORE_CONTRACT } from '../testing/store-contract.ts'
import { createMemorySharedStore } from './memory-shared-store.ts'

for (const { name, check } of SHARED_STORE_CONTRACT) {
  test(name, async () => {
    const clock = fakeClock()
    await check({
      open: async entriesMax => createMemorySharedStore({ entriesMax, clock }),
      pass: async ms => clock.advance(ms),
    })
  })
}

test('a value under an earlier fence does not replace one under a later', async () => {
  const store = createMemorySharedStore({ clock: fakeClock() })
  await store.set('a', Buffer.from('later'), { ttlMs: 1_000, fence: 2 })
  await store.set('a', Buffer.from('earlier'), { ttlMs: 1_000, fence: 1 })
  expect(String(await store.get('a'))).toBe('later')
})
