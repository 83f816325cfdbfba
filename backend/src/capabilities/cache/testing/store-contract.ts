import { deepEqual, equal, ok } from 'node:assert/strict'
import type { SharedStore } from '../types.ts'

/** How the requirements get at a store. */
export interface StoreHarness {
  /** An empty store with room for so many values. */
  open(entriesMax: number): Promise<SharedStore>
  /** Resolves when this time has passed, as the store sees it. */
  pass(ms: number): Promise<void>
}

/** Something that every second level must do. `check` rejects when it does not. */
export interface StoreRequirement {
  readonly name: string
  readonly check: (harness: StoreHarness) => Promise<void>
}

const TTL = { ttlMs: 60_000 }
const AT_ONCE = 50
const bytesOf = (text: string): Buffer => Buffer.from(text)
const textOf = async (store: SharedStore, key: string): Promise<string | undefined> =>
  (await store.get(key))?.toString()

async function stored(harness: StoreHarness, entriesMax: number, count: number) {
  const store = await harness.open(entriesMax)
  const keys = Array.from({ length: count }, (_, index) => `key ${index}`)
  for (let from = 0; from < count; from += AT_ONCE) {
    const some = keys.slice(from, from + AT_ONCE)
    await Promise.all(some.map(key => store.set(key, bytesOf(key), TTL)))
  }
  return { store, keys }
}

async function kept(store: SharedStore, keys: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(keys.map(key => store.get(key)))
  return keys.filter((_, index) => found[index] !== undefined)
}

/**
 * What a `SharedStore` must do, for tests of one's own: `for (const { name, check } of SHARED_STORE_CONTRACT) test(name, () => check(harness))`,
 * with any test runner.
 */
