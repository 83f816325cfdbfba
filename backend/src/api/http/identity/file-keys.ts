import { readFile } from 'node:fs/promises'
import { readSecretFile, withoutLineBreak } from './secret-file.ts'
import type { KeySource, KeySourceParts } from './key-source.ts'
import { readKeys } from './keys.ts'
import type { JwtRules } from './options.ts'

/** Keys from a file. It is read at once, so that a wrong path stops the start, and again at each reload. */
export function createFileKeys(path: string, rules: JwtRules, parts: KeySourceParts): KeySource {
  const keysOf = (text: string) =>
    readKeys(text, { isBase64: rules.secretIsBase64, allowSecret: true })
  let text = readSecretFile(path)
  let keys = keysOf(text)

  async function reload(): Promise<void> {
    try {
      const renewed = withoutLineBreak(await readFile(path, 'utf8'))
      const renewedKeys = keysOf(renewed)
      const changed = renewed !== text
      text = renewed
      keys = renewedKeys
      if (changed) parts.onChange()
      parts.observe({ kind: 'identity.keys-loaded', from: path, keys: keys.length, changed })
    } catch (error) {
      parts.observe({ kind: 'identity.keys-failed', from: path, error: asError(error) })
    }
  }

  return {
    get keys() {
      return keys
    },
    renew: () => undefined,
    reload,
    close: () => {},
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
