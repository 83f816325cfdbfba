import { expect, test } from 'vitest'
import { createSecondChanceCache } from './second-chance-cache.ts'

test('it never holds more than its size, and lets go what nobody asked for again', () => {
  const cache = createSecondChanceCache<number>(2)
  cache.set('a', 1)
  cache.set('b', 2)
  expect(cache.get('a')).toBe(1)
  cache.set('c', 3)
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3])
  expect(cache.size).toBe(2)
})

test('when all were asked for, the oldest goes', () => {
  const cache = createSecondChanceCache<number>(2)
  cache.set('a', 1)
  cache.set('b', 2)
  cache.get('a')
  cache.get('b')
  cache.set('c', 3)
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([undefined, 2, 3])
})

test('a key in use outlives a flood of others', () => {
  const cache = createSecondChanceCache<number>(10)
  cache.set('mine', 1)
  for (let other = 0; other < 1_000; other++) {
    expect(cache.get('mine')).toBe(1)
    cache.set(`other ${other}`, other)
  }
  expect(cache.size).toBe(10)
})

test('a key that is deleted can be set again', () => {
  const cache = createSecondChanceCache<number>(2)
  cache.set('a', 1)
  cache.delete('a')
  expect(cache.get('a')).toBeUndefined()
  cache.set('a', 2)
  expect(cache.get('a')).toBe(2)
})

test('a value once set stays, and clearing forgets all', () => {
  const cache = createSecondChanceCache<number>(2)
  cache.set('a', 1)
  cache.set('a', 2)
  expect(cache.get('a')).toBe(1)
  cache.clear()
  expect(cache.get('a')).toBeUndefined()
  cache.set('a', 3)
  expect(cache.get('a')).toBe(3)
})

test('a cache of size 0 holds nothing', () => {
  const cache = createSecondChanceCache<number>(0)
  cache.set('a', 1)
  expect(cache.get('a')).toBeUndefined()
})
