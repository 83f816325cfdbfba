/** Names of the claims that something in the plan can read, in order; `all`: the whole text of the claims, whatever is in it. */
export type ClaimsRead = 'none' | 'all' | readonly string[]

/**
 * The claims of one caller, as far as they decide about answers. Make it once for each identity: what a key needs of them
 * is remembered here.
 */
export class Claims {
  readonly #text: string
  #values: ReadonlyMap<string, string> | undefined
  /** By the very list, which a plan has for all of its requests; a list that is gone takes its part along. */
  readonly #parts = new WeakMap<readonly string[], string>()

  /** `text`: what `request.jwt.claims` will be. */
  constructor(text: string) {
    this.#text = text
  }

  /**
   * The part of a key that stands for the claims read. It holds values as they are written, since `->>` answers the text of
   * a number or an object as it is: two texts of one value are two parts.
   */
  part(read: ClaimsRead): string {
    if (read === 'none') return ''
    if (read === 'all') return this.#text
    let part = this.#parts.get(read)
    if (part === undefined) {
      part = this.#write(read)
      this.#parts.set(read, part)
    }
    return part
  }

  #write(names: readonly string[]): string {
    this.#values ??= STRANGE.test(this.#text) ? undefined : membersOf(this.#text)
    const values = this.#values
    if (values === undefined) return `!${this.#text}`
    return names.map(name => partOf(values.get(name))).join('')
  }
}

/**
 * What `jsonb` refuses though it is JSON: a claim that nobody reads would then decide whether there is an answer at all, so
 * that all of the text counts.
 */
const STRANGE = /\\u(?:0000|d[89a-f])|\d[eE][+-]?\d{4}/i

function partOf(value: string | undefined): string {
  return value === undefined ? '-' : `${value.length}:${value}`
}

/** Strings, what opens and closes, and everything between. */
const PIECE = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^"[\]{},:]+/gy

/**
 * The members of a JSON object by name, each value as it is written, the last of equal names. Undefined for any other text.
 */
export function membersOf(text: string): ReadonlyMap<string, string> | undefined {
  if (!isObject(text)) return undefined
  const members = new Map<string, string>()
  let depth = 0
  let name: string | undefined
  let start = 0
  for (const { 0: piece, index } of text.matchAll(PIECE)) {
    if (depth === 1) {
      if (name === undefined) name = nameOf(piece)
      else if (piece === ':') start = index + 1
      else if (ENDS.has(piece)) {
        members.set(name, text.slice(start, index).trim())
        name = undefined
      }
    }
    depth += DEPTHS.get(piece) ?? 0
  }
  return members
}

const ENDS: ReadonlySet<string> = new Set([',', '}'])
const DEPTHS: ReadonlyMap<string, number> = new Map([
  ['{', 1],
  ['[', 1],
  ['}', -1],
  [']', -1],
])

function nameOf(piece: string): string | undefined {
  return piece.startsWith('"') ? (JSON.parse(piece) as string) : undefined
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
