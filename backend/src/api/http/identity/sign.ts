import { createPrivateKey, type KeyObject } from 'node:crypto'
import { type Algorithm, createSigner } from 'fast-jwt'
import { UnusableKeyError } from './errors.ts'
import { algorithmsOf, jwksOf, readKeys, secretBytes } from './keys.ts'
import type { JwtOptions } from './options.ts'
import { readSecretFile } from './secret-file.ts'

interface SigningKey {
  readonly key: string | Buffer
  readonly algorithm: Algorithm
  readonly kid?: string
}

/**
 * A token with these claims, signed with `jwt.secret`: for development, tests and one's own services. The secret must be
 * a text (HS256), a private key in PEM or a private JSON Web Key. Throws ST010 when it cannot sign.
 */
export function signToken(
  claims: Readonly<Record<string, unknown>>,
  { secret, secretIsBase64 = false }: Pick<JwtOptions, 'secret' | 'secretIsBase64'>,
): string {
  const { key, algorithm, kid } = signingKey(secret, secretIsBase64)
  const sign = createSigner({
    key,
    algorithm,
    noTimestamp: claims['iat'] === undefined, // It would take away ours too.
    ...(kid !== undefined && { kid }),
  })
  return sign({ ...claims })
}

function signingKey(secret: string | undefined, isBase64: boolean): SigningKey {
  if (secret === undefined) {
    throw new UnusableKeyError(
      'it is not set',
      'Give the secret that the server checks tokens with.',
    )
  }
  if (/^https?:\/\//.test(secret)) throw new UnusableKeyError('a URL gives public keys only')
  const text = secret.startsWith('@') ? readSecretFile(secret.slice(1)) : secret
  readKeys(text, { isBase64, allowSecret: true }) // What checks nothing shall sign nothing.
  const bytes = secretBytes(text, isBase64)
  const content = bytes.toString('utf8').trim()
  if (/^[{[]/.test(content)) return firstPrivateJwk(content)
  if (content.includes('-----BEGIN')) return privateKey(() => createPrivateKey(content))
  return { key: bytes, algorithm: 'HS256' }
}

function firstPrivateJwk(text: string): SigningKey {
  const jwk = jwksOf(text).find(({ d, k }) => d !== undefined || k !== undefined)
  if (jwk === undefined) throw new UnusableKeyError('it holds public keys only, which sign nothing')
  const { kid, k } = jwk
  const named = typeof kid === 'string' ? { kid } : {}
  if (k !== undefined) return { key: Buffer.from(k, 'base64url'), algorithm: 'HS256', ...named }
  return { ...privateKey(() => createPrivateKey({ key: jwk, format: 'jwk' })), ...named }
}

function privateKey(read: () => KeyObject): SigningKey {
  const key = readPrivate(read)
  const [algorithm] = algorithmsOf(key)
  if (algorithm === undefined) throw new UnusableKeyError('its type is not supported')
  return { key: key.export({ type: 'pkcs8', format: 'pem' }).toString(), algorithm }
}

function readPrivate(read: () => KeyObject): KeyObject {
  try {
    return read()
  } catch (cause) {
    throw new UnusableKeyError('it holds public keys only, which sign nothing', undefined, cause)
  }
}
