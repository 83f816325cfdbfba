import { Keys } from './keys.ts'
import { losesPrecision, SURE_DIGITS } from './numbers.ts'
import type { BodyRules } from './options.ts'
import { sliceOf } from './slice.ts'

/** What a scan finds. */
export type Finding =
  | 'syntax'
  | 'depth'
  | 'keys'
  | 'items'
  | 'string'
  | 'values'
  | 'duplicate-key'
  | 'polluting-key'
  | 'nul'
  | 'surrogate'
  | 'control'
  | 'number'

const QUOTE = 0x22
const PLUS = 0x2b
const COMMA = 0x2c
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
const OPENING_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSING_BRACKET = 0x5d
const OPENING_BRACE = 0x7b
const CLOSING_BRACE = 0x7d
const FAILED = -1

/**
 * Reads a JSON text once, character by character, as the grammar of RFC 8259 has it, and stops at the first thing that a rule
 * forbids. Nothing is made of the text. Every method answers the place behind what it has read, or `FAILED`.
 */
export class Scanner {
  found: Finding | undefined
  /** Where, in bytes. */
  place = 0
  /** It came by U+FFFD, which also stands for what is no character. */
  hasReplacement = false
  private bytes: Uint8Array = NO_BYTES
  private depth = 0
  private values = 0
  private escapes = 0
  private readonly keys: Keys
  private readonly rules: BodyRules
  private readonly looksAtKeys: boolean
  private readonly refusesPollution: boolean
  private readonly refusesDuplicates: boolean
  private readonly refusesLoss: boolean

  constructor(rules: BodyRules, seed: number) {
    this.rules = rules
    this.keys = new Keys(seed)
    this.refusesPollution = rules.pollutingKeys === 'refuse'
    this.refusesDuplicates = rules.duplicateKeys === 'refuse'
    this.refusesLoss = rules.lossyNumbers === 'refuse'
    this.looksAtKeys = this.refusesPollution || this.refusesDuplicates
  }

  /** Undefined: nothing is wrong. The bytes are UTF-8. */
  scan(bytes: Uint8Array): Finding | undefined {
    this.found = undefined
    this.hasReplacement = false
    this.bytes = bytes
    this.depth = 0
    this.values = 0
    this.keys.reset(bytes)
    const end = this.value(this.space(0))
    if (end !== FAILED) {
      const rest = this.space(end)
      if (rest < bytes.length) this.fail('syntax', rest)
    }
    this.bytes = NO_BYTES // They may be many, and this stays.
    this.keys.reset(NO_BYTES)
    return this.found
  }

  private value(at: number): number {
    if (++this.values > this.rules.valuesMax) return this.fail('values', at)
    switch (this.bytes[at]) {
      case QUOTE:
        return this.string(at)
      case OPENING_BRACE:
        return this.object(at)
      case OPENING_BRACKET:
        return this.array(at)
      default:
        return this.word(at)
    }
  }

  private object(start: number): number {
    const { bytes, keys } = this
    if (++this.depth > this.rules.depthMax) return this.fail('depth', start)
    const first = keys.count
    let at = this.space(start + 1)
    if (bytes[at] === CLOSING_BRACE) return this.leave(at)
    for (let members = 1; ; members++) {
      if (members > this.rules.keysMax) return this.fail('keys', start)
      at = this.member(at, first)
      if (at === FAILED) return FAILED
      const code = bytes[at]
      if (code === CLOSING_BRACE) break
      if (code !== COMMA) return this.fail('syntax', at)
      at = this.space(at + 1)
    }
    if (this.refusesDuplicates && !keys.areDistinct(first)) {
      return this.fail('duplicate-key', keys.repeatedAt)
    }
    keys.count = first
    return this.leave(at)
  }

  /** Key, colon, value, and the space behind them. */
  private member(start: number, first: number): number {
    const { bytes } = this
    if (bytes[start] !== QUOTE) return this.fail('syntax', start)
    const end = this.looksAtKeys ? this.key(start, first) : this.string(start)
    if (end === FAILED) return FAILED
    const colon = this.space(end)
    if (bytes[colon] !== COLON) return this.fail('syntax', colon)
    const behind = this.value(this.space(colon + 1))
    return behind === FAILED ? FAILED : this.space(behind)
  }

