import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { type Algorithm, createVerifier } from 'fast-jwt'
import { UnusableKeyError } from './errors.ts'

/** A key that signatures are checked with, and the algorithms it may be used for: fixed here, never by a token. */
export interface VerificationKey {
  readonly kid: string | undefined
  readonly algorithms: readonly Algorithm[]
  /** Throws fast-jwt's error unless this key made the signature. Dates and audience are judged elsewhere. */
  readonly verify: (token: string) => unknown
}

export interface KeyRules {
  readonly isBase64: boolean
  /** False for keys from a URL: whoever can fetch a secret can sign with it. */
  readonly allowSecret: boolean
}

/**
 * Keys from the text of `jwt.secret` or of the file it names. A public key never becomes a secret: text that begins like
 * JSON or PEM must be a usable key of that kind. Throws ST010.
 */
export function readKeys(text: string, rules: KeyRules): readonly VerificationKey[] {
  const bytes = secretBytes(text, rules.isBase64)
  const content = bytes.toString('utf8').trim()
  if (/^[{[]/.test(content)) return readJwks(content, rules)
  if (content.includes('-----BEGIN')) return [publicKey(importPem(content))]
  if (KEY_TRACES.test(content)) throw new UnusableKeyError(...BROKEN_KEY)
  if (!rules.allowSecret) throw new UnusableKeyError('the URL did not answer a JSON Web Key Set')
  return [secretKey(bytes)]
}

/** What only a key has: of PEM the dashes, of JSON Web Keys a member. Without its beginning it would pass for a secret. */
const KEY_TRACES = /^-----|-----END |"(?:kty|keys)"\s*:/
const BROKEN_KEY = [
  'it looks like a key in PEM or a JSON Web Key, but its beginning is damaged',
  'Take the whole of it, from -----BEGIN to -----END, or from { to }.',
] as const

/** The bytes that the setting stands for. */
export function secretBytes(text: string, isBase64: boolean): Buffer {
  if (!isBase64) return Buffer.from(text)
  const trimmed = text.trim()
  if (!/^[\w+/-]+[=.]*$/.test(trimmed)) {
    throw new UnusableKeyError(
      'it is not base64',
      'Set jwt.secretIsBase64 to false for a plain secret.',
    )
  }
  return Buffer.from(trimmed, 'base64') // It takes the URL's alphabet as well.
}

function readJwks(text: string, rules: KeyRules): readonly VerificationKey[] {
  const keys = jwksOf(text).flatMap(jwk => readJwk(jwk, rules) ?? [])
  if (keys.length === 0) {
    const hint =
      'Usable are signature keys of the types RSA, EC (P-256, P-384, P-521), OKP (Ed25519, Ed448) and oct.'
    throw new UnusableKeyError('it holds no key that can check a signature', hint)
  }
  return keys
}

/** The members of a JSON Web Key Set, or the one key. */
export function jwksOf(text: string): readonly JsonWebKey[] {
  const hint = 'A secret that begins with a brace must be given as base64, with jwt.secretIsBase64.'
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null) {
    throw new UnusableKeyError(
      'it begins like JSON, but is not a JSON Web Key or a set of them',
      hint,
    )
  }
  const members: unknown = 'keys' in value ? value.keys : value
  return (Array.isArray(members) ? members : [members]).filter(isJwk)
}

function isJwk(value: unknown): value is JsonWebKey {
  return typeof value === 'object' && value !== null && 'kty' in value
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Undefined for a key of another use or of an unknown type: a set may hold such (RFC 7517, section 5). */
function readJwk(jwk: JsonWebKey, rules: KeyRules): VerificationKey | undefined {
  const { kty, kid, use, alg } = jwk
  if (use === 'enc' || (kty === 'oct' && !rules.allowSecret)) return undefined
  const key = kty === 'oct' ? secretJwk(jwk) : importJwk(jwk)
  if (key === undefined) return undefined
  const algorithms = key.algorithms.filter(algorithm => alg === undefined || alg === algorithm)
  if (algorithms.length === 0) return undefined
  return { ...key, kid: typeof kid === 'string' ? kid : undefined, algorithms }
}

/** RFC 7518, section 6.4: the secret is the member `k`. */
function secretJwk({ k }: JsonWebKey): VerificationKey {
  if (typeof k === 'string') return secretKey(Buffer.from(k, 'base64url'))
  throw new UnusableKeyError(
    "a JSON Web Key of the type oct has no 'k'",
    'Put the secret, as base64url, under "k": {"kty":"oct","k":"…"}.',
  )
}

function importJwk(jwk: JsonWebKey): VerificationKey | undefined {
  const key = attempt(() => createPublicKey({ key: jwk, format: 'jwk' }))
  return key && algorithmsOf(key).length > 0 ? publicKey(key) : undefined
}

/** A public key, a certificate, or the private key that the public one follows from. */
function importPem(pem: string): KeyObject {
  const key = attempt(() => createPublicKey(pem))
  if (key === undefined) throw new UnusableKeyError('it begins like PEM, but holds no readable key')
  if (algorithmsOf(key).length === 0) {
    throw new UnusableKeyError(`its type (${key.asymmetricKeyType}) or size is not supported`)
  }
  return key
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

function publicKey(key: KeyObject): VerificationKey {
  const pem = key.export({ type: 'spki', format: 'pem' }).toString()
  return verificationKey(pem, algorithmsOf(key))
}

/** RFC 7518, section 3.2: a key for HS256 is not shorter than 256 bits. */
function secretKey(secret: Buffer): VerificationKey {
  if (secret.length < 32) {
    throw new UnusableKeyError(
      `a secret must be at least 32 bytes long, not ${secret.length}`,
      'Make one with: openssl rand -base64 48',
    )
  }
  return verificationKey(secret, ['HS256', 'HS384', 'HS512'])
}

function verificationKey(key: string | Buffer, algorithms: readonly Algorithm[]): VerificationKey {
  const verify = createVerifier({
    key,
    algorithms: [...algorithms],
    cache: false,
    ignoreExpiration: true,
    ignoreNotBefore: true,
  })
  return { kid: undefined, algorithms, verify }
}

/** What a key may be used for; empty when no supported algorithm uses it. */
export function algorithmsOf(key: KeyObject): readonly Algorithm[] {
  const { asymmetricKeyType: type = '', asymmetricKeyDetails: details } = key
  if (type === 'rsa' && (details?.modulusLength ?? 0) < RSA_BITS_MIN) return []
  return ALGORITHMS[type === 'ec' ? `ec ${details?.namedCurve}` : type] ?? []
}

/** RFC 7518, section 3.3. */
const RSA_BITS_MIN = 2048

/** By key type, for elliptic curves with the name that OpenSSL gives the curve. */
const ALGORITHMS: Readonly<Record<string, readonly Algorithm[]>> = {
  rsa: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  'ec prime256v1': ['ES256'],
  'ec secp384r1': ['ES384'],
  'ec secp521r1': ['ES512'],
  ed25519: ['EdDSA'],
  ed448: ['EdDSA'],
}
