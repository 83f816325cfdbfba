import { expect, test } from 'vitest'
import { idempotencyOf, type RepeatableInput, tellingReplay } from './idempotency.ts'
import { REST_DEFAULTS } from './options.ts'

const UUID = '8e03978e-40d5-43e8-bc93-6894a57f9324'

/** A request of Ann's, unless told otherwise. */
function input(parts: Partial<RepeatableInput> = {}): RepeatableInput {
  return {
    method: 'POST',
    path: '/orders',
    queryString: 'select=id',
    headers: { 'idempotency-key': UUID },
    body: Buffer.from('{"id":1}'),
    identity: { claims: { role: 'web', sub: 'ann' } },
    ...parts,
  }
}

function headers(more: Readonly<Record<string, string>>): Pick<RepeatableInput, 'headers'> {
  return { headers: { 'idempotency-key': UUID, ...more } }
}

function made(parts: Partial<RepeatableInput> = {}) {
  return idempotencyOf(input(parts), { readOnly: false }, REST_DEFAULTS)
}

const keyOf = (header: string) => made({ headers: { 'idempotency-key': header } })?.key

test('a key stands in quotes, as the draft has it, or without, as most send it', () => {
  expect(keyOf(`"${UUID}"`)).toBe(UUID)
  expect(keyOf(UUID)).toBe(UUID)
  expect(keyOf(' "a, \\"b\\" \\\\" ')).toBe('a, "b" \\')
  expect(keyOf('order/7:retry+(1)=')).toBe('order/7:retry+(1)=')
  expect(keyOf('k'.repeat(255))).toHaveLength(255)
})

test.each([
  ['', 'empty'],
  ['""', 'empty'],
  ['" "', 'empty'],
  ['k'.repeat(256), '256 bytes'],
  [`"${'k'.repeat(256)}"`, '256 bytes'],
  ['a, b', 'several'],
  ['"a", "b"', 'several'],
  ['"a', 'several'],
  ['"a\\b"', 'several'],
  ['"a";x=1', 'several'],
  ['a b', 'several'],
  ['schlüssel', 'several'],
])('%s is no key', (header, reason) => {
  expect(() => keyOf(header)).toThrow(
    expect.objectContaining({
      code: 'ST140',
      status: 400,
      details: expect.stringContaining(reason),
    }),
  )
})

test('it comes with what the rules say, or not at all', () => {
  expect(made()).toMatchObject({ keepMs: 86_400_000, answerBytesMax: 1_048_576 })
  expect(made({ headers: {} })).toBeUndefined()
  expect(idempotencyOf(input(), { readOnly: true }, REST_DEFAULTS)).toBeUndefined()
  const ignored = { ...REST_DEFAULTS, idempotency: false }
  expect(idempotencyOf(input(), { readOnly: false }, ignored)).toBeUndefined()
})

test('without a subject the key must be hard to guess', () => {
  for (const claims of [{ role: 'anon' }, { sub: null }, { sub: '' }, { iss: 'x' }]) {
    const short = { identity: { claims }, headers: { 'idempotency-key': 'order-12345' } }
    expect(() => made(short)).toThrow(expect.objectContaining({ code: 'ST141', status: 400 }))
    expect(made({ identity: { claims } })?.key).toBe(UUID)
  }
  expect(keyOf('1')).toBe('1') // Ann's own.
})

test.each<[string, Partial<RepeatableInput>]>([
  ['method', { method: 'PUT' }],
  ['path', { path: '/order' }],
  ['query string', { queryString: 'select=id,name' }],
  ['body', { body: Buffer.from('{"id":2}') }],
  ['absence of a body', { body: undefined }],
  ['format', headers({ accept: 'text/csv' })],
  ['preference', headers({ prefer: 'return=representation' })],
  ['schema', headers({ 'content-profile': 'archive' })],
  ['type of the body', headers({ 'content-type': 'text/csv' })],
])('another %s is another request', (_what, parts) => {
  expect(made(parts)?.fingerprint).not.toBe(made()?.fingerprint)
})

test('what is said in one part is not mistaken for another', () => {
  const split = made({ path: '/orders\n', queryString: 'a' })
  expect(split?.fingerprint).not.toBe(made({ path: '/orders', queryString: '\na' })?.fingerprint)
})

test.each([
  { 'user-agent': 'curl' },
  { traceparent: '00-1-2-03' },
  { authorization: 'Bearer renewed' },
  { cookie: 'theme=dark' },
])('%j makes no difference to somebody with a subject', more => {
  expect(made(headers(more))?.fingerprint).toBe(made()?.fingerprint)
})

test('who has no subject is told apart by other credentials, but not by a renewed token', () => {
  const anybody = { identity: { claims: { role: 'anon' } } }
  const plain = made(anybody)?.fingerprint
  for (const more of [{ cookie: 'session=1' }, { apikey: 'a' }, { 'x-api-key': 'a' }]) {
    expect(made({ ...anybody, ...headers(more) })?.fingerprint).not.toBe(plain)
  }
  const authorized = (authorization: string) =>
    made({ ...anybody, ...headers({ authorization }) })?.fingerprint
  expect(authorized('Basic YTpi')).not.toBe(plain)
  expect(authorized('Bearer renewed')).toBe(plain)
})

test('what changes from try to try makes no difference: how long it waits, and what it wrote last', () => {
  const anybody = { identity: { claims: { role: 'anon' } } }
  const of = (more: Readonly<Record<string, string>>) =>
    made({ ...anybody, ...headers(more) })?.fingerprint
  expect(of({ prefer: 'wait=3' })).toBe(of({}))
  expect(of({ prefer: 'return=minimal,tx=commit, wait=3, max-staleness=1' })).toBe(
    of({ prefer: 'return=minimal,tx=commit' }),
  )
  expect(of({ prefer: 'wait=3, return=minimal' })).toBe(of({ prefer: 'return=minimal' }))
  expect(of({ cookie: 's_tier_consistency=1:1:1' })).toBe(of({}))
  expect(of({ cookie: 'session=1; s_tier_consistency=1:1:1' })).toBe(of({ cookie: 'session=1' }))
  expect(of({ cookie: 'session=2; s_tier_consistency=1:1:1' })).not.toBe(
    of({ cookie: 'session=1' }),
  )
})

test('a replay says that it is one', () => {
  const response = { status: 201, headers: { vary: 'Accept' }, body: null }
  expect(tellingReplay(response, {})).toBe(response)
  expect(tellingReplay(response, { isReplay: true })).toEqual({
    ...response,
    headers: { vary: 'Accept', 'idempotent-replayed': 'true' },
  })
})
