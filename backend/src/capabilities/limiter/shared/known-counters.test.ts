import { expect, test } from 'vitest'
import { Claim } from '../claim.ts'
import type { Rule } from '../rule.ts'
import { KnownCounters } from './known-counters.ts'
import { NO_OUTAGE } from './outage.ts'
import { ruleOf } from './testing/rig.ts'

const NOW = 1_000_000
/** However small the room, each rule has so many. */
const LEAST = 1_000

function setUp(keysMax: number, ...rules: readonly Rule[]) {
  const known = new KnownCounters(keysMax)
  known.setRules(rules)
  const find = (key: string, rule = rules[0]!) => known.find(new Claim(rule, key, 1, 1))
  const fill = (count: number, rule = rules[0]!) => {
    for (let n = 0; n < count; n++) find(`key-${n}`, rule)
  }
  const told = (everything: boolean, now = NOW) =>
    known.tell(everything, now).map(({ entry, amount, at, by }) => [entry.key, amount, at, by])
  return { known, find, fill, told }
}

test('the rules share the room among them', () => {
  const [one, other] = [ruleOf({ limit: 5 }, 'one'), ruleOf({ limit: 5 }, 'other')]
  const alone = setUp(1_500, one)
  alone.fill(4_000)
  expect(alone.known.size).toBe(1_500)
  const both = setUp(3_000, one, other)
  both.fill(4_000, one)
  both.fill(4_000, other)
  expect(both.known.size).toBe(3_000)
  const narrow = setUp(100, one)
  narrow.fill(4_000)
  expect(narrow.known.size).toBe(LEAST)
})

test('the first that came gives way, unless it was asked for since: then it is passed over once', () => {
  const { find, known } = setUp(LEAST, ruleOf({ limit: 5 }))
  const entries = Array.from({ length: LEAST }, (_, n) => find(`key-${n}`))
  find('key-0')
  find('new') // In the place of key-1.
  find('key-2')
  for (let n = 0; n < LEAST - 2; n++) find(`new-${n}`)
  expect(known.size).toBe(LEAST)
  const isKept = [2, 0, 1, 3, 999].map(n => find(`key-${n}`) === entries[n])
  expect(isKept).toEqual([true, false, false, false, false])
})

test('long keys are kept short, and apart', () => {
  const { find } = setUp(LEAST, ruleOf({ limit: 5 }))
  const long = 'x'.repeat(500)
  const [one, other] = [find(`${long}1`), find(`${long}2`)]
  expect(one.place.length).toBeLessThan(150)
  expect(one.place).not.toBe(other.place)
})

test('a rule with other figures goes on with what is known, and believes no refusal of before', () => {
  const [before, after] = [ruleOf({ limit: 5 }), ruleOf({ limit: 6 })]
  const { known, find } = setUp(LEAST, before)
  const entry = find('ann', before)
  entry.deniedUntil = NOW
  known.setRules([after])
  expect(find('ann', after)).toBe(entry)
  expect(entry.deniedUntil).toBe(0)
  expect(find('ann', before)).toBe(entry) // A claim that was made before.
  expect(known.size).toBe(1)
  known.setRules([ruleOf({ limit: 6 }, 'another')])
  expect(known.size).toBe(0)
})

test('what Redis was not told is told once, and again where that failed', () => {
  const rule = ruleOf({ limit: 50, windowMs: 1_000 })
  const { known, find, told } = setUp(LEAST, rule)
  const entry = find('ann')
  entry.chargeAlone(NO_OUTAGE, NOW, new Claim(rule, 'ann', 3, 1), 4)
  const untold = known.tell(false, NOW)
  expect(untold.map(({ amount }) => amount)).toEqual([3])
  expect(told(false)).toEqual([])
  known.takeBack(untold)
  expect(told(false)).toEqual([['ann', 3, NOW, 'here']])
  expect(told(true)).toEqual([['ann', 3, NOW, 'here']])
  expect(told(true)).toEqual([['ann', 3, NOW, 'here']])
  expect(told(true, NOW + 1_010)).toEqual([]) // It counts no more.
})

test('what was given back is not told', () => {
  const rule = ruleOf({ limit: 50, windowMs: 1_000 })
  const { find, told } = setUp(LEAST, rule)
  const entry = find('ann')
  entry.own.add(NOW, 5, 1_000)
  expect(entry.own.giveBack(2, NOW)).toBe(2)
  expect(entry.own.totalAt(NOW, 1_000)).toBe(3)
  entry.own.giveBack(3, NOW)
  expect(entry.own.totalAt(NOW, 1_000)).toBe(0)
  expect(told(true)).toEqual([])
})
