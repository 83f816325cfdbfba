import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { systemClock } from '../../../base/index.ts'
import { createIdentity } from './identity.ts'
import { signToken } from './sign.ts'

const directory = mkdtempSync(join(tmpdir(), 'stier-sign-'))
afterAll(() => rmSync(directory, { recursive: true }))

const text = 'a secret that is long enough for HS256'
const file = join(directory, 'secret')
writeFileSync(file, `${text}\n`)
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'k1' }
const publicJwk = publicKey.export({ format: 'jwk' })
const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
const oct = { kty: 'oct', kid: 'o1', k: Buffer.from(text).toString('base64url') }

test.each([
  ['a text', text, false],
  ['a file', `@${file}`, false],
  ['base64', Buffer.from(text).toString('base64'), true],
  ['a private key in PEM', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), false],
  ['a private JSON Web Key', JSON.stringify(jwk), false],
  ['a set with a private key', JSON.stringify({ keys: [publicJwk, jwk] }), false],
  ['an oct key', JSON.stringify(oct), false],
])('what %s signs, the same secret accepts', (_name, secret, secretIsBase64) => {
  const token = signToken({ role: 'web', sub: 'me' }, { secret, secretIsBase64 })
  const parts = { clock: systemClock, observe: () => undefined }
  const identity = createIdentity({ secret, secretIsBase64 }, parts)
  expect(identity.identify({ apikey: token })).toMatchObject({
    role: 'web',
    claims: { role: 'web', sub: 'me' },
  })
})

test.each([
  ['nothing', undefined, 'it is not set'],
  ['a URL', 'https://issuer.example/jwks.json', 'a URL gives public keys only'],
  ['a short text', 'short', 'at least 32 bytes'],
  ['a public key in PEM', publicPem, 'public keys only'],
  ['a public JSON Web Key', JSON.stringify(publicJwk), 'public keys only'],
])('%s signs nothing', (_name, secret, problem) => {
  expect(() => signToken({ role: 'web' }, { secret })).toThrow(
    expect.objectContaining({ code: 'ST010', message: expect.stringContaining(problem) }),
  )
})
