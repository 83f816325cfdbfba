import { expect, test } from 'vitest'
import { cookiesJson } from './cookies.ts'
import { NO_PREFERENCES, parsePrefer, preferenceApplied } from './preferences.ts'
import { parseProfile } from './profile.ts'

test('preferences come in one header or several, and the first of a kind holds', () => {
  const asked = ['count=exact,   return=representation ,missing=null', 'count=planned, foo,']
  expect(parsePrefer(asked)).toEqual({
    ...NO_PREFERENCES,
    count: 'exact',
    return: 'representation',
    missing: 'null',
  })
  expect(parsePrefer(undefined)).toEqual(NO_PREFERENCES)
  expect(parsePrefer('')).toEqual(NO_PREFERENCES)
})

test.each([
  ['resolution', 'merge-duplicates'],
  ['resolution', 'ignore-duplicates'],
  ['missing', 'default'],
  ['missing', 'null'],
  ['return', 'representation'],
  ['return', 'minimal'],
  ['return', 'headers-only'],
  ['count', 'exact'],
  ['count', 'planned'],
  ['count', 'estimated'],
  ['tx', 'commit'],
  ['tx', 'rollback'],
  ['handling', 'strict'],
  ['handling', 'lenient'],
  ['timezone', 'America/Los_Angeles'],
])('%s=%s is understood and rendered', (name, value) => {
  const preferences = parsePrefer(`${name}=${value}`, { allowTransactionEnd: true })
  expect(preferences).toEqual({ ...NO_PREFERENCES, [name]: value })
  expect(preferenceApplied(preferences)).toBe(`${name}=${value}`)
})

test('tx is understood but ignored where it is not allowed', () => {
  expect(parsePrefer('tx=rollback, handling=strict').tx).toBeUndefined()
})

test('strict handling refuses what nobody understands, lenient handling ignores it', () => {
  const error = {
    code: 'PGRST122',
    status: 400,
    message: 'Invalid preferences given with handling=strict',
    details: 'Invalid preferences: foo, count=none',
  }
  const parse = () => parsePrefer(['handling=strict', 'foo, count=none, timezone=Any/Where'])
  expect(parse).toThrow(expect.objectContaining(error))
  expect(parsePrefer('handling=lenient, foo').handling).toBe('lenient')
})

test('max-affected is a number and applies with strict handling alone', () => {
  expect(parsePrefer('max-affected=10').maxAffected).toBe(10)
  expect(parsePrefer('max-affected=ten, handling=strict').maxAffected).toBeUndefined()
  expect(parsePrefer(`max-affected=${'9'.repeat(30)}`).maxAffected).toBeUndefined()
  expect(preferenceApplied(parsePrefer('max-affected=10'))).toBeUndefined()
})

test('applied preferences are rendered in the order of PostgREST', () => {
  const asked =
    'max-affected=5,timezone=UTC,handling=strict,tx=commit,count=exact,return=minimal,missing=default,resolution=merge-duplicates'
  expect(preferenceApplied(parsePrefer(asked, { allowTransactionEnd: true }))).toBe(
    'resolution=merge-duplicates, missing=default, return=minimal, count=exact, tx=commit, handling=strict, timezone=UTC, max-affected=5',
  )
  expect(preferenceApplied({ count: 'exact' })).toBe('count=exact')
})

test('the schema is chosen by the header of the method; the first is the default', () => {
  const headers = { acceptProfile: 'b', contentProfile: 'c' }
  const schemas = ['a', 'b', 'c']
  for (const method of ['GET', 'HEAD', 'OPTIONS']) {
    expect(parseProfile(method, headers, schemas)).toEqual({ schema: 'b', negotiated: true })
  }
  for (const method of ['POST', 'PATCH', 'PUT', 'DELETE']) {
    expect(parseProfile(method, headers, schemas)).toEqual({ schema: 'c', negotiated: true })
  }
  expect(parseProfile('GET', {}, schemas)).toEqual({ schema: 'a', negotiated: true })
  expect(parseProfile('GET', {}, ['a'])).toEqual({ schema: 'a', negotiated: false })
})

test('a schema that is not served is PGRST106', () => {
  const error = {
    code: 'PGRST106',
    status: 406,
    message: 'Invalid schema: x',
    hint: 'Only the following schemas are exposed: a, b',
    details: null,
  }
  const parse = () => parseProfile('GET', { acceptProfile: 'x' }, ['a', 'b'])
  expect(parse).toThrow(expect.objectContaining(error))
})

test('cookies become a JSON object, whatever their names', () => {
  expect(cookiesJson(undefined)).toBe('{}')
  expect(cookiesJson('')).toBe('{}')
  expect(cookiesJson('a=1; b=x=y ;c; a=2;;=z; __proto__=p; q="')).toBe(
    '{"a":"2","b":"x=y","c":"","__proto__":"p","q":"\\""}',
  )
})
