import { readFileSync } from 'node:fs'
import { option } from '../../../base/index.ts'
import { SECURITY_CHECKS, type SecuritySettings } from '../../../capabilities/security/index.ts'
import { type JwtRules, secretIn } from '../identity/index.ts'

/** The options that it follows from. */
export interface SecretOptions {
  readonly security: Pick<SecuritySettings, 'secret'>
  readonly jwt: Pick<JwtRules, 'secret' | 'secretIsBase64'>
}

/** What fingerprints and the key of the record come from. Undefined: a random one for each process. Throws ST001. */
export function securitySecret({ security: { secret }, jwt }: SecretOptions): string | undefined {
  if (secret === undefined) return secretIn(jwt)
  if (!secret.startsWith('@')) return secret
  const path = secret.slice(1)
  const content = contentOf(path)
  // A file that holds less, or nothing, must not pass for a secret.
  if (content === undefined || content.length < SECRET_LENGTH_MIN) {
    const source = `the file '${path}', which cannot be read or holds less`
    throw new option.OptionError('security.secret', SECURITY_CHECKS.secret, secret, source)
  }
  return content
}

const SECRET_LENGTH_MIN = 16

/** A text file ends with a line break, which is no part of the secret. */
function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch {
    return undefined
  }
}
