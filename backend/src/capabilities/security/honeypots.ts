import type { SecurityEvent } from './types.ts'

/**
 * Names that nobody has a reason to ask for, and credentials that nobody has a reason to show (`key:` and the text). A name without
 * its schema means that of every schema.
 */
export class Honeypots {
  readonly #names: ReadonlySet<string>
  readonly #hashes: ReadonlySet<number>

  constructor(names: readonly string[], fingerprint: (secret: string) => number) {
    const isKey = (name: string): boolean => name.startsWith('key:')
    this.#names = new Set(names.filter(name => !isKey(name)))
    this.#hashes = new Set(names.filter(isKey).map(name => fingerprint(name.slice(4))))
  }

  get isEmpty(): boolean {
    return this.#names.size === 0 && this.#hashes.size === 0
  }

  isTouched({ name, route, key, tokenHash, credentialHash }: SecurityEvent): boolean {
    if (this.#names.size > 0 && (this.#has(name) || this.#has(key) || this.#has(route))) return true
    if (this.#hashes.size === 0) return false
    return this.#hashes.has(tokenHash ?? -1) || this.#hashes.has(credentialHash ?? -1)
  }

  #has(name: string | undefined): boolean {
    if (name === undefined) return false
    return this.#names.has(name) || this.#names.has(name.slice(name.indexOf('.') + 1))
  }
}