  private array(start: number): number {
    const { bytes } = this
    if (++this.depth > this.rules.depthMax) return this.fail('depth', start)
    let at = this.space(start + 1)
    if (bytes[at] === CLOSING_BRACKET) return this.leave(at)
    for (let items = 1; ; items++) {
      if (items > this.rules.itemsMax) return this.fail('items', start)
      at = this.value(at)
      if (at === FAILED) return FAILED
      at = this.space(at)
      const code = bytes[at]
      if (code === CLOSING_BRACKET) return this.leave(at)
      if (code !== COMMA) return this.fail('syntax', at)
      at = this.space(at + 1)
    }
  }

  private leave(at: number): number {
    this.depth--
    return at + 1
  }

  private key(start: number, first: number): number {
    const { keys, escapes } = this
    const end = this.string(start)
    if (end === FAILED) return FAILED
    const hasEscapes = this.escapes !== escapes
    keys.add(start, end, hasEscapes)
    const mayPollute = end - start === POLLUTING_LENGTH || hasEscapes
    if (mayPollute && this.refusesPollution && this.isPolluting(keys.count - 1, first)) {
      return this.fail('polluting-key', start)
    }
    return end
  }

  /** `prototype` is an ordinary word, unless it stands in `constructor`. */
  private isPolluting(index: number, first: number): boolean {
    const { keys } = this
    if (keys.isNamed(index, '__proto__')) return true
    return keys.isNamed(index, 'prototype') && keys.isNamed(first - 1, 'constructor')
  }

  private string(start: number): number {
    const { bytes, escapes } = this
    let at = start + 1
    for (;;) {
      const code = bytes[at] ?? 0
      if (code === QUOTE) break
      if (code === BACKSLASH) {
        at = this.escape(at)
        if (at === FAILED) return FAILED
      } else if (code >= 0x20) {
        if (code === REPLACEMENT[0]) this.noteReplacement(at)
        at++
      } else return this.fail('syntax', at) // A control character, or the end.
    }
    if (at - start - 1 > this.rules.stringBytesMax && this.isLong(start, at, escapes)) {
      return this.fail('string', start)
    }
    return at + 1
  }

  private noteReplacement(at: number): void {
    const { bytes } = this
    if (bytes[at + 1] === REPLACEMENT[1] && bytes[at + 2] === REPLACEMENT[2])
      this.hasReplacement = true
  }

  /** In bytes as they are written, it is too long. */
  private isLong(start: number, end: number, escapesBefore: number): boolean {
    const { stringBytesMax } = this.rules
    if (this.escapes === escapesBefore || end - start - 1 > stringBytesMax * ESCAPE_LENGTH)
      return true
    const source = sliceOf(this.bytes, start, end + 1)
    return Buffer.byteLength(JSON.parse(source) as string) > stringBytesMax
  }

  private escape(at: number): number {
    this.escapes++
    switch (this.bytes[at + 1]) {
      case 0x75: // u
        return this.unicodeEscape(at)
      case 0x62: // b
      case 0x66: // f
        return this.rules.controlCharacters === 'refuse' ? this.fail('control', at) : at + 2
      case 0x6e: // n
      case 0x72: // r
      case 0x74: // t
      case QUOTE:
      case BACKSLASH:
      case 0x2f: // /
        return at + 2
      default:
        return this.fail('syntax', at)
    }
  }

  private unicodeEscape(at: number): number {
    const code = hexAt(this.bytes, at + 2)
    if (code === FAILED) return this.fail('syntax', at)
    if (code < 0x20) return this.controlEscape(at, code)
    const isSurrogate = (code & 0xf800) === 0xd800
    if (!isSurrogate || this.rules.loneSurrogates === 'allow') return at + ESCAPE_LENGTH
    const isPair = code < 0xdc00 && isLowEscape(this.bytes, at + ESCAPE_LENGTH)
    return isPair ? at + 2 * ESCAPE_LENGTH : this.fail('surrogate', at)
  }

