import { expect, test } from 'vitest'
import { formed } from './form.ts'

test('values look as they do in JSON', () => {
  expect(formed('t', 'boolean')).toBe('true')
  expect(formed('f', 'boolean')).toBe('false')
  expect(formed('12.50', 'number')).toBe('12.50')
  expect(formed('2026-11-22 15:00:00', 'timestamp')).toBe('2026-11-22T15:00:00')
  expect(formed('infinity', 'timestamptz')).toBe('infinity')
  expect(formed('2026-11-22 15:00:00.5+00', 'timestamptz')).toBe('2026-11-22T15:00:00.5+00:00')
  expect(formed('0044-03-15 12:00:00+00 BC', 'timestamptz')).toBe('0044-03-15T12:00:00+00:00 BC')
  expect(formed('"a\\nb"', 'json')).toBe('a\nb')
  expect(formed('null', 'json')).toBe(null)
  expect(formed(' {"a": 1} ', 'json')).toBe('{"a": 1}')
  expect(formed('(1,2)', 'unknown')).toBe(undefined)
})

test('arrays become JSON, whatever is in them', () => {
  expect(formed('{}', { elements: 'number' })).toBe('[]')
  expect(formed('{1,NaN,NULL}', { elements: 'number' })).toBe('[1,"NaN",null]')
  expect(formed('{t,f}', { elements: 'boolean' })).toBe('[true,false]')
  expect(formed('[2:3]={a,"NULL"}', { elements: 'text' })).toBe('["a","NULL"]')
  expect(formed('{{"a,\\"b\\\\","{}"},{"",c d}}', { elements: 'text' })).toBe(
    '[["a,\\"b\\\\","{}"],["","c d"]]',
  )
  expect(formed('{"{\\"a\\": 1}",null}', { elements: 'json' })).toBe('[{"a": 1},null]')
  expect(formed('{1}', { elements: 'unknown' })).toBe(undefined)
})
