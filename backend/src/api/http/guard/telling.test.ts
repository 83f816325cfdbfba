import { expect, test } from 'vitest'
import { ClaimsError, type Identity } from '../identity/index.ts'
import { failureOf, passedOf } from './telling.ts'

test('what has expired is old; what is only issued in the future is told of', () => {
  expect(failureOf(new ClaimsError('JWT expired'))).toEqual({
    kind: 'auth.failed',
    reason: 'expired',
  })
  expect(failureOf(new ClaimsError('JWT issued at future'))).toEqual({
    kind: 'auth.tampered',
    reason: 'future',
  })
})

const NOW_MS = 10_000_000
const identity = (claims: Identity['claims'], expiresAt?: number): Identity => ({
  ...{ role: 'clerk', claims, claimsText: '', anonymous: false },
  ...(expiresAt === undefined ? {} : { expiresAt }),
})

test.each([
  [identity({ iss: 'https://auth', iat: 1_000 }, 4_600_000), 'https://auth', 3_600_000],
  [identity({ iat: 1_000 }), undefined, 9_000_000],
  [identity({ iss: 7, iat: 1_000 }, 1_000_000), undefined, 0],
])(
  'of who is let in it is told who has issued the token, and for how long',
  (one, issuer, life) => {
    expect(passedOf(one, NOW_MS)).toEqual({ kind: 'auth.passed', issuer, tokenLifeMs: life })
  },
)

test('a token that does not say since when tells nothing of that', () => {
  expect(passedOf(identity({ iss: 'https://auth' }), NOW_MS)).toEqual({ kind: 'auth.passed' })
})
