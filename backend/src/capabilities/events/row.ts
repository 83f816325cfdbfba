import { assert } from '../../base/index.ts'
import type { Row } from './types.ts'

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPENING_BRACKET = 0x5b
const CLOSING_BRACKET = 0x5d
const OPENING_BRACE = 0x7b
const CLOSING_BRACE = 0x7d
const SPACE = 0x20

/** A column as it stood in the row before: what is between two values is the same in all rows of a table. */
interface Column {
  readonly name: string
  /** From behind the value before, or from the beginning: `,"name":`. */
  readonly opening: string
}

export type WritableRow = Record<string, string | null>

/** Rows inherit nothing, as with a null prototype, but without the slow hash table that V8 makes of such objects. */
export const EmptyRow = function () {} as unknown as new () => WritableRow
EmptyRow.prototype = Object.create(null) as WritableRow

/**
 * Reads rows as PostgreSQL writes them in JSON (`row_to_json`, `json_build_object`): strings decoded, null as null, everything
 * else as the text that it is, so that no number loses a digit. `JSON.parse` would round numbers. Fast for rows of one table
 * after each other: keep one for each table.
 *
 * A text is gone over once, and whole strings by `indexOf`, which is far faster than a look at each character.
 */
export class RowParser {
  readonly #columns: Column[] = []
  #text = ''
  #at = 0
  /** The next backslash from where it was last looked for; the length of the text when there is none. */
  #escape = -1

  /** Throws ST900 for a text that is no JSON object. */
  parse(text: string): Row {
    const row = new EmptyRow()
    this.#text = text
    this.#at = 0
    this.#escape = -1
    if (this.#isEmpty()) return row
    let index = 0
    do {
      const name = this.#name(index++)
      row[name] = this.#value()
    } while (this.#next() === COMMA)
    assert(this.#next() === CLOSING_BRACE, 'a row that does not end')
    return row
  }

  #isEmpty(): boolean {
    return this.#text.length < 8 && /^\s*\{\s*\}\s*$/.test(this.#text)
  }

  /** Takes everything up to the value. */
  #name(index: number): string {
    const known = this.#columns[index]
    if (known !== undefined && this.#text.startsWith(known.opening, this.#at)) {
      this.#at += known.opening.length
      return known.name
    }
    const start = this.#at
    this.#take(index === 0 ? OPENING_BRACE : COMMA)
    assert(this.#next() === QUOTE, 'a column of a row without a name')
    const name = this.#string()
    this.#take(COLON)
    this.#columns[index] = { name, opening: this.#text.slice(start, this.#at) }
    return name
  }

  /** The next character that is no white space, without taking it. */
  #next(): number {
    const code = this.#text.charCodeAt(this.#at)
    return code <= SPACE ? this.#nextAfterSpace() : code
  }

  #nextAfterSpace(): number {
    let code = this.#text.charCodeAt(this.#at)
    while (code <= SPACE) code = this.#text.charCodeAt(++this.#at)
    return code
  }

  #take(expected: number): void {
    assert(this.#next() === expected, 'a row that is no JSON object')
    this.#at += 1
  }

  #value(): string | null {
    const code = this.#next()
    if (code === QUOTE) return this.#string()
    const start = this.#at
    if (code === OPENING_BRACE || code === OPENING_BRACKET) this.#skipNested()
    else this.#skipWord()
    const word = this.#text.slice(start, this.#at)
    return word === 'null' ? null : word
  }

  #string(): string {
    const start = this.#at
    if (this.#skipString()) return this.#text.slice(start + 1, this.#at - 1)
    return JSON.parse(this.#text.slice(start, this.#at)) as string
  }

  /** From its opening quote to behind its closing one. Says whether there was nothing to decode. */
  #skipString(): boolean {
    const start = this.#at + 1
    let end = this.#quoteFrom(start)
    const isPlain = this.#escapeFrom(start) > end
    while (this.#escape < end) {
      const behind = this.#escape + 2 // What is escaped is one character, or the u of \u0000.
      if (behind > end) end = this.#quoteFrom(behind)
      this.#escapeFrom(behind)
    }
    this.#at = end + 1
    return isPlain
  }

  #quoteFrom(start: number): number {
    const end = this.#text.indexOf('"', start)
    assert(end !== -1, 'a string of a row that does not end')
    return end
  }

  /** Each stretch of the text is searched once, however many strings it holds. */
  #escapeFrom(start: number): number {
    if (this.#escape >= start) return this.#escape
    const found = this.#text.indexOf('\\', start)
    this.#escape = found === -1 ? this.#text.length : found
    return this.#escape
  }

  #skipNested(): void {
    const text = this.#text
    let at = this.#at
    let depth = 0
    do {
      const code = text.charCodeAt(at)
      if (code === QUOTE) {
        this.#at = at
        this.#skipString()
        at = this.#at
        continue
      }
      if (code === OPENING_BRACE || code === OPENING_BRACKET) depth += 1
      else if (code === CLOSING_BRACE || code === CLOSING_BRACKET) depth -= 1
      else assert(at < text.length, 'a value of a row that does not end')
      at += 1
    } while (depth > 0)
    this.#at = at
  }

  #skipWord(): void {
    const text = this.#text
    let at = this.#at
    let code = text.charCodeAt(at)
    while (code > SPACE && code !== COMMA && code !== CLOSING_BRACE) code = text.charCodeAt(++at)
    assert(at > this.#at, 'a column of a row without a value')
    this.#at = at
  }
}
