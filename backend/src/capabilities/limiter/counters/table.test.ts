import { expect, test } from 'vitest'
import { Rule } from '../rule.ts'
import type { LimitRule } from '../types.ts'
import type { Counter } from './counter.ts'
import { Ledger } from './ledger.ts'
import { CounterTable } from './table.ts'
import { Sketches } from './tail.ts'

const NOW = 1_700_000_000_000
const TAIL = ''

const ruleOf = (rule: LimitRule, name = 'rule') =>
  new Rule(name, rule, { mode: 'enforce', onOutage: 'share' })

function setUp(places: number, rule: LimitRule = { limit: 5 }) {
  const sketches = new Sketches(100, () => 0.5)
  const table = new CounterTable(places, () => undefined)
  const ledger = new Ledger(ruleOf(rule), sketches)
  const find = (key: string, weight = 1, of = ledger) => table.find(of, key, weight, NOW)
  /** A decision of its own; what it finds is charged. */
  function use(key: string, weight: number, of = ledger): Counter {
    table.begin()
    const counter = find(key, weight, of)
    counter.charge(NOW, weight, of.rule)
    return counter
  }
  return { sketches, table, ledger, find, use }
}

test('what gave up its place is counted on by the sketch, and begins with that when it is back', () => {
  const { ledger, find, use, table } = setUp(1)
  const before = use('ann', 2)
  expect(use('bob', 3).key).toBe('bob')
  expect(before.isEvicted).toBe(true)
  expect([...ledger.counters.keys()]).toEqual(['bob'])
  expect(ledger.tail.at('ann').usedAt(NOW)).toBe(2)
  table.begin()
  const back = find('ann', 2)
  expect(back.key).toBe('ann')
  expect(back.usedAt(NOW, ledger.rule)).toBe(2)
  expect(ledger.tail.at('bob').usedAt(NOW)).toBe(3)
})

test('the lightest gives way, to a heavier one only', () => {
  const { ledger, use } = setUp(3)
  for (const [key, weight] of Object.entries({ ann: 2, bob: 3, cid: 4 })) use(key, weight)
  expect(use('dan', 2).key).toBe(TAIL)
  expect(use('eve', 5).key).toBe('eve')
  expect([...ledger.counters.keys()]).toEqual(['bob', 'cid', 'eve'])
  // What it has used counts with what it asks for.
  expect(use('dan', 2).key).toBe('dan')
})

test('shares of limits are compared, not what was used of them', () => {
  const { sketches, use } = setUp(2, { limit: 4 })
  const wide = new Ledger(ruleOf({ limit: 100 }, 'wide'), sketches)
  use('ann', 3)
  use('bob', 5, wide)
  expect(use('cid', 2).key).toBe('cid')
  expect([...wide.counters.keys()]).toEqual([])
})

test('what one decision has found stays until the next one', () => {
  const { find, table } = setUp(1)
  table.begin()
  expect(find('ann').key).toBe('ann')
  expect(find('bob').key).toBe(TAIL)
  table.begin()
  expect(find('bob').key).toBe('bob')
})

test('who is in the middle of something does not give way', () => {
  const { sketches, use } = setUp(1, { limit: 100, algorithm: 'concurrency' })
  const other = new Ledger(ruleOf({ limit: 5 }, 'other'), sketches)
  use('ann', 1)
  expect(use('bob', 5, other).key).toBe(TAIL)
})

test('a rule that is gone gives up its places', () => {
  const { sketches, ledger, table, use } = setUp(2)
  const other = new Ledger(ruleOf({ limit: 5 }, 'other'), sketches)
  use('ann', 5)
  use('bob', 5, other)
  table.keep(new Set([other]))
  expect(table.size).toBe(1)
  expect(use('cid', 5, other).key).toBe('cid')
  expect([...ledger.counters.keys()]).toEqual(['ann'])
  expect([...other.counters.keys()]).toEqual(['bob', 'cid'])
})

test('a limit that is changed ends what was believed, and its sketch goes on in the same units', () => {
  const { ledger, use } = setUp(1, { limit: 90_000 })
  const counter = use('ann', 5)
  counter.deny(NOW + 1_000, 1, 5)
  ledger.tail.at('bob').add(NOW, 60_000)
  ledger.follow(ruleOf({ limit: 10 }))
  expect(counter.deniedMs(NOW, 1, 5)).toBe(0)
  expect(ledger.tail.at('bob').usedAt(NOW)).toBe(60_000)
})
