export type JsonKind = 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array'

const QUOTE = 0x22
const COMMA = 0x2c
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const SMALL_E = 0x65
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** Faster than a look at each character, for most of a body is in strings. */
const PLAIN = /[^"\\\u0000-\u001f]*/y
const DIGITS = /\d*/y
/** So many digits are quicker looked at one by one. */
const FEW = 24
const ESCAPE = /["\\/bfnrt]|u[\da-fA-F]{4}/y

/**
 * A JSON text, read from its beginning to its end, once. What was read last stands in the fields; nothing is made of it unless
 * somebody asks. Grammar: RFC 8259.
 */
export class JsonText {
  readonly text: string
  /** Where to read on. */
  at = 0
  kind: JsonKind = 'null'
  /** Of the last value, quotes and brackets included. */
  start = 0
  end = 0
  /** Of the last string: it has a backslash in it. */
  isEscaped = false
  /** Where the first `\u0000` was: PostgreSQL's texts have none. */
  nulAt = -1
  /** The last thing that was read is the beginning of an array or object. */
  #isOpened = false

  constructor(text: string) {
    this.text = text
  }

  get isAtEnd(): boolean {
    return this.at === this.text.length
  }

  skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.at++
    }
  }

  /** Whether this character stands here, which is then passed, spaces behind it included. */
  passes(code: number): boolean {
    if (this.text.charCodeAt(this.at) !== code) return false
    this.at++
    this.skipSpace()
    return true
  }

  passesComma(): boolean {
    return this.passes(COMMA)
  }

  passesColon(): boolean {
    return this.passes(COLON)
  }

  opensObject(): boolean {
    return this.passes(OPEN_BRACE)
  }

  closesObject(): boolean {
    return this.passes(CLOSE_BRACE)
  }

  opensArray(): boolean {
    return this.passes(OPEN_BRACKET)
  }

  closesArray(): boolean {
    return this.passes(CLOSE_BRACKET)
  }

  /** Reads a value, whatever it is, and the spaces behind it. False: there is none. */
  readValue(): boolean {
    const start = this.at
    const code = this.text.charCodeAt(start)
    const isNested = code === OPEN_BRACE || code === OPEN_BRACKET
    if (isNested ? !this.#readNested() : !this.#readScalar(code)) return false
    if (isNested) this.kind = code === OPEN_BRACE ? 'object' : 'array'
    this.start = start
    this.end = this.at
    this.skipSpace()
    return true
  }

  /** Reads a string, as which a key is written, and no space behind it. */
  readString(): boolean {
    const start = this.at
    if (this.text.charCodeAt(start) !== QUOTE || !this.#passString()) return false
    this.kind = 'string'
    this.start = start
    this.end = this.at
    return true
  }

  /** The characters of the last value: of a string without its quotes and escapes, otherwise as they are written. */
  valueText(): string {
    return textOfValue(this.text, this.start, this.end, this.kind, this.isEscaped)
  }

  #readScalar(code: number): boolean {
    if (code === QUOTE) {
      this.kind = 'string'
      return this.#passString()
    }
    if (code === MINUS || isDigit(code)) {
      this.kind = 'number'
      return this.#passNumber()
    }
    if (this.#passWord('null')) {
      this.kind = 'null'
      return true
    }
    this.kind = 'boolean'
    return this.#passWord('true') || this.#passWord('false')
  }

  #passWord(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false
    this.at += word.length
    return true
  }

  #passString(): boolean {
    const { text } = this
    this.isEscaped = false
    for (let at = this.at + 1; ; ) {
      PLAIN.lastIndex = at
      PLAIN.test(text)
      const end = PLAIN.lastIndex
      const code = text.charCodeAt(end)
      if (code === QUOTE) {
        this.at = end + 1
        return true
      }
      if (code !== BACKSLASH) return false
      this.isEscaped = true
      ESCAPE.lastIndex = end + 1
      if (!ESCAPE.test(text)) return false
      if (this.nulAt < 0 && text.startsWith('u0000', end + 1)) this.nulAt = end
      at = ESCAPE.lastIndex
    }
  }

  #passNumber(): boolean {
    const { text } = this
    if (text.charCodeAt(this.at) === MINUS) this.at++
    if (text.charCodeAt(this.at) === ZERO) this.at++
    else if (!this.#passDigits()) return false
    if (text.charCodeAt(this.at) === POINT) {
      this.at++
      if (!this.#passDigits()) return false
    }
    if ((text.charCodeAt(this.at) | 0x20) !== SMALL_E) return true
    this.at++
    const sign = text.charCodeAt(this.at)
    if (sign === MINUS || sign === 0x2b) this.at++
    return this.#passDigits()
  }

  #passDigits(): boolean {
    const start = this.at
    const few = start + FEW
    while (this.at < few && isDigit(this.text.charCodeAt(this.at))) this.at++
    if (this.at === few) this.#passManyDigits()
    return this.at > start
  }

  #passManyDigits(): void {
    DIGITS.lastIndex = this.at
    DIGITS.test(this.text)
    this.at = DIGITS.lastIndex
  }

  /** Without recursion, for anybody may send it. */
  #readNested(): boolean {
    const open: boolean[] = [] // Whether it is an object.
    do {
      if (!this.#readItem(open)) return false
      if (this.#isOpened) continue
      if (!this.#closeAll(open)) return false
    } while (open.length > 0)
    this.at = this.#withoutSpace()
    return true
  }

  /** A scalar, an empty array or object, or the beginning of one that is not empty. */
  #readItem(open: boolean[]): boolean {
    this.#isOpened = false
    const isObject = this.opensObject()
    if (!isObject && !this.opensArray()) {
      const isScalar = this.#readScalar(this.text.charCodeAt(this.at))
      this.skipSpace()
      return isScalar
    }
    if (this.#closesLast(isObject)) return true
    open.push(isObject)
    this.#isOpened = true
    return !isObject || this.#readName()
  }

  /** What ends behind a value, up to the next one. */
  #closeAll(open: boolean[]): boolean {
    while (open.length > 0 && !this.passesComma()) {
      if (!this.#closesLast(open.pop() === true)) return false
    }
    return open.at(-1) !== true || this.#readName()
  }

  #closesLast(isObject: boolean): boolean {
    return isObject ? this.closesObject() : this.closesArray()
  }

  #readName(): boolean {
    if (this.text.charCodeAt(this.at) !== QUOTE || !this.#passString()) return false
    this.skipSpace()
    return this.passesColon()
  }

  /** Behind the bracket that was read last. */
  #withoutSpace(): number {
    let end = this.at
    while (isSpace(this.text.charCodeAt(end - 1))) end--
    return end
  }
}

/** As `JsonText.valueText`, of a value that was read before. */
export function textOfValue(
  text: string,
  start: number,
  end: number,
  kind: JsonKind,
  isEscaped: boolean,
): string {
  if (kind !== 'string') return text.slice(start, end)
  return isEscaped ? (JSON.parse(text.slice(start, end)) as string) : text.slice(start + 1, end - 1)
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}
