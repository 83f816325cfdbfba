import { readFileSync } from 'node:fs'
import { UnusableKeyError } from './errors.ts'

/** The secret or keys that a file holds. Throws ST010. */
export function readSecretFile(path: string): string {
  try {
    return withoutLineBreak(readFileSync(path, 'utf8'))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const hint = 'After the @ stands its path, absolute or from where the server is started.'
    throw new UnusableKeyError(`the file '${path}' cannot be read (${reason})`, hint, cause)
  }
}

/** A text file ends with a line break, which is no part of the secret. */
export function withoutLineBreak(text: string): string {
  return text.replace(/\r?\n$/, '')
}
