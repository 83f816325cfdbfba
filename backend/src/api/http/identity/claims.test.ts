import { expect, test } from 'vitest'
import { refusalOf } from './claims.ts'

const NOW = 1_700_000_000
const refusal = (claims: Record<string, unknown>, aud: readonly string[] = []) =>
  refusalOf(claims, { aud, leewayMs: 30_000 }, NOW * 1000 + 999)

test('dates are judged with the leeway on both sides', () => {
  expect(refusal({ exp: NOW - 30 })).toBeUndefined()
  expect(refusal({ exp: NOW - 31 })).toBe('JWT expired')
  expect(refusal({ nbf: NOW + 30 })).toBeUndefined()
  expect(refusal({ nbf: NOW + 31 })).toBe('JWT not yet valid')
  expect(refusal({ iat: NOW + 30 })).toBeUndefined()
  expect(refusal({ iat: NOW + 31 })).toBe('JWT issued at future')
})

test('a date may have a fraction, and null counts as absent', () => {
  expect(refusal({ exp: NOW - 29.5 })).toBeUndefined()
  expect(refusal({ exp: null, nbf: null, iat: null, aud: null })).toBeUndefined()
})

test.each(['exp', 'nbf', 'iat'])('%s must be a number', claim => {
  expect(refusal({ [claim]: '1' })).toBe(`The JWT '${claim}' claim must be a number`)
})

test('the first complaint is about exp, then nbf, iat and aud', () => {
  const all = { exp: 1, nbf: NOW * 2, iat: NOW * 2, aud: 'b' }
  expect(refusal(all, ['a'])).toBe('JWT expired')
  expect(refusal({ ...all, exp: undefined }, ['a'])).toBe('JWT not yet valid')
  expect(refusal({ ...all, exp: undefined, nbf: undefined }, ['a'])).toBe('JWT issued at future')
  expect(refusal({ aud: 'b' }, ['a'])).toBe('JWT not in audience')
})

test('an audience must be ours when some are configured', () => {
  expect(refusal({ aud: 'b' })).toBeUndefined()
  expect(refusal({ aud: 'a' }, ['a', 'c'])).toBeUndefined()
  expect(refusal({ aud: ['b', 'c'] }, ['a', 'c'])).toBeUndefined()
  expect(refusal({ aud: ['b'] }, ['a', 'c'])).toBe('JWT not in audience')
  expect(refusal({ aud: '' }, ['a'])).toBe('JWT not in audience')
  expect(refusal({ aud: [] }, ['a'])).toBeUndefined()
  expect(refusal({}, ['a'])).toBeUndefined()
})

test('an audience is a text or a list of texts', () => {
  const message = "The JWT 'aud' claim must be a string or an array of strings"
  expect(refusal({ aud: { a: 1 } })).toBe(message)
  expect(refusal({ aud: [1, 'a'] }, ['a'])).toBe(message)
})