export const SHARED_STORE_CONTRACT: readonly StoreRequirement[] = Object.freeze([
  {
    name: 'what was stored comes back byte for byte',
    async check(harness: StoreHarness) {
      const store = await harness.open(100)
      const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
      const values = { all, none: Buffer.alloc(0), large: Buffer.alloc(200_000, all) }
      for (const [key, bytes] of Object.entries(values)) {
        await store.set(key, bytes, TTL)
        deepEqual(await store.get(key), bytes)
      }
    },
  },
  {
    name: 'what was not stored is undefined',
    async check(harness: StoreHarness) {
      const store = await harness.open(100)
      equal(await store.get('absent'), undefined)
    },
  },
  {
    name: 'a value replaces the one before',
    async check(harness: StoreHarness) {
      const store = await harness.open(100)
      for (const text of ['first', 'second']) await store.set('a', bytesOf(text), TTL)
      equal(await textOf(store, 'a'), 'second')
    },
  },
  {
    name: 'the caller may use its buffers for something else',
    async check(harness: StoreHarness) {
      const store = await harness.open(100)
      const bytes = bytesOf('first')
      await store.set('a', bytes, TTL)
      bytes.fill(0)
      const found = await store.get('a')
      if (Buffer.isBuffer(found)) found.fill(0)
      equal(await textOf(store, 'a'), 'first')
    },
  },
  {
    name: 'keys are told apart by every character',
    async check(harness: StoreHarness) {
      const store = await harness.open(100)
      const keys = [
        'a',
        'A',
        'ab',
        ' a',
        'a\n',
        'a\0',
        'a*',
        '*',
        '',
        '{a}',
        'ä',
        'a\u0308',
        '__proto__',
      ]
      for (const key of keys) await store.set(key, bytesOf(`value of ${key}`), TTL)
      for (const key of keys) equal(await textOf(store, key), `value of ${key}`)
    },
  },
  {
    name: 'several keys are deleted at once, and unknown ones are no matter',
    async check(harness: StoreHarness) {
      const { store, keys } = await stored(harness, 100, 4)
      await store.delete([])
      await store.delete(['key 0', 'absent', 'key 2', 'key 2'])
      deepEqual(await kept(store, keys), ['key 1', 'key 3'])
    },
  },
  {
    name: 'more keys than anybody deletes at once are deleted too',
    async check(harness: StoreHarness) {
      const { store, keys } = await stored(harness, 2_000, 1_200)
      await store.delete(keys)
      deepEqual(await kept(store, keys), [])
    },
  },
  {
    name: 'a value is gone when its time is over, and not before',
    async check(harness: StoreHarness) {
      const store = await harness.open(100)
      await store.set('long', bytesOf('long'), TTL)
      await store.set('short', bytesOf('short'), { ttlMs: 50 })
      await harness.pass(60)
      deepEqual(await kept(store, ['short', 'long']), ['long'])
    },
  },
  {
    name: 'the time of a value counts from when it was stored last',
    async check(harness: StoreHarness) {
      const store = await harness.open(100)
      await store.set('a', bytesOf('first'), { ttlMs: 50 })
      await store.set('a', bytesOf('second'), TTL)
      await harness.pass(60)
      equal(await textOf(store, 'a'), 'second')
    },
  },
  {
    name: 'a value without time is not stored',
    async check(harness: StoreHarness) {
      const store = await harness.open(100)
      for (const ttlMs of [0, -1]) await store.set('a', bytesOf('a'), { ttlMs })
      equal(await store.get('a'), undefined)
    },
  },
  {
    name: 'there are as many values as there is room for, the newest among them',
    async check(harness: StoreHarness) {
      const { store, keys } = await stored(harness, 100, 300)
      const found = await kept(store, keys)
      ok(found.length >= 99 && found.length <= 101, `${found.length} of 100 are there`)
      await store.set('newest', bytesOf('newest'), TTL)
      equal(await textOf(store, 'newest'), 'newest')
      const { entries, evictions } = store.stats()
      equal(entries, found.length)
      equal(evictions, 301 - found.length)
    },
  },
  {
    name: 'values whose time is over take no room',
    async check(harness: StoreHarness) {
      const store = await harness.open(10)
      const lasting = Array.from({ length: 5 }, (_, index) => `lasting ${index}`)
      for (const key of lasting) await store.set(key, bytesOf(key), TTL)
      for (let index = 0; index < 5; index++) {
        await store.set(`short ${index}`, bytesOf('short'), { ttlMs: 50 })
      }
      await harness.pass(60)
      const later = Array.from({ length: 5 }, (_, index) => `later ${index}`)
      for (const key of later) await store.set(key, bytesOf(key), TTL)
      deepEqual(await kept(store, [...lasting, ...later]), [...lasting, ...later])
      equal(store.stats().evictions, 0)
    },
  },
  {
    name: 'what is used stays when others must leave',
    async check(harness: StoreHarness) {
      const { store, keys } = await stored(harness, 100, 100)
      const used = keys.slice(0, 10)
      await kept(store, used)
      await harness.pass(250) // Uses may be told together, somewhat later.
      for (let index = 0; index < 80; index++) await store.set(`new ${index}`, bytesOf('new'), TTL)
      deepEqual(await kept(store, used), used)
    },
  },
  {
    name: 'clear deletes everything, however much it is, and what comes later stays',
    async check(harness: StoreHarness) {
      const { store, keys } = await stored(harness, 2_000, 1_200)
      await store.clear()
      deepEqual(await kept(store, keys), [])
      equal(store.stats().entries, 0)
      await store.set('key 7', bytesOf('again'), TTL)
      equal(await textOf(store, 'key 7'), 'again')
      equal(store.stats().entries, 1)
    },
  },
  {
    name: 'calls at the same time do not disturb each other',
    async check(harness: StoreHarness) {
      const store = await harness.open(50)
      const turns = Array.from({ length: 500 }, (_, turn) => turn)
      await Promise.all(
        turns.map(async turn => {
          const key = `key ${turn % 70}`
          if (turn % 11 === 0) return store.delete([key])
          if (turn % 3 === 0) return store.set(key, bytesOf(key), TTL)
          const found = await textOf(store, key)
          return ok(found === undefined || found === key)
        }),
      )
      const found = await kept(
        store,
        Array.from({ length: 70 }, (_, index) => `key ${index}`),
      )
      ok(found.length <= 50)
    },
  },
])
