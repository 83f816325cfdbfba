import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../../tests/support/folder.ts'
import { securitySecret } from './secret.ts'

const LONG = 'a secret text of more than 32 bytes'
const JWK = '{"kty":"oct","k":"YSBzZWNyZXQgdGV4dCBvZiBtb3JlIHRoYW4gMzIgYnl0ZXM"}'

interface Given {
  readonly own?: string
  readonly jwt?: string
}

function secretOf({ own, jwt }: Given): string | undefined {
  return securitySecret({
    security: { secret: own },
    jwt: { secret: jwt, secretIsBase64: false },
  })
}

test.each([
  ['itself', { own: LONG, jwt: JWK }, LONG],
  ['made from the secret of tokens', { jwt: LONG }, LONG],
  ['made from a secret key', { jwt: JWK }, JWK],
  ['random: nothing is there', {}, undefined],
  ['random: a file may be another one later', { jwt: '@/no/file' }, undefined],
  ['random: everybody knows a URL', { jwt: 'https://a.example/jwks' }, undefined],
  [
    'random: everybody may know a public key',
    { jwt: '{"kty":"OKP","crv":"Ed25519","x":"AAAA"}' },
    undefined,
  ],
  ['random: so is PEM', { jwt: '-----BEGIN PUBLIC KEY-----' }, undefined],
])('the secret is %s', (_, flags, expected) => {
  expect(secretOf(flags)).toBe(expected)
})

test('a file has it, and must have enough of it', () => {
  const path = join(temporaryFolder('secret'), 'secret')
  writeFileSync(path, `${LONG}\n`)
  expect(secretOf({ own: `@${path}` })).toBe(LONG)
  writeFileSync(path, 'short\n')
  expect(() => secretOf({ own: `@${path}` })).toThrow(/security\.secret must be/)
  expect(() => secretOf({ own: '@/no/file' })).toThrow(/not shown/)
})
