import { expect, test } from 'vitest'
import { Key } from '../hash.ts'
import { CounterTable } from './counter-table.ts'
import { FirstSights, INTEGERS } from './first-sights.ts'
import { HyperLogLogs } from './hyper-log-log.ts'
import { KeyTable } from './key-table.ts'
import { Seen } from './seen.ts'
import { Sketch } from './sketch.ts'

const key = (text: string) => new Key(1, 2).ofText(text)

test('a counter counts what happened within its window, and forgets the rest', () => {
  const table = new CounterTable(64, 7_000, 5)
  for (let second = 0; second < 5; second++)
    expect(table.add(key('a'), second * 1_000)).toBe(second + 1)
  expect(table.count(key('a'), 7_000)).toBe(5)
  expect(table.count(key('a'), 10_500)).toBe(2) // Those at 0, 1 and 2 s are too old.
  expect(table.count(key('b'), 7_000)).toBe(0)
  table.reset(key('a'), 10_500)
  table.reset(key('b'), 10_500)
  expect(table.count(key('a'), 10_500)).toBe(0)
  expect(table.add(key('a'), 99_000)).toBe(1)
})

test('a threshold is reached once, and again at each multiple', () => {
  const table = new CounterTable(64, 60_000, 3)
  const reached: number[] = []
  for (let n = 1; n <= 9; n++) if (table.isReached(table.add(key('a'), 0), 3)) reached.push(n)
  expect(reached).toEqual([3, 6, 9])
})

test('time that goes back counts for the latest moment', () => {
  const table = new CounterTable(64, 7_000, 5)
  table.add(key('a'), 5_000)
  expect(table.add(key('a'), 3_000)).toBe(2)
})

test('a flood of a million others does not push out who is at it, and takes no more memory', () => {
  const table = new CounterTable(65_536, 60_000, 100)
  const { bytes } = table
  const victim = key('victim')
  const other = new Key(1, 2)
  for (let n = 0; n < 1_000_000; n++) {
    if (n % 20_000 === 0) table.add(victim, n / 20)
    table.add(other.ofText(`other-${n}`), n / 20)
  }
  expect(table.count(victim, 50_000)).toBe(50)
  expect(table.bytes).toBe(bytes)
})

test('what had to give way comes back with what it had, but never with enough to be found', () => {
  const table = new CounterTable(64, 60_000, 5)
  for (let n = 0; n < 4; n++) table.add(key('a'), 0)
  for (let n = 0; n < 60; n++) for (let time = 0; time < 6; time++) table.add(key(`b${n}`), 1_000)
  for (let n = 0; n < 60; n++) for (let time = 0; time < 6; time++) table.add(key(`c${n}`), 2_000)
  const count = table.add(key('a'), 3_000)
  expect(count).toBeLessThan(5)
  expect(count).toBeGreaterThan(0)
})

test('a table of keys says who gave way', () => {
  const table = new KeyTable(64, 60_000)
  let evictions = 0
  for (let n = 0; n < 200; n++) {
    const place = table.claim(key(`${n}`), 0)
    if (table.evictedWeight > 0) evictions++
    table.weigh(place, 1)
  }
  expect(table.count(0)).toBeLessThanOrEqual(64)
  expect(evictions).toBeGreaterThanOrEqual(136)
  expect(table.count(62_000)).toBe(0)
  const place = table.claim(key('x'), 62_000)
  table.free(place)
  expect(table.find(key('x'), 62_000)).toBe(-1)
})

test('a first sight is known again until it is long ago, or another has its place', () => {
  const firsts = new FirstSights(64, 60_000)
  const first = firsts.claim(key('a'), 0)
  expect(firsts.isKnown).toBe(false)
  firsts.integers[first + INTEGERS] = 5
  expect(firsts.claim(key('a'), 60_000)).toBe(first)
  expect([firsts.isKnown, firsts.integers[first + INTEGERS]]).toEqual([true, 5])
  firsts.claim(key('a'), 130_000)
  expect(firsts.isKnown).toBe(false)
  firsts.forget(key('a'))
  firsts.claim(key('a'), 130_000)
  expect(firsts.isKnown).toBe(false)
  for (let n = 0; n < 1_000; n++) firsts.claim(key(`${n}`), 130_000)
  firsts.claim(key('a'), 130_000)
  expect(firsts.isKnown).toBe(false)
  expect(firsts.bytes).toBe(64 * 32)
})

test('a sketch never says too little, and forgets after two generations', () => {
  const sketch = new Sketch(256, 1_000)
  for (let n = 0; n < 300; n++) sketch.remember(key(`${n}`), (n % 9) + 1, 0)
  for (let n = 0; n < 300; n++) {
    expect(sketch.estimate(key(`${n}`), 1_500)).toBeGreaterThanOrEqual((n % 9) + 1)
  }
  expect(sketch.isCrowded).toBe(true)
  expect(sketch.estimate(key('1'), 2_500)).toBe(0)
  sketch.remember(key('1'), 7, 2_500)
  expect(sketch.estimate(key('1'), 9_500)).toBe(0)
  expect(sketch.isCrowded).toBe(false)
})

test('something is first once in its time', () => {
  const seen = new Seen(64)
  const answers = [0, 30_000, 61_000, 62_000].map(now => seen.isFirst(key('a'), now, 60_000))
  expect(answers).toEqual([true, false, true, false])
  expect(seen.has(key('a'), 62_000)).toBe(true)
  expect(seen.has(key('b'), 62_000)).toBe(false)
  expect(seen.has(key('a'), 130_000)).toBe(false)
})

test('different things are counted about right, in 64 bytes', () => {
  const logs = new HyperLogLogs(2)
  for (const count of [1, 5, 20, 100, 1_000, 50_000]) {
    logs.clear(1)
    for (let n = 0; n < 2 * count; n++) {
      const { a, b } = key(`thing ${n % count}`)
      logs.add(1, a, b)
    }
    const estimate = logs.estimate(1)
    expect(Math.abs(estimate - count), `${estimate} for ${count}`).toBeLessThanOrEqual(
      count * 0.35 + 1,
    )
  }
  expect(logs.bytes).toBe(128)
})

test('keys of different texts, pairs and numbers differ', () => {
  const keys = new Set<string>()
  for (let n = 0; n < 10_000; n++) keys.add(key(`198.51.${n >> 8}.${n & 255}`).toString())
  for (let n = 0; n < 10_000; n++) keys.add(new Key(1, 2).ofNumber(n * 4_294_967_296).toString())
  for (let n = 0; n < 10_000; n++) keys.add(new Key(1, 2).ofBoth(key(`${n}`), key('x')).toString())
  for (let n = 0; n < 10_000; n++) keys.add(new Key(1, 2).ofBoth(key('x'), key(`${n}`)).toString())
  expect(keys.size).toBe(40_000)
})
