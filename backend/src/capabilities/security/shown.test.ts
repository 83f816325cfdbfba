import { expect, test } from 'vitest'
import { lineOf, nameOf, shown, shownPrincipal } from './shown.ts'

const SECRETS: readonly [string, string][] = [
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2ln', '[token]'],
  ['Bearer abc123', 'Bearer […]'],
  ['password=hunter2&x=1', 'password=[…]&x=1'],
  ['"api_key": "s3cret"', '"api_key": […]"'],
  ['postgres://app:hunter2@db/app', 'postgres://app:[…]@db/app'],
  ['key 0123456789abcdef0123456789abcdef01', 'key […]'],
]

test.each(SECRETS)('what looks like a secret is not shown: %s', (text, expected) => {
  expect(shown(text)).toBe(expected)
})

test('ordinary text is shown as it is, a UUID too', () => {
  for (const text of ["O'Brien", 'Zoë', '3f2b8c1e-0000-4000-8000-000000000001', 'GET /orders']) {
    expect(shown(text)).toBe(text)
  }
})

test('no line can be forged: controls and turned writing are taken out, and length is bounded', () => {
  expect(shown('a\nb\r\u0000\u001b[31m\u2028\u202ec')).toBe('a·b···[31m··c')
  expect(shown('x y '.repeat(100)).length).toBeLessThan(130)
  const event = {
    kind: 'route.unknown',
    atMs: 0,
    ip: '192.0.2.1',
    name: '/a\nb',
    status: 404,
  } as const
  expect(lineOf(event)).toBe(
    "1970-01-01T00:00:00.000Z route.unknown from 192.0.2.1 about '/a·b' (404)",
  )
})

test('a principal is named for people', () => {
  const ada = { user: 'ada', ip: '192.0.2.1' }
  expect(nameOf({ kind: 'user+ip', ...ada })).toBe("'ada' from 192.0.2.1")
  expect(nameOf({ kind: 'ip', ...ada })).toBe('192.0.2.1')
  expect(nameOf({ kind: 'user', ...ada })).toBe("'ada'")
  expect(nameOf({ kind: 'token', ...ada })).toBe("a token of 'ada'")
  expect(nameOf({ kind: 'credential' })).toBe('one credential')
  expect(nameOf({ kind: 'role+route', role: 'anon', route: 'GET /x' })).toBe(
    "role 'anon' at GET /x",
  )
  expect(nameOf({ kind: 'all' })).toBe('everybody')
  expect(shownPrincipal({ kind: 'user', user: 'a\nb' })).toEqual({ kind: 'user', user: 'a·b' })
  expect(shownPrincipal({ kind: 'ip', ip: 'x' })).toEqual({ kind: 'ip', ip: 'x' })
})
