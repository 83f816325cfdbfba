import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { readKeys } from './keys.ts'

const RULES = { isBase64: false, allowSecret: true }
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const dsa = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
const jwk = rsa.publicKey.export({ format: 'jwk' })
const oct = { kty: 'oct', k: Buffer.alloc(32, 7).toString('base64url') }

test.each([
  ['a short secret', 'short', 'at least 32 bytes long, not 5'],
  ['an oct key without its secret', '{"kty":"oct"}', "a JSON Web Key of the type oct has no 'k'"],
  ['a short oct key', '{"kty":"oct","k":"AAAA"}', 'at least 32 bytes long, not 3'],
  ['broken JSON', '{"keys":', 'begins like JSON'],
  ['JSON of another kind', '{"keys":[{"a":1},7]}', 'holds no key'],
  ['no keys at all', '[]', 'holds no key'],
  ['a key that cannot be imported', '{"kty":"EC","crv":"P-256","x":"","y":""}', 'holds no key'],
  [
    'an RSA key of 1024 bits',
    JSON.stringify(
      generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' }),
    ),
    'holds no key',
  ],
  ['a key for encryption', JSON.stringify({ ...jwk, use: 'enc' }), 'holds no key'],
  ['a key for another algorithm', JSON.stringify({ ...jwk, alg: 'RSA-OAEP' }), 'holds no key'],
  ['broken PEM', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', 'no readable key'],
  ['PEM without its first line', 'AAAA\n-----END PUBLIC KEY-----', 'its beginning is damaged'],
  ['a set without its brace', '"keys": [{"kty":"RSA"}]}', 'its beginning is damaged'],
  [
    'a curve that JWT does not use',
    dsa.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    'its type (ec) or size is not supported',
  ],
])('%s is refused', (_name, text, problem) => {
  expect(() => readKeys(text, RULES)).toThrow(
    expect.objectContaining({ code: 'ST010', message: expect.stringContaining(problem) }),
  )
})

test('a refusal never shows the secret', () => {
  const secret = 'hunter2 hunter2'
  try {
    readKeys(secret, RULES)
    expect.unreachable()
  } catch (error) {
    expect(JSON.stringify([String(error), error])).not.toContain('hunter2')
  }
})

test('base64 is read in both alphabets, and something else refused', () => {
  const bytes = Buffer.from('~~~~????>>>> ÿÿÿÿ 32 bytes and more than that')
  for (const text of [bytes.toString('base64'), `${bytes.toString('base64url')}\n`]) {
    expect(readKeys(text, { isBase64: true, allowSecret: true })).toHaveLength(1)
  }
  expect(() => readKeys('not base64!', { isBase64: true, allowSecret: true })).toThrow(
    'it is not base64',
  )
})

test('unusable keys of a set are skipped, usable ones keep their name', () => {
  const keys = readKeys(
    JSON.stringify({ keys: [{ kty: 'XYZ' }, { ...jwk, kid: 'k1' }, oct] }),
    RULES,
  )
  expect(keys.map(({ kid, algorithms }) => [kid, algorithms.length])).toEqual([
    ['k1', 6],
    [undefined, 3],
  ])
})

test('secrets from a URL do not count: whoever can fetch them can sign', () => {
  const rules = { isBase64: false, allowSecret: false }
  expect(readKeys(JSON.stringify({ keys: [oct, jwk] }), rules)).toHaveLength(1)
  expect(() => readKeys(JSON.stringify({ keys: [oct] }), rules)).toThrow('holds no key')
  expect(() => readKeys('a page of text that is longer than 32 bytes', rules)).toThrow(
    'did not answer a JSON Web Key Set',
  )
})
