import { expect, test } from 'vitest'
import { createRandom } from '../../../../tests/support/random.ts'
import { Rule } from '../rule.ts'
import type { LimitRule } from '../types.ts'
import { Sketches, TailCounter } from './tail.ts'

const PERIOD_MS = 2 ** 16
/** Where a period of a sketch ends, of any that is shorter too. */
const NOW = 25_000_000 * PERIOD_MS - 1

const ruleOf = (rule: LimitRule, name = 'rule') =>
  new Rule(name, rule, { mode: 'enforce', onOutage: 'share' })

const tailOf = (rule: Rule, sketches = new Sketches(100, () => 0.5)) =>
  new TailCounter(sketches, rule)

test('what is used of limits larger than a cell is never told too low', () => {
  const tail = tailOf(ruleOf({ limit: 200_000 }))
  const key = tail.at('ann')
  key.add(NOW, 1)
  expect(key.usedAt(NOW)).toBeGreaterThanOrEqual(1)
  for (const weight of [70_000, 70_000]) key.add(NOW, weight)
  expect(key.usedAt(NOW)).toBeGreaterThanOrEqual(140_001)
})

test('it remembers for as long as something counts', () => {
  const sliding = tailOf(ruleOf({ limit: 5, windowMs: 60_000 }))
  sliding.at('ann').add(NOW, 3)
  expect(sliding.at('ann').usedAt(NOW + 59_999)).toBe(3)
  const bucket = tailOf(ruleOf({ algorithm: 'gcra', limit: 5, windowMs: 1_000, burst: 50 }))
  bucket.at('ann').add(NOW, 50)
  expect(bucket.at('ann').usedAt(NOW + 9_000)).toBe(50)
})

test('one key of two rules is two', () => {
  const sketches = new Sketches(100, () => 0.5)
  const [one, other] = [ruleOf({ limit: 5 }, 'one'), ruleOf({ limit: 5 }, 'other')]
  tailOf(one, sketches).at('ann').add(NOW, 3)
  expect(tailOf(one, sketches).at('ann').usedAt(NOW)).toBe(3)
  expect(tailOf(other, sketches).at('ann').usedAt(NOW)).toBe(0)
})

test('what is settled later is charged to the key that was meant', () => {
  const rule = ruleOf({ limit: 50 })
  const tail = tailOf(rule)
  const charge = tail.at('ann').charge(NOW, 1)
  tail.at('bob')
  charge.adjust(4, NOW, NOW, rule)
  expect(tail.at('ann').usedAt(NOW)).toBe(5)
  expect(tail.at('bob').usedAt(NOW)).toBe(0)
})

/** Keys that never came, and are taken for others that did. */
function mistaken(keysMax: number, came: number, drawn: number): readonly number[] {
  const random = createRandom(drawn)
  const tail = tailOf(
    ruleOf({ limit: 5 }),
    new Sketches(keysMax, () => random.below(2 ** 31) / 2 ** 31),
  )
  for (let n = 0; n < came; n++) tail.at(`came ${n}`).add(NOW, 1)
  const others = Array.from({ length: 2_000 }, (_, n) => n)
  return others.filter(n => tail.at(`never came ${n}`).usedAt(NOW) > 0)
}

test('hardly one key is taken for another, though there are twice as many as counters', () => {
  for (const drawn of [1, 2, 3]) {
    expect(mistaken(1_000, 2_000, drawn).length).toBeLessThan(20)
  }
})

test('nobody can tell beforehand which keys are taken for which', () => {
  expect(mistaken(10, 40, 1)).not.toEqual(mistaken(10, 40, 2))
})
