import { expect, test } from 'vitest'
import { type Arrival, RequestSubject, userOf } from './subject.ts'

const ARRIVAL: Arrival = {
  ip: '203.0.113.9',
  method: 'POST',
  destination: { endpoint: '/rpc/report', rpc: 'report' },
  headers: { apikey: 'a-long-and-random-key' },
}
const CLAIMS = { role: 'author', sub: 'u-7', tenant: 12, isAdmin: true, app: { plan: 'free' } }
const IDENTITY = { role: 'author', claims: CLAIMS, claimsText: '', anonymous: false }

test.each([
  ['ip', '203.0.113.9'],
  ['method', 'POST'],
  ['endpoint', '/rpc/report'],
  ['rpc', 'report'],
  ['table', undefined],
  ['role', 'author'],
  ['user', 'u-7'],
  ['claims.tenant', '12'],
  ['claims.isAdmin', 'true'],
  ['claims.app', undefined],
  ['claims.missing', undefined],
  ['claims.toString', undefined],
  ['colour', undefined],
])('%s is %s', (name, value) => {
  expect(new RequestSubject(ARRIVAL, IDENTITY).attribute(name)).toBe(value)
})

test('before anybody is known there is an address and a destination', () => {
  const subject = new RequestSubject(ARRIVAL, undefined)
  const known = ['ip', 'role', 'user', 'claims.tenant'].map(name => subject.attribute(name))
  expect(known).toEqual(['203.0.113.9', undefined, undefined, undefined])
})

test('a key is told by a digest, the same for the same key', () => {
  const keyOf = (headers: Arrival['headers']) =>
    new RequestSubject({ ...ARRIVAL, headers }, undefined).attribute('apiKey')
  expect(keyOf({ apikey: 'one' })).toMatch(/^[\w-]{16}$/)
  expect(keyOf({ 'x-api-key': 'one' })).toBe(keyOf({ apikey: 'one' }))
  expect(keyOf({ apikey: 'other' })).not.toBe(keyOf({ apikey: 'one' }))
  expect(keyOf({})).toBeUndefined()
})

test('a user is who the token is about, if that is text', () => {
  expect(userOf({ ...IDENTITY, claims: { sub: 7 } })).toBeUndefined()
  expect(userOf(undefined)).toBeUndefined()
})
