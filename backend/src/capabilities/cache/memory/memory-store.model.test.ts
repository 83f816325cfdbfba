import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fakeClock } from '../../../../tests/support/fake-clock.ts'
import { seed } from '../../../../tests/support/seed.ts'
import { createMemoryStore } from './memory-store.ts'

/** `STIER_TEST_CACHE_RUNS=100000` for the whole proof. */
const numRuns = Number(process.env['STIER_TEST_CACHE_RUNS'] ?? 500)

interface Entry {
  readonly number: number
  readonly bytes: number
  readonly staleUntil: number
}

const keys = fc.integer({ min: 0, max: 40 }).map(String)
const commands = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('get' as const), key: keys }) },
    {
      weight: 8,
      arbitrary: fc.record({
        ...{ kind: fc.constant('set' as const), key: keys },
        bytes: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(1_001, Number.NaN, -1)),
        forMs: fc.constantFrom(0, 5, 1_000),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), key: keys }) },
    { weight: 2, arbitrary: fc.constant({ kind: 'advance' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'clear' as const }) },
  ),
  { maxLength: 200 },
)

test(`it answers what was kept last or nothing, stays within its bounds, and tells of each that leaves (seed ${seed})`, {
  timeout: 30_000 + numRuns * 10,
}, () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), commands, (entriesMin, given) => {
      const clock = fakeClock()
      const store = createMemoryStore<Entry>({
        ...{ entriesMin, entriesMax: entriesMin, bytesMax: 1_000, clock },
      })
      const there = new Map<string, Entry>()
      store.onDeparture((key, entry, why) => {
        expect(there.get(key)).toBe(entry)
        expect(store.peek(key)).toBeUndefined()
        expect(why).toBe(entry.staleUntil <= clock.now() ? 'expired' : 'evicted')
        there.delete(key)
      })
      for (const [number, command] of given.entries()) {
        if (command.kind === 'get') expect(store.get(command.key)).toBe(there.get(command.key))
        else if (command.kind === 'advance') clock.advance(5)
        else if (command.kind === 'delete') {
          expect(store.delete(command.key)).toBe(there.delete(command.key))
        } else if (command.kind === 'clear') {
          store.clear()
          there.clear()
        } else {
          const { key, bytes, forMs } = command
          const entry = { number, bytes, staleUntil: clock.now() + forMs }
          there.delete(key)
          const isKept = store.set(key, entry)
          expect(isKept).toBe(bytes >= 0 && bytes <= 1_000)
          if (isKept) there.set(key, entry)
        }
        const bytes = [...there.values()].reduce((sum, entry) => sum + entry.bytes, 0)
        expect(store.stats()).toMatchObject({ entries: there.size, bytes, entriesMax: entriesMin })
        expect(there.size).toBeLessThanOrEqual(entriesMin)
        expect(bytes).toBeLessThanOrEqual(1_000)
      }
    }),
    { numRuns, seed },
  )
})
