import { createFetchedKeys } from './fetched-keys.ts'
import { createFileKeys } from './file-keys.ts'
import type { KeySource, KeySourceParts } from './key-source.ts'
import { readKeys, type VerificationKey } from './keys.ts'
import type { JwtRules } from './options.ts'

/**
 * The source that `jwt.secret` describes: itself, `@` a file, or a URL. A secret or file that cannot be used throws
 * ST010 at once; a URL is fetched in the background.
 */
export function openKeySource(secret: string, rules: JwtRules, parts: KeySourceParts): KeySource {
  if (secret.startsWith('@')) return createFileKeys(secret.slice(1), rules, parts)
  if (/^https?:\/\//.test(secret)) return createFetchedKeys(secret, rules, parts)
  return fixedKeys(readKeys(secret, { isBase64: rules.secretIsBase64, allowSecret: true }))
}

function fixedKeys(keys: readonly VerificationKey[]): KeySource {
  return { keys, renew: () => undefined, reload: async () => {}, close: () => {} }
}
