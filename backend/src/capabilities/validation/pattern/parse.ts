import { ANY, CLASSES, type CharSet, complement, IN_LINE, single, union } from './char-set.ts'

/** A regular expression, as far as it matters for how long it takes. */
export type Pattern =
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'sequence'; readonly items: readonly Pattern[] }
  | { readonly kind: 'choice'; readonly options: readonly Pattern[] }
  | { readonly kind: 'repeat'; readonly item: Pattern; readonly min: number; readonly max: number }
  /** `^`, `$`, `\b`, `\B`: takes no character. */
  | { readonly kind: 'assertion'; readonly isStart: boolean }
  | { readonly kind: 'lookahead'; readonly item: Pattern }

/** It has something whose cost is not judged here. */
export class UnjudgedError extends Error {}

/** Reads a pattern that `new RegExp(source, 'u')` takes. Throws `UnjudgedError` for references and for looking behind. */
export function parsePattern(source: string): Pattern {
  return new Reader(source).choice()
}

const HEX = /[\da-fA-F]+/y
const COUNT = /\{(\d+)(,?)(\d*)\}\??/y
const PROPERTY = /\\[pP]\{[^}]*\}/y
const GROUP = /\(\?(?:[:=!]|<[^=!>][^>]*>)/y

class Reader {
  private at = 0
  private readonly source: string

  constructor(source: string) {
    this.source = source
  }

  choice(): Pattern {
    const options = [this.sequence()]
    while (this.takes('|')) options.push(this.sequence())
    const [only] = options
    return options.length === 1 && only !== undefined ? only : { kind: 'choice', options }
  }

  private sequence(): Pattern {
    const items: Pattern[] = []
    while (this.at < this.source.length && !this.isAt('|') && !this.isAt(')')) {
      items.push(this.repeated(this.atom()))
    }
    return { kind: 'sequence', items }
  }

  private repeated(item: Pattern): Pattern {
    const [min, max] = this.count() ?? []
    if (min === undefined || max === undefined) return item
    return { kind: 'repeat', item, min, max }
  }

  private count(): readonly [number, number] | undefined {
    const simple = SIMPLE_COUNTS.get(this.source[this.at] ?? '')
    if (simple !== undefined) {
      this.at++
      this.takes('?')
      return simple
    }
    const match = this.match(COUNT)
    if (match === undefined) return undefined
    const [, low = '', comma, high] = match
    const min = Number(low)
    if (comma === '') return [min, min]
    return [min, high === '' ? Number.POSITIVE_INFINITY : Number(high)]
  }

  private atom(): Pattern {
    const character = this.source[this.at]
    switch (character) {
      case '(':
        return this.group()
      case '[':
        return { kind: 'set', set: this.bracket() }
      case '^':
      case '$':
        this.at++
        return { kind: 'assertion', isStart: character === '^' }
      case '.':
        this.at++
        return { kind: 'set', set: IN_LINE }
      case '\\':
        return this.escaped()
      default:
        return { kind: 'set', set: single(this.codePoint()) }
    }
  }

  private group(): Pattern {
    const opening = this.match(GROUP)?.[0]
    if (opening === undefined && !this.takes('(')) throw new UnjudgedError('a group')
    if (opening === undefined && this.isAt('?')) throw new UnjudgedError('looking behind, or flags')
    const item = this.choice()
    this.takes(')')
    const looks = opening === '(?=' || opening === '(?!'
    return looks ? { kind: 'lookahead', item } : item
  }

  private escaped(): Pattern {
    const letter = this.source[this.at + 1] ?? ''
    if (letter === 'b' || letter === 'B') {
      this.at += 2
      return { kind: 'assertion', isStart: false }
    }
    if (/[1-9k]/.test(letter)) throw new UnjudgedError('a reference to a group')
    return { kind: 'set', set: this.escape() }
  }

  /** `[…]` */
  private bracket(): CharSet {
    this.at++
    const isNegated = this.takes('^')
    const sets: CharSet[] = []
    while (!this.isAt(']')) sets.push(this.range())
    this.at++
    return isNegated ? complement(union(sets)) : union(sets)
  }

  private range(): CharSet {
    const low = this.member()
    const isRange = this.isAt('-') && this.source[this.at + 1] !== ']'
    if (!isRange) return low
    this.at++
    const high = this.member()
    return [[low[0]?.[0] ?? 0, high[0]?.[1] ?? 0]]
  }

  private member(): CharSet {
    if (!this.isAt('\\')) return single(this.codePoint())
    if (this.source[this.at + 1] !== 'b') return this.escape()
    this.at += 2
    return single(0x08)
  }

  /** One character or class behind a backslash. */
  private escape(): CharSet {
    if (this.match(PROPERTY) !== undefined) return ANY // More than it is: on the safe side.
    const letter = this.source[this.at + 1] ?? ''
    const known = CLASSES.get(letter)
    this.at += known === undefined && !/[uxc]/.test(letter) ? 1 : 2
    if (known !== undefined) return known
    if (letter === 'x') return single(this.hex(2))
    if (letter === 'c') return single(this.codePoint() % 32)
    return single(letter === 'u' ? this.unicode() : this.codePoint())
  }

  private unicode(): number {
    if (this.takes('{')) {
      const code = Number.parseInt(this.match(HEX)?.[0] ?? '', 16)
      this.takes('}')
      return code
    }
    const code = this.hex(4)
    const isPair = (code & 0xfc00) === 0xd800 && this.source.startsWith('\\u', this.at)
    if (!isPair) return code
    this.at += 2
    return ((code - 0xd800) << 10) + (this.hex(4) - 0xdc00) + 0x10000
  }

  private hex(digits: number): number {
    this.at += digits
    return Number.parseInt(this.source.slice(this.at - digits, this.at), 16)
  }

  private codePoint(): number {
    const code = this.source.codePointAt(this.at) ?? 0
    this.at += code > 0xffff ? 2 : 1
    return code
  }

  private isAt(character: string): boolean {
    return this.source[this.at] === character
  }

  private takes(character: string): boolean {
    if (!this.isAt(character)) return false
    this.at++
    return true
  }

  private match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at
    const match = pattern.exec(this.source)
    if (match === null) return undefined
    this.at = pattern.lastIndex
    return match
  }
}

const SIMPLE_COUNTS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['*', [0, Number.POSITIVE_INFINITY]],
  ['+', [1, Number.POSITIVE_INFINITY]],
  ['?', [0, 1]],
])
