import { expect, test } from 'vitest'
import { flagOf, variableOf } from './options-names.ts'
import { nearest } from './options-nearest.ts'
import {
  checked,
  type Checks,
  duration,
  flag,
  integer,
  listOf,
  millisecondsOf,
  number,
  OptionError,
  oneOf,
  secret,
  settled,
  text,
  url,
} from './options.ts'

test('one option has one name everywhere', () => {
  expect(variableOf('jwt.roleClaimKey')).toBe('STIER_JWT_ROLE_CLAIM_KEY')
  expect(flagOf('jwt.roleClaimKey')).toBe('--jwt-role-claim-key')
  expect(flagOf('jwt.secretIsBase64')).toBe('--jwt-secret-is-base64')
  expect(variableOf('jwt.secretIsBase64')).toBe('STIER_JWT_SECRET_IS_BASE64')
})

test('a whole number is read from text and from a number, within its bounds', () => {
  const check = integer({ min: 1, max: 10 })
  expect([1, 10, '7', ' 7 '].map(check.read)).toEqual([1, 10, 7, 7])
  expect([0, 11, 1.5, '1.5', '', 'x', true, null, '7x'].map(check.read)).toEqual(
    Array(9).fill(undefined),
  )
  expect(check.expects).toBe('a whole number from 1 to 10')
})

test('a number may have a fraction', () => {
  const check = number({ min: 0, max: 1 })
  expect([0, 1, 0.5, '0.5', ' .25 ', '1'].map(check.read)).toEqual([0, 1, 0.5, 0.5, 0.25, 1])
  expect([-0.1, 1.1, Number.NaN, '1.1', '', 'x', '0x1', null].map(check.read)).toEqual(
    Array(8).fill(undefined),
  )
  expect(check.expects).toBe('a number from 0 to 1')
})

test('a duration is milliseconds, or text with a unit', () => {
  const check = duration({ min: 0, max: 86_400_000 })
  expect(['250', '250ms', '30s', '5min', '5 m', '1h', '1d', 40].map(check.read)).toEqual([
    250, 250, 30_000, 300_000, 300_000, 3_600_000, 86_400_000, 40,
  ])
  expect(['2d', '1w', '-1', '1.5s', ''].map(check.read)).toEqual(Array(5).fill(undefined))
  expect(millisecondsOf('7d')).toBe(604_800_000)
})

test('a switch says true alone, and yes and no in several words', () => {
  const check = flag()
  expect(check.isSwitch).toBe(true)
  expect(['true', 'YES', 'on', '1', true].map(check.read)).toEqual(Array(5).fill(true))
  expect(['false', 'no', 'Off', '0', false].map(check.read)).toEqual(Array(5).fill(false))
  expect(['', 'maybe', 1, null].map(check.read)).toEqual(Array(4).fill(undefined))
})

test('a list is read from an array or from text with commas', () => {
  const check = listOf(integer({ min: 1, max: 3 }))
  expect(check.read('1, 2,3')).toEqual([1, 2, 3])
  expect(check.read([1, '2'])).toEqual([1, 2])
  expect(check.read(' ')).toEqual([])
  expect(check.read('1,4')).toBeUndefined()
  expect(check.read(7)).toBeUndefined()
})

test('a text is not empty and fits its rule; a choice is one of its words', () => {
  const even = text({ expects: 'even', accepts: value => value.length % 2 === 0 })
  expect([text().read('x'), text().read(''), text().read(1)]).toEqual(['x', undefined, undefined])
  expect([even.read('ab'), even.read('abc')]).toEqual(['ab', undefined])
  expect([oneOf('a', 'b').read('b'), oneOf('a', 'b').read('c')]).toEqual(['b', undefined])
})

test('a URL has one of the protocols', () => {
  const check = url('postgres:', 'postgresql:')
  expect(check.read('postgres://u:p@h/d')).toBe('postgres://u:p@h/d')
  expect(check.read('http://h')).toBeUndefined()
  expect(check.read('no url')).toBeUndefined()
})

const OWN_NAMES = "--http-port, STIER_HTTP_PORT or 'http.port' in the configuration file."

test('a wrong value is told with the name, the bounds, the value, its source and how to set it', () => {
  const wrong = () => checked('http.port', integer({ min: 0, max: 65_535 }), 'x', 'PORT')
  expect(wrong).toThrow(
    expect.objectContaining({
      code: 'ST001',
      message: "http.port must be a whole number from 0 to 65535, not 'x'",
      details: 'It was given by PORT.',
      hint: `Mend PORT. S-Tier's own names for it are ${OWN_NAMES}`,
    }),
  )
  for (const source of [undefined, '--http-port', 'STIER_HTTP_PORT']) {
    const { hint } = new OptionError('http.port', integer({ min: 0, max: 1 }), 'x', source)
    expect(hint).toBe(`Set it with ${OWN_NAMES}`)
  }
  expect(new OptionError('a.b', integer({ min: 0, max: 1 }), [2]).message).toContain('not [2]')
})

test.each([
  ['a secret', secret(), 7],
  ['a URL', url('postgres:'), 'mysql://u:hunter2@h'],
])('the value of %s is never shown', (_name, check, value) => {
  const error = new OptionError('a.b', check, value)
  expect(error.message).toMatch(/not the value given \(not shown\)$/)
})

test('a wrong URL comes with what is mostly the reason', () => {
  const error = new OptionError('a.url', url('postgres:'), 'postgres://u:p#w@h/d')
  expect(error.hint).toMatch(/^Percent-encode special characters in the password: .*Set it with/)
  const { hint } = new OptionError('a.url', url('postgres:'), 'x', 'PGRST_DB_URI')
  expect(hint).toMatch(/^Mend PGRST_DB_URI\. Percent-encode /)
})

test('options are completed with the defaults and frozen', () => {
  interface Options {
    size?: number
    name?: string | undefined
  }
  const checks: Checks<Options> = { size: integer({ min: 1, max: 9 }), name: text() }
  const defaults = Object.freeze({ size: 5, name: undefined })
  const rules = settled<Options, Required<Options>>(
    'room',
    { size: 3, name: undefined },
    checks,
    defaults,
  )
  expect(rules).toEqual({ size: 3, name: undefined })
  expect(Object.isFrozen(rules)).toBe(true)
  expect(() => settled('room', { size: 10 }, checks, defaults)).toThrow('room.size must be')
})

test('the nearest name is a slip away, otherwise there is none', () => {
  const names = ['http.port', 'http.host', 'jwt.secret', 'pool.sizeMax']
  expect(nearest('http.prot', names)).toBe('http.port')
  expect(nearest('jwt.secrt', names)).toBe('jwt.secret')
  expect(nearest('POOL.SIZEMAX', names)).toBe('pool.sizeMax')
  expect(nearest('something else', names)).toBeUndefined()
  expect(nearest('x', [])).toBeUndefined()
})

test('an option that does not exist is refused, with what was perhaps meant', () => {
  const checks = { sizeMax: integer({ min: 1, max: 10 }) }
  const given = { sizeMaxx: 4 } as { sizeMax?: number }
  expect(() => settled('pool', given, checks, { sizeMax: 5 })).toThrow(
    expect.objectContaining({ code: 'ST003', hint: "Perhaps you meant 'sizeMax'." }),
  )
})
