import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { type Algorithm, createSigner } from 'fast-jwt'
import { expect, test } from 'vitest'
import { createIdentity, type IdentityOptions } from './identity.ts'
import { systemClock } from '../../../base/index.ts'
import type { Identity } from './types.ts'

const SECRET = 'a secret that is long enough for HS256'
const now = () => Math.floor(Date.now() / 1000)

function identityWith(options: IdentityOptions = {}) {
  const parts = { clock: systemClock, observe: () => undefined }
  return createIdentity({ secret: SECRET, anonRole: 'anon', ...options }, parts)
}

function sign(
  payload: object,
  key: string | Buffer = SECRET,
  algorithm: Algorithm = 'HS256',
  kid?: string,
): string {
  return createSigner({ key, algorithm, noTimestamp: true, ...(kid && { kid }) })({ ...payload })
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

function unsigned(header: object, payload: object, signature = ''): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part(header)}.${part(payload)}.${signature}`
}

/** HS256 over a payload of exactly this text. */
function signText(payload: string): string {
  const input = [`{"alg":"HS256"}`, payload]
    .map(part => Buffer.from(part).toString('base64url'))
    .join('.')
  return `${input}.${createHmac('sha256', SECRET).update(input).digest('base64url')}`
}

function pemOf(key: KeyObject): string {
  const type = key.type === 'public' ? 'spki' : 'pkcs8'
  return key.export({ type, format: 'pem' } as never).toString()
}

test('a token says role and claims, and its claims text is what the issuer wrote', () => {
  const payload = '{"role":"web","id":12345678901234567890,"exp":99999999999}'
  const token = signText(payload)
  const identity = identityWith().identify(bearer(token)) as Identity
  expect(identity).toMatchObject({ role: 'web', anonymous: false, expiresAt: 99_999_999_999_000 })
  expect(identity.claimsText).toBe(payload)
  expect(identity.claims['role']).toBe('web')
})

test('the same token gives the same identity, so its text is made once', () => {
  const identity = identityWith()
  const token = sign({ role: 'web' })
  expect(identity.identify(bearer(token))).toBe(identity.identify(bearer(token)))
})

test('without a token the anonymous role asks', () => {
  expect(identityWith().identify({})).toEqual({
    role: 'anon',
    claims: { role: 'anon' },
    claimsText: '{"role":"anon"}',
    anonymous: true,
  })
})

test('without a token and an anonymous role the answer is PGRST302', () => {
  expect(() => identityWith({ anonRole: undefined }).identify({})).toThrow(
    expect.objectContaining({
      code: 'PGRST302',
      status: 401,
      message: 'Anonymous access is disabled',
      headers: { 'www-authenticate': 'Bearer' },
    }),
  )
})

test('a token without a role gets the anonymous one, with its claims', () => {
  const identity = identityWith().identify(bearer(sign({ sub: 'me' }))) as Identity
  expect(identity).toMatchObject({ role: 'anon', anonymous: true })
  expect(JSON.parse(identity.claimsText)).toEqual({ sub: 'me', role: 'anon' })
  const strict = identityWith({ anonRole: undefined })
  expect(() => strict.identify(bearer(sign({ sub: 'me' })))).toThrow('Anonymous access is disabled')
})

test('a token that names the anonymous role counts as anonymous: what it may not do answers 401', () => {
  expect(identityWith().identify(bearer(sign({ role: 'anon' })))).toMatchObject({ anonymous: true })
})

test('a role that is no text is taken as its JSON, an empty one as none', () => {
  const identity = identityWith()
  expect(identity.identify(bearer(sign({ role: 7 })))).toMatchObject({ role: '7' })
  expect(identity.identify(bearer(sign({ role: '' })))).toMatchObject({ role: 'anon' })
})

test("the role 'none' is refused, for it would be the role that logged in", () => {
  expect(() => identityWith().identify(bearer(sign({ role: 'none' })))).toThrow(
    expect.objectContaining({ code: 'PGRST303', status: 401 }),
  )
})

test('a token without a configured secret answers PGRST300', () => {
  const identity = identityWith({ secret: undefined })
  expect(() => identity.identify(bearer(sign({ role: 'web' })))).toThrow(
    expect.objectContaining({ code: 'PGRST300', status: 500, message: 'Server lacks JWT secret' }),
  )
  expect(identity.identify({})).toMatchObject({ role: 'anon' })
})

const MALFORMED: readonly [name: string, token: string, message: string, details: string | null][] =
  [
    ['an empty one', '', 'Empty JWT is sent in Authorization header', null],
    ['two parts', 'a.b', 'Expected 3 parts in JWT; got 2', null],
    ['five parts', 'a.b.c.d.e', 'Expected 3 parts in JWT; got 5', null],
    ['letters at random', 'quif.fonv.iuqv', 'JWT cryptographic operation failed', null],
    ['a header that is no object', 'MQ.MQ.MQ', 'JWT cryptographic operation failed', null],
    ['no algorithm', unsigned({}, {}, 'x'), 'JWT cryptographic operation failed', null],
    [
      'a part that is not base64url',
      `${sign({ role: 'web' }).split('.').slice(0, 2).join('.')}x=.AA`,
      'JWT cryptographic operation failed',
      null,
    ],
    [
      'an unknown algorithm',
      unsigned({ alg: 'HS1' }, { role: 'web' }, 'AA'),
      'No suitable key or wrong key type',
      'No suitable key was found to decode the JWT',
    ],
    [
      'another signature',
      sign({ role: 'web' }, `${SECRET}!`),
      'No suitable key or wrong key type',
      'None of the keys was able to decode the JWT',
    ],
    [
      'no signature',
      unsigned({ alg: 'HS256' }, { role: 'web' }),
      'No suitable key or wrong key type',
      'None of the keys was able to decode the JWT',
    ],
    [
      'a kid, when the secret has none',
      sign({ role: 'web' }, SECRET, 'HS256', 'k1'),
      'No suitable key or wrong key type',
      'No suitable key was found to decode the JWT',
    ],
  ]

test.each(MALFORMED)('a token with %s answers PGRST301', (_name, token, message, details) => {
  expect(() => identityWith().identify(bearer(token))).toThrow(
    expect.objectContaining({
      code: 'PGRST301',
      status: 401,
      message,
      details,
      headers: {
        'www-authenticate': `Bearer error="invalid_token", error_description="${message}"`,
      },
    }),
  )
})

test.each(['none', 'None', 'NONE', 'nOnE'])('alg %s is refused, signed or not', alg => {
  for (const signature of ['', 'AAAA', sign({ role: 'web' }).split('.')[2]]) {
    const token = unsigned({ alg }, { role: 'service_role' }, signature)
    expect(() => identityWith().identify(bearer(token))).toThrow(
      expect.objectContaining({
        code: 'PGRST301',
        message: 'Wrong or unsupported encoding algorithm',
        details: "JWT is unsecured but expected 'alg' was not 'none'",
      }),
    )
  }
})

test('a token signed with the text of the public key as HMAC secret is refused', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = pemOf(publicKey)
  const jwk = publicKey.export({ format: 'jwk' })
  const forged = [
    pem,
    pem.trim(),
    JSON.stringify(jwk),
    JSON.stringify({ keys: [jwk] }),
    jwk.n ?? '',
  ]
  for (const secret of [pem, JSON.stringify(jwk), JSON.stringify({ keys: [jwk] })]) {
    for (const key of forged) {
      const token = sign({ role: 'service_role' }, Buffer.from(key), 'HS256')
      expect(() => identityWith({ secret }).identify(bearer(token))).toThrow(
        expect.objectContaining({ code: 'PGRST301' }),
      )
    }
  }
})

test('a key whose JSON Web Key names an algorithm is used for no other', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const secret = JSON.stringify({ ...publicKey.export({ format: 'jwk' }), alg: 'RS256' })
  const identity = identityWith({ secret })
  const pem = pemOf(privateKey)
  expect(identity.identify(bearer(sign({ role: 'web' }, pem, 'RS256')))).toMatchObject({
    role: 'web',
  })
  expect(() => identity.identify(bearer(sign({ role: 'web' }, pem, 'PS256')))).toThrow(
    'No suitable key',
  )
})

test('an extension that a token calls critical is not skipped', () => {
  const sensitive = createSigner({
    key: SECRET,
    header: { alg: 'HS256', crit: ['b64'], b64: false },
  })
  const token = sensitive({ role: 'web' })
  expect(() => identityWith().identify(bearer(token))).toThrow('JWT cryptographic operation failed')
})

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const curve = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve })
const PAIRS: readonly [Algorithm, { publicKey: KeyObject; privateKey: KeyObject }][] = [
  ['RS256', rsa],
  ['RS384', rsa],
  ['RS512', rsa],
  ['PS256', rsa],
  ['PS384', rsa],
  ['PS512', rsa],
  ['ES256', curve('P-256')],
  ['ES384', curve('P-384')],
  ['ES512', curve('P-521')],
  ['EdDSA', generateKeyPairSync('ed25519')],
]

test.each(PAIRS)('%s is accepted by PEM, JWK, JWKS and their base64', (algorithm, pair) => {
  const jwk = JSON.stringify(pair.publicKey.export({ format: 'jwk' }))
  const forms = [pemOf(pair.publicKey), pemOf(pair.privateKey), jwk, `{"keys":[${jwk}]}`]
  const token = sign({ role: 'web' }, pemOf(pair.privateKey), algorithm)
  for (const secret of forms) {
    expect(identityWith({ secret }).identify(bearer(token))).toMatchObject({ role: 'web' })
    const encoded = Buffer.from(secret).toString('base64')
    expect(
      identityWith({ secret: encoded, secretIsBase64: true }).identify(bearer(token)),
    ).toMatchObject({ role: 'web' })
  }
})

test.each(['HS256', 'HS384', 'HS512'] as const)('%s is accepted by a text or an oct key', alg => {
  const token = sign({ role: 'web' }, SECRET, alg)
  const k = Buffer.from(SECRET).toString('base64url')
  for (const secret of [SECRET, JSON.stringify({ kty: 'oct', k })]) {
    expect(identityWith({ secret }).identify(bearer(token))).toMatchObject({ role: 'web' })
  }
})

test('a token that names a key is checked with that one, others with every key', () => {
  const [one, two] = [curve('P-256'), curve('P-256')]
  const jwk = (pair: typeof one, kid: string) => ({
    ...pair.publicKey.export({ format: 'jwk' }),
    kid,
  })
  const secret = JSON.stringify({ keys: [jwk(one, 'k1'), jwk(two, 'k2')] })
  const identity = identityWith({ secret })
  const signed = (kid?: string) =>
    bearer(sign({ role: 'web' }, pemOf(two.privateKey), 'ES256', kid))
  expect(identity.identify(signed('k2'))).toMatchObject({ role: 'web' })
  expect(identity.identify(signed())).toMatchObject({ role: 'web' })
  expect(() => identity.identify(signed('k1'))).toThrow(
    expect.objectContaining({ details: 'None of the keys was able to decode the JWT' }),
  )
  expect(() => identity.identify(signed('k3'))).toThrow(
    expect.objectContaining({ details: 'No suitable key was found to decode the JWT' }),
  )
})

test('claims that are no object answer PGRST303', () => {
  const token = signText('[1]')
  expect(() => identityWith().identify(bearer(token))).toThrow(
    expect.objectContaining({ code: 'PGRST303', message: 'Parsing claims failed' }),
  )
})

test('a remembered token is refused from the moment it expires, and accepted from the moment it begins', () => {
  let epochMs = 1_000_000_000_000
  const clock = { ...systemClock, epochMs: () => epochMs }
  const identity = createIdentity(
    { secret: SECRET, leewayMs: 0 },
    { clock, observe: () => undefined },
  )
  const token = bearer(sign({ role: 'web', nbf: 1_000_000_010, exp: 1_000_000_020 }))
  expect(() => identity.identify(token)).toThrow('JWT not yet valid')
  epochMs += 10_000
  expect(identity.identify(token)).toMatchObject({ role: 'web' })
  epochMs += 10_000
  expect(identity.identify(token)).toMatchObject({ role: 'web' })
  epochMs += 1_000
  expect(() => identity.identify(token)).toThrow(
    expect.objectContaining({ code: 'PGRST303', message: 'JWT expired', status: 401 }),
  )
})

test('Bearer may be written in any case, other schemes identify nobody', () => {
  const identity = identityWith()
  const token = sign({ role: 'web', exp: now() + 60 })
  for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
    expect(identity.identify({ authorization: `${scheme}  ${token}` })).toMatchObject({
      role: 'web',
    })
  }
  for (const authorization of ['Basic YTpi', 'Bearerx', '']) {
    expect(identity.identify({ authorization })).toMatchObject({ role: 'anon' })
  }
  expect(() => identity.identify({ authorization: 'Bearer' })).toThrow('Empty JWT')
})

test('an apikey identifies when it is a token and there is no Authorization', () => {
  const identity = identityWith()
  const [web, service] = [sign({ role: 'web' }), sign({ role: 'service' })]
  expect(identity.identify({ apikey: web })).toMatchObject({ role: 'web' })
  expect(identity.identify({ apikey: web, ...bearer(service) })).toMatchObject({ role: 'service' })
  expect(identity.identify({ apikey: 'sb_publishable_123' })).toMatchObject({ role: 'anon' })
  expect(() => identity.identify({ apikey: `${web}x` })).toThrow('No suitable key')
})

test('nothing is remembered when the cache is switched off', () => {
  const identity = identityWith({ cacheEntriesMax: 0 })
  const token = bearer(sign({ role: 'web' }))
  expect(identity.identify(token)).not.toBe(identity.identify(token))
})

test('a remembered token is checked again after the lifetime of what is remembered', () => {
  let time = 0
  const parts = { clock: { ...systemClock, now: () => time }, observe: () => undefined }
  const identity = createIdentity({ secret: SECRET, cacheLifetimeMs: 1_000 }, parts)
  const token = bearer(sign({ role: 'web' }))
  const first = identity.identify(token)
  time = 999
  expect(identity.identify(token)).toBe(first)
  time = 1_000
  const second = identity.identify(token)
  expect(second).not.toBe(first)
  expect(second).toEqual(first)
  time = 1_999
  expect(identity.identify(token)).toBe(second)
})

test('with a lifetime of 0 nothing is remembered', () => {
  const identity = identityWith({ cacheLifetimeMs: 0 })
  const token = bearer(sign({ role: 'web' }))
  expect(identity.identify(token)).not.toBe(identity.identify(token))
})
