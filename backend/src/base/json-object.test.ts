import { expect, test } from 'vitest'
import { isObject, jsonOf, objectOf } from './json-object.ts'

test.each([
  [{}, true],
  [{ a: 1 }, true],
  [[], false],
  [null, false],
  ['{}', false],
  [1, false],
])('%j is an object: %s', (value, is) => {
  expect(isObject(value)).toBe(is)
})

test('an option may be JSON or what it says', () => {
  expect(jsonOf('{"a": [1]}')).toEqual({ a: [1] })
  expect(jsonOf([1])).toEqual([1])
  expect(jsonOf(' ')).toEqual({})
  expect(jsonOf('', [])).toEqual([])
  expect(jsonOf('{')).toBeUndefined()
})

test('an option that must be an object is nothing else', () => {
  expect(objectOf('{"a": 1}')).toEqual({ a: 1 })
  expect(objectOf({ a: 1 })).toEqual({ a: 1 })
  expect(objectOf('[1]')).toBeUndefined()
  expect(objectOf(undefined)).toBeUndefined()
})
