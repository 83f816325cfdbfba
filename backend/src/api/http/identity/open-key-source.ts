import { createFetchedKeys } from './fetched-keys.ts'
import { createFileKeys } from './file-keys.ts'
import type { KeySource, KeySourceParts } from './key-source.ts'
import { jwksOf, readKeys, secretBytes, type VerificationKey } from './keys.ts'
import type { JwtRules } from './options.ts'
import { readSecretFile } from './secret-file.ts'

/**
 * The source that `jwt.secret` describes: itself, `@` a file, or a URL. A secret or file that cannot be used throws
 * ST010 at once; a URL is fetched in the background.
 */
export function openKeySource(secret: string, rules: JwtRules, parts: KeySourceParts): KeySource {
  if (secret.startsWith('@')) return createFileKeys(secret.slice(1), rules, parts)
  if (isUrl(secret)) return createFetchedKeys(secret, rules, parts)
  return fixedKeys(readKeys(secret, { isBase64: rules.secretIsBase64, allowSecret: true }))
}

/** Throws ST010 when the secret, or what its file holds, cannot be used. A URL is not asked. */
export function checkSecret({
  secret,
  secretIsBase64,
}: Pick<JwtRules, 'secret' | 'secretIsBase64'>): void {
  if (secret === undefined || isUrl(secret)) return
  const text = secret.startsWith('@') ? readSecretFile(secret.slice(1)) : secret
  readKeys(text, { isBase64: secretIsBase64, allowSecret: true })
}

/** `jwt.secret`, where it is a secret itself: nobody can guess it, and all processes that check the same tokens have it. */
export function secretIn({
  secret,
  secretIsBase64,
}: Pick<JwtRules, 'secret' | 'secretIsBase64'>): string | undefined {
  if (secret === undefined || secret.startsWith('@') || isUrl(secret)) return undefined
  const content = secretBytes(secret, secretIsBase64).toString('utf8').trim()
  if (content.includes('-----BEGIN')) return undefined
  const isJson = /^[{[]/.test(content)
  return !isJson || jwksOf(content).some(({ k }) => k !== undefined) ? secret : undefined
}

function isUrl(secret: string): boolean {
  return /^https?:\/\//.test(secret)
}

function fixedKeys(keys: readonly VerificationKey[]): KeySource {
  return { keys, renew: () => undefined, reload: async () => {}, close: () => {} }
}
