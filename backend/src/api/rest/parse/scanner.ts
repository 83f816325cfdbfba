import { isWordCode, SPACE, TAB } from './characters.ts'
import { QuerySyntaxError } from './errors.ts'

/**
 * A text and a place in it that only moves forward (bar bounded looks ahead), so reading takes linear time.
 * It also keeps the text's shape: what was read with the values left out.
 */
export class Scanner {
  readonly text: string
  position = 0
  readonly #kind: string
  readonly #shown: string
  #shape = ''
  #shapeEnd = 0

  /** `kind` and `shown` are for the error message: `failed to parse kind (shown)`. */
  constructor(text: string, kind: string, shown: string = text) {
    this.text = text
    this.#kind = kind
    this.#shown = shown
  }

  /** The character code here; -1 at the end. */
  code(): number {
    return this.position < this.text.length ? this.text.charCodeAt(this.position) : -1
  }

  atEnd(): boolean {
    return this.position >= this.text.length
  }

  skipSpaces(): void {
    for (let code = this.code(); code === SPACE || code === TAB; code = this.code()) this.position++
  }

  take(code: number): boolean {
    if (this.code() !== code) return false
    this.position++
    return true
  }

  takeText(expected: string): boolean {
    if (!this.text.startsWith(expected, this.position)) return false
    this.position += expected.length
    return true
  }

  /** The lower-case letters from here on, perhaps none. */
  takeWord(): string {
    const start = this.position
    while (isWordCode(this.code())) this.position++
    return this.text.slice(start, this.position)
  }

  /** Everything from here on. */
  takeRest(): string {
    const start = this.position
    this.position = this.text.length
    return this.text.slice(start)
  }

  expect(code: number, expected: string): void {
    if (!this.take(code)) this.fail(expected)
  }

  expectEnd(expected = 'end of input'): void {
    if (!this.atEnd()) this.fail(expected)
  }

  /** What lies between `start` and here is a value: not part of the shape. */
  leaveOut(start: number): void {
    this.#shape += `${this.text.slice(this.#shapeEnd, start)}\0`
    this.#shapeEnd = this.position
  }

  /** The text with a NUL in place of each value. */
  shape(): string {
    return this.#shape + this.text.slice(this.#shapeEnd)
  }

  /** PostgREST's wording: `unexpected "x" expecting …`, the place counted in characters from 1. */
  fail(expected: string, hint?: string): never {
    const found = this.text.codePointAt(this.position)
    const unexpected = found === undefined ? 'end of input' : `"${String.fromCodePoint(found)}"`
    throw new QuerySyntaxError(
      `${this.#kind} (${this.#shown})`,
      placeOf(this.text, this.position),
      `unexpected ${unexpected} expecting ${expected}`,
      hint,
    )
  }
}

function placeOf(text: string, position: number): string {
  let line = 1
  let column = 1
  for (const character of text.slice(0, position)) {
    column++
    if (character !== '\n') continue
    line++
    column = 1
  }
  return `(line ${line}, column ${column})`
}
