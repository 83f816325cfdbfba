import { createHash } from 'node:crypto'
import type { Rule } from '../rule.ts'
import { Entry } from './entry.ts'

/** All counters have one tag, so that they are in one slot of a Redis Cluster: one script touches those of several rules. */
export const PREFIX = 'limits:{all}:'
const KEY_LENGTH_MAX = 128

/** What this process knows of the counters of one rule: of at most so many, those used lately. */
export class Table {
  rule: Rule
  readonly entries = new Map<string, Entry>()
  readonly #prefix: string

  constructor(rule: Rule) {
    this.rule = rule
    this.#prefix = `${PREFIX}${digest(rule.identity).slice(0, 10)}:`
  }

  find(key: string, entriesMax: number): Entry {
    const known = this.entries.get(key)
    if (known !== undefined) {
      if (!known.isUsed) known.isUsed = true
      return known
    }
    if (this.entries.size >= entriesMax) this.#evict()
    const short = key.length > KEY_LENGTH_MAX ? digest(key) : key
    const entry = new Entry(this.#prefix + short, key)
    this.entries.set(key, entry)
    return entry
  }

  follow(rule: Rule): void {
    this.rule = rule
    for (const entry of this.entries.values()) entry.deniedUntil = 0
  }

  /** The first, in order of arrival, that was not asked for since it was last passed over. */
  #evict(): void {
    for (const [key, entry] of this.entries) {
      this.entries.delete(key)
      if (!entry.isUsed) return
      entry.isUsed = false
      this.entries.set(key, entry) // Once more around; the loop comes to it again.
    }
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
