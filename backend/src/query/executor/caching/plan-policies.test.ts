import { expect, test } from 'vitest'
import { buildCatalog } from '../../../../tests/support/catalog.ts'
import type { Cacheable } from '../../cacheability/index.ts'
import { CACHING_DEFAULTS, type CachingRules } from './options.ts'
import { PlanPolicies } from './plan-policies.ts'
import { termsOf } from './plan-policy.ts'
import type { TablePolicies } from './table-policies.ts'
import type { FollowerState } from './types.ts'

const catalog = buildCatalog({
  relations: { one: { columns: { id: 'integer' } }, two: { columns: { id: 'integer' } } },
})
const [one = 0, two = 0] = Array.from(catalog.relations.values(), ({ oid }) => oid)

const planOf = (...relations: readonly number[]): Cacheable => ({
  cacheable: true,
  claims: 'none',
  relations,
  dependencies: () => [],
  keyOf: () => '',
})

function policies(tables: TablePolicies, journaled: readonly number[]) {
  const follower = {
    state: 'following' as FollowerState,
    isJournaled: (relation: number) =>
      follower.state === 'following' && journaled.includes(relation),
  }
  const given = { rules: { ...CACHING_DEFAULTS, tables } as CachingRules, history: '7:1' }
  const made = new PlanPolicies({
    rules: () => given.rules,
    catalog: () => catalog,
    follower,
    history: () => given.history,
  })
  return { policies: made, follower, given }
}

const TIMED: TablePolicies = { 'public.two': { ttlMs: 1_000 } }

test.each<[FollowerState, readonly number[], TablePolicies, unknown]>([
  ['following', [one, two], {}, true],
  ['following', [one], {}, 'not-journaled'],
  ['following', [one], TIMED, false],
  ['following', [], TIMED, 'not-journaled'],
  ['absent', [one, two], TIMED, 'absent'],
  ['absent', [], { ...TIMED, 'public.one': { ttlMs: 5 } }, false],
  ['stopped', [], {}, 'absent'],
  ['starting', [one, two], {}, 'not-following'],
  ['failing', [one, two], {}, 'not-following'],
  ['following', [one, two], { 'public.one': { enabled: false } }, 'off'],
])('%s, journaled %j, rules %j: %j', (state, journaled, tables, expected) => {
  const { policies: made, follower } = policies(tables, journaled)
  follower.state = state
  const found = made.of(planOf(one, two))
  expect(typeof found === 'string' ? found : found.isJournaled).toBe(expected)
})

test('what time makes old is kept while the journal fails, if it was so before', () => {
  const tables: TablePolicies = { 'public.one': { ttlMs: 5 }, 'public.two': { ttlMs: 6 } }
  const journaled = [one]
  const { policies: made, follower } = policies(tables, journaled)
  const [both, watched] = [planOf(one, two), planOf(one)]
  expect(made.of(both)).toMatchObject({ isJournaled: false, ttlMs: 5 })
  expect(made.of(watched)).toMatchObject({ isJournaled: true })
  follower.state = 'failing'
  expect(made.of(both)).toMatchObject({ isJournaled: false })
  expect(made.of(watched)).toBe('not-following')
  expect(made.lastOf(both)).toMatchObject({ isJournaled: false })
  expect(made.lastOf(watched)).toMatchObject({ isJournaled: true })
  expect(made.lastOf(planOf(two))).toBeUndefined() // Nobody has asked for it.
})

test('a plan without tables is fresh as long as any, and one with tables as the least of them', () => {
  const tables: TablePolicies = {
    'public.one': { ttlMs: 5, staleWhileRevalidateMs: 7 },
    'public.two': { ttlMs: 900_000, staleIfErrorMs: 0 },
  }
  const { policies: made } = policies(tables, [one, two])
  const times = (...relations: readonly number[]) => {
    const found = made.of(planOf(...relations))
    if (typeof found === 'string') throw new Error(found)
    return Object.values(termsOf(found))
  }
  expect(times()).toEqual([300_000, 0, 300_000])
  expect(times(one)).toEqual([5, 7, 300_000])
  expect(times(two)).toEqual([900_000, 0, 0])
  expect(times(one, two)).toEqual([5, 0, 0])
  expect(() => times(99)).toThrow('not-journaled') // Dropped meanwhile.
})

test('a key is in force under the rules that it was made by, while changes are told', () => {
  const { policies: made, follower, given } = policies(TIMED, [one])
  const [journaled, timed] = [made.of(planOf(one)), made.of(planOf(two))].map(found =>
    typeof found === 'string' ? found : `${found.prefix}key`,
  ) as [string, string]
  expect([journaled, timed].map(key => made.isInForce(key))).toEqual([true, true])
  follower.state = 'failing'
  expect([journaled, timed].map(key => made.isInForce(key))).toEqual([false, true])
  follower.state = 'following'
  given.rules = { ...given.rules, tables: {} }
  expect([journaled, timed].map(key => made.isInForce(key))).toEqual([false, false])
  given.rules = { ...CACHING_DEFAULTS, tables: TIMED, enabled: false }
  expect([journaled, timed].map(key => made.isInForce(key))).toEqual([false, false])
})

test('after a failover, and in another cluster, keys are others', () => {
  const { policies: made, given } = policies(TIMED, [one])
  const prefixes = () =>
    [one, two].map(relation => {
      const found = made.of(planOf(relation))
      return typeof found === 'string' ? found : found.prefix
    })
  const seen = new Set(prefixes())
  for (const history of ['7:2', '8:1']) {
    const before = prefixes()
    given.history = history
    for (const prefix of before) expect(made.isInForce(`${prefix}key`)).toBe(false)
    expect(made.of(planOf(one))).toMatchObject({ history })
    for (const prefix of prefixes()) seen.add(prefix)
  }
  expect(seen.size).toBe(6)
  given.history = '7:1'
  expect(seen).toContain(prefixes()[0])
})
