import { expect, test } from 'vitest'
import { createPlanCache } from './plan-cache.ts'

function counting() {
  const made: string[] = []
  const make = (key: string) => () => {
    made.push(key)
    return key.toUpperCase()
  }
  return { made, make }
}

test('what one request has made serves the next of its shape', () => {
  const cache = createPlanCache<string>()
  const { made, make } = counting()
  expect(cache.get('v1', 'a', make('a'))).toBe('A')
  expect(cache.get('v1', 'a', make('a'))).toBe('A')
  expect(made).toEqual(['a'])
})

test('another catalog version has plans of its own, and the last two versions are kept', () => {
  const cache = createPlanCache<string>()
  const { made, make } = counting()
  for (const version of ['v1', 'v2', 'v1', 'v2', 'v3', 'v2', 'v1'])
    cache.get(version, 'a', make(version))
  expect(made).toEqual(['v1', 'v2', 'v3', 'v1'])
  expect(cache.size).toBe(2)
})

test('beyond the limit, what was used since stays and what was not goes', () => {
  const cache = createPlanCache<string>({ entriesMax: 3 })
  const { made, make } = counting()
  for (const key of ['a', 'b', 'c', 'a', 'c', 'd', 'a', 'c', 'd', 'b'])
    cache.get('v', key, make(key))
  expect(made).toEqual(['a', 'b', 'c', 'd', 'b'])
  expect(cache.size).toBe(3)
})

test('when all were used, the oldest goes', () => {
  const cache = createPlanCache<string>({ entriesMax: 2 })
  const { made, make } = counting()
  for (const key of ['a', 'b', 'a', 'b', 'c', 'b', 'a']) cache.get('v', key, make(key))
  expect(made).toEqual(['a', 'b', 'c', 'a'])
})

test('what could not be made is not kept', () => {
  const cache = createPlanCache<string>()
  const failing = () => {
    throw new Error('no such column')
  }
  expect(() => cache.get('v', 'a', failing)).toThrow('no such column')
  expect(cache.size).toBe(0)
})
