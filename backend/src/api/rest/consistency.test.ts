import { expect, test } from 'vitest'
import { HTTP_DEFAULTS, type HttpOptions } from '../http/index.ts'
import { consistencyOf, tellingToken } from './consistency.ts'
import { REST_DEFAULTS, type RestOptions } from './options.ts'
import { NO_PREFERENCES } from './parse/index.ts'
import type { RestResponse } from './response.ts'

const TOKEN = '6a1f:1:16b3748'
const response: RestResponse = { status: 201, headers: { 'content-range': '*/*' }, body: null }

const asked = (headers: Readonly<Record<string, string>>, maxStalenessMs?: number) =>
  consistencyOf(headers, { ...NO_PREFERENCES, maxStalenessMs })

function cookieOf(
  headers: Readonly<Record<string, string>> = {},
  http: HttpOptions = {},
  rest: RestOptions = {},
) {
  const rules = { http: { ...HTTP_DEFAULTS, ...http }, rest: { ...REST_DEFAULTS, ...rest } }
  return tellingToken(response, { token: TOKEN }, headers, rules).headers['set-cookie']
}

test('without a token and a preference nothing is asked', () => {
  expect(asked({})).toBeUndefined()
  expect(asked({ cookie: 'session=1; x_s_tier_consistency=2' })).toBeUndefined()
  expect(asked({ 's-tier-consistency': '' })).toBeUndefined()
})

test('a token comes in the header or in the cookie, and the header wins', () => {
  const cookie = `a=1; s_tier_consistency=${TOKEN}; b=2`
  expect(asked({ 's-tier-consistency': TOKEN })).toEqual({ token: TOKEN })
  expect(asked({ cookie })).toEqual({ token: TOKEN })
  expect(asked({ 's-tier-consistency': '6a1f:1:1', cookie })).toEqual({ token: '6a1f:1:1' })
  expect(asked({ cookie }, 500)).toEqual({ token: TOKEN, maxStalenessMs: 500 })
  expect(asked({}, 0)).toEqual({ token: undefined, maxStalenessMs: 0 })
})

test('of several cookies it is the first that is a token', () => {
  const of = (...values: string[]) =>
    asked({ cookie: values.map(value => `s_tier_consistency=${value}`).join('; ') })?.token
  expect(of('nonsense', TOKEN, '6a1f:1:1')).toBe(TOKEN)
  expect(of('nonsense', '')).toBe('nonsense')
})

test('what is no token is handed on: it asks for the primary and fails nothing', () => {
  expect(asked({ 's-tier-consistency': 'a, b' })).toEqual({ token: 'a, b' })
  expect(asked({ cookie: 's_tier_consistency' })).toEqual({ token: '' })
})

test('the response of a write has the token twice, for clients that know it and for those that keep cookies', () => {
  const rules = { http: HTTP_DEFAULTS, rest: REST_DEFAULTS }
  expect(tellingToken(response, { token: TOKEN }, {}, rules)).toEqual({
    ...response,
    headers: {
      'content-range': '*/*',
      's-tier-consistency': TOKEN,
      'set-cookie': [`s_tier_consistency=${TOKEN}; Max-Age=300; Path=/; HttpOnly; SameSite=Lax`],
    },
  })
  expect(tellingToken(response, { token: undefined }, {}, rules)).toBe(response)
})

test('the cookie is for TLS where the proxy was asked over it, or as configured', () => {
  const forwarded = (proto: string) => cookieOf({ 'x-forwarded-proto': proto })?.[0]
  expect(forwarded('https')).toMatch(/; Secure$/)
  expect(forwarded('HTTPS, http')).toMatch(/; Secure$/)
  expect(forwarded('http')).not.toContain('Secure')
  expect(forwarded('http, https')).not.toContain('Secure')
  expect(cookieOf({}, { cookieSecure: 'always' })?.[0]).toMatch(/; Secure$/)
  const never = cookieOf({ 'x-forwarded-proto': 'https' }, { cookieSecure: 'never' })
  expect(never?.[0]).not.toContain('Secure')
})

test('how long it is kept is configured in milliseconds and told in seconds; 0 sends none', () => {
  expect(cookieOf({}, {}, { consistencyCookieMs: 1_500 })?.[0]).toContain('Max-Age=2;')
  expect(cookieOf({}, {}, { consistencyCookieMs: 0 })).toBeUndefined()
})

test('cookies that the database sets stay', () => {
  const rules = { http: HTTP_DEFAULTS, rest: REST_DEFAULTS }
  for (const own of ['a=1', ['a=1', 'b=2']]) {
    const withOwn = { ...response, headers: { 'set-cookie': own } }
    expect(tellingToken(withOwn, { token: TOKEN }, {}, rules).headers['set-cookie']).toEqual([
      ...[own].flat(),
      expect.stringMatching(/^s_tier_consistency=/),
    ])
  }
})
