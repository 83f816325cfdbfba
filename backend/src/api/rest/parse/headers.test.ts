import { expect, test } from 'vitest'
import { cookiesJson, cookiesWithout, cookieValues } from './cookies.ts'
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

test.each([
  ['max-staleness=5', 'maxStalenessMs', 5_000, 'max-staleness=5'],
  ['max-staleness=5s', 'maxStalenessMs', 5_000, 'max-staleness=5'],
  ['max-staleness=500ms', 'maxStalenessMs', 500, 'max-staleness=500ms'],
  ['max-staleness=2000ms', 'maxStalenessMs', 2_000, 'max-staleness=2'],
  ['max-staleness=0', 'maxStalenessMs', 0, 'max-staleness=0'],
  ['wait=10', 'waitMs', 10_000, 'wait=10'],
] as const)('%s is a time, and rendered as the shortest one', (text, name, ms, rendered) => {
  const preferences = parsePrefer(text)
  expect(preferences).toEqual({ ...NO_PREFERENCES, [name]: ms })
  expect(preferenceApplied(preferences)).toBe(rendered)
})

test.each([
  ...['max-staleness=', 'max-staleness=-1', 'max-staleness=1.5', 'max-staleness=1m'],
  ...['max-staleness=9999999999999', 'max-staleness', 'max-staleness=5 s'],
  ...['wait=', 'wait=0', 'wait=-1', 'wait=1s', 'wait=0.5', 'wait=soon', 'wait'],
])('%s is no time: ignored, or refused when handled strictly', text => {
  expect(parsePrefer(text)).toEqual(NO_PREFERENCES)
  expect(() => parsePrefer(`handling=strict, ${text}`)).toThrow(
    expect.objectContaining({ code: 'PGRST122', details: `Invalid preferences: ${text}` }),
  )
})

test('the first time of a kind holds, and times come after what PostgREST has', () => {
  expect(parsePrefer('wait=1, wait=2, max-staleness=x, max-staleness=3')).toMatchObject({
    waitMs: 1_000,
    maxStalenessMs: 3_000,
  })
  const all = 'wait=1, max-staleness=1ms, max-affected=1, handling=strict, count=exact'
  expect(preferenceApplied(parsePrefer(all))).toBe(
    'count=exact, handling=strict, max-affected=1, max-staleness=1ms, wait=1',
  )
})

test('cookies of one name are all found, and can be left out', () => {
  const header = 'a=1; b=2;a = 3 ; ab=4; a'
  expect(cookieValues(header, 'a')).toEqual(['1', '3', ''])
  expect(cookieValues(header, 'c')).toEqual([])
  expect(cookieValues(undefined, 'a')).toEqual([])
  expect(cookiesWithout(header, 'a')).toBe('b=2; ab=4')
  expect(cookiesWithout('b=2', 'a')).toBe('b=2')
  expect(cookiesWithout(' a=1', 'a')).toBeUndefined()
  expect(cookiesWithout(undefined, 'a')).toBeUndefined()
})
