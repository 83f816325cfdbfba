import { expect, test } from 'vitest'
import { asUnderstood } from './conditional.ts'

const conditional = { method: 'HEAD', headers: { 'if-none-match': '*', range: '0-1', prefer: 'x' } }

test('a HEAD that has a tag is understood as the GET, without its range', () => {
  expect(asUnderstood(conditional, { caching: true })).toEqual({
    method: 'GET',
    headers: { 'if-none-match': '*', prefer: 'x' },
  })
})

test('everything else is understood as it is', () => {
  const bare = { method: 'HEAD', headers: {} }
  const get = { ...conditional, method: 'GET' }
  expect(asUnderstood(bare, { caching: true })).toBe(bare)
  expect(asUnderstood(get, { caching: true })).toBe(get)
  expect(asUnderstood(conditional, { caching: false })).toBe(conditional)
  expect(asUnderstood(conditional, {})).toBe(conditional)
})