  private controlEscape(at: number, code: number): number {
    if (code === 0 && this.rules.nulCharacters === 'refuse') return this.fail('nul', at)
    const isUsual = code === 0x09 || code === 0x0a || code === 0x0d
    if (!isUsual && code !== 0 && this.rules.controlCharacters === 'refuse')
      return this.fail('control', at)
    return at + ESCAPE_LENGTH
  }

  /** A number, `true`, `false` or `null`. */
  private word(at: number): number {
    const { bytes } = this
    switch (bytes[at]) {
      case 0x74: // t
        return isWord(bytes, at, TRUE) ? at + 4 : this.fail('syntax', at)
      case 0x66: // f
        return isWord(bytes, at, FALSE) ? at + 5 : this.fail('syntax', at)
      case 0x6e: // n
        return isWord(bytes, at, NULL) ? at + 4 : this.fail('syntax', at)
      default:
        return this.number(at)
    }
  }

  private number(start: number): number {
    const { bytes } = this
    const first = bytes[start] === MINUS ? start + 1 : start
    const whole = bytes[first] === ZERO ? first + 1 : afterDigits(bytes, first)
    if (whole === first) return this.fail('syntax', start)
    const fraction = afterFraction(bytes, whole)
    const end = fraction === FAILED ? FAILED : afterExponent(bytes, fraction)
    if (end === FAILED) return this.fail('syntax', start)
    const isSure = end - start <= SURE_DIGITS && end === fraction
    if (this.refusesLoss && !isSure && losesPrecision(sliceOf(bytes, start, end)))
      return this.fail('number', start)
    return end
  }

  private space(start: number): number {
    const { bytes } = this
    let at = start
    let code = bytes[at]
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = bytes[++at]
    return at
  }

  private fail(finding: Finding, place: number): number {
    this.found = finding
    this.place = place
    return FAILED
  }
}

/** Of `"__proto__"`, and of `"prototype"`. */
const POLLUTING_LENGTH = 11
/** `\u0041` */
const ESCAPE_LENGTH = 6

const NO_BYTES = new Uint8Array(0)
/** U+FFFD as UTF-8. */
const REPLACEMENT = [0xef, 0xbf, 0xbd] as const
const TRUE = Buffer.from('true')
const FALSE = Buffer.from('false')
const NULL = Buffer.from('null')

function isWord(bytes: Uint8Array, start: number, word: Uint8Array): boolean {
  for (let at = 1; at < word.length; at++) if (bytes[start + at] !== word[at]) return false
  return true
}

function afterDigits(bytes: Uint8Array, start: number): number {
  for (let at = start; ; at++) {
    const code = bytes[at] ?? 0
    if (code < ZERO || code > NINE) return at
  }
}

function afterFraction(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== DOT) return at
  const end = afterDigits(bytes, at + 1)
  return end === at + 1 ? FAILED : end
}

function afterExponent(bytes: Uint8Array, at: number): number {
  if (((bytes[at] ?? 0) | 0x20) !== 0x65) return at // e, E
  const sign = bytes[at + 1]
  const digits = sign === PLUS || sign === MINUS ? at + 2 : at + 1
  const end = afterDigits(bytes, digits)
  return end === digits ? FAILED : end
}

function isLowEscape(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== BACKSLASH || bytes[at + 1] !== 0x75) return false
  return (hexAt(bytes, at + 2) & 0xfc00) === 0xdc00
}

/** The number of four hexadecimal digits. */
function hexAt(bytes: Uint8Array, start: number): number {
  let number = 0
  for (let at = start; at < start + 4; at++) {
    const digit = hexDigit(bytes[at] ?? 0)
    if (digit === FAILED) return FAILED
    number = number * 16 + digit
  }
  return number
}

function hexDigit(code: number): number {
  if (code >= ZERO && code <= NINE) return code - ZERO
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : FAILED
}
