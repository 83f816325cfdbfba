import { randomInt } from 'node:crypto'
import { option } from '../../../base/index.ts'
import {
  BodyKeyError,
  BodyLimitError,
  BodyNumberError,
  BodySyntaxError,
  BodyTextError,
  type ValidationError,
} from '../errors.ts'
import type { Fault } from '../fault.ts'
import { textOf, withoutByteOrderMark } from '../request/body-text.ts'
import { BODY_CHECKS, BODY_DEFAULTS, type BodyOptions, type BodyRules } from './options.ts'
import { pointerAt } from './pointer.ts'
import { QuickCheck } from './quick-check.ts'
import { type Finding, Scanner } from './scanner.ts'
import { sliceOf } from './slice.ts'

/** Looks at JSON texts, or their bytes in valid UTF-8, before anybody parses them. */
export interface BodyGuard {
  readonly rules: BodyRules
  /** Throws ST410 to ST414 for a text that is no JSON, or that a rule forbids. */
  check(text: string | Uint8Array): void
  /** The same as a value: the first fault; undefined when there is none. */
  find(text: string | Uint8Array): ValidationError | undefined
  /** What `JSON.parse` makes of these bytes when nothing is wrong, for little more than that. Throws ST410 to ST414 otherwise. */
  parse(bytes: Buffer): unknown
}

/**
 * A guard with these rules. Long texts, and bytes, are read once and nothing is made of them; only a fault costs more. What it lets
 * pass, `JSON.parse` reads.
 */
export function createBodyGuard(options: BodyOptions = {}): BodyGuard {
  const rules = option.settled('body', options, BODY_CHECKS, BODY_DEFAULTS)
  const scanner = new Scanner(rules, randomInt(2 ** 31))
  const quickCheck = new QuickCheck(rules)

  function find(text: string | Uint8Array): ValidationError | undefined {
    if (typeof text === 'string' && isSurelyHarmless(text)) return undefined
    const bytes = typeof text === 'string' ? Buffer.from(text) : text
    const found = scanner.scan(bytes)
    if (found !== undefined) return errorAt(found, bytes)
    const mayBeHalf = scanner.hasReplacement && rules.loneSurrogates === 'refuse'
    if (!mayBeHalf || typeof text !== 'string') return undefined
    const half = text.search(LONE_SURROGATE)
    if (half < 0) return undefined
    return errorOf('surrogate', { pointer: pointerAt(text, half), place: half, rules })
  }

  /** Parsing it and looking at what came of it is several times as quick as reading it here. */
  function isSurelyHarmless(text: string): boolean {
    if (text.length > PARSED_FIRST_MAX) return false
    if (rules.loneSurrogates === 'refuse' && LONE_SURROGATE.test(text)) return false
    try {
      return quickCheck.isSurelyHarmless(text, JSON.parse(text), text.length * UNIT_BYTES_MAX)
    } catch {
      return false // The scanner says where.
    }
  }

  function errorAt(found: Finding, bytes: Uint8Array): ValidationError {
    const before = sliceOf(bytes, 0, scanner.place)
    const end = Math.min(bytes.length, scanner.place + KEY_MAX)
    // A key that stands there is part of the pointer.
    const pointer = pointerAt(before + sliceOf(bytes, scanner.place, end), before.length)
    return errorOf(found, { pointer, place: before.length, rules })
  }

  function check(text: string | Uint8Array): void {
    const error = find(text)
    if (error !== undefined) throw error
  }

  function parse(bytes: Buffer): unknown {
    const text = textOf(bytes)
    const isLong = text.length > PARSED_FIRST_MAX
    if (isLong) check(withoutByteOrderMark(bytes))
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch (error) {
      check(withoutByteOrderMark(bytes)) // It says where.
      throw error
    }
    if (!isLong && !quickCheck.isSurelyHarmless(text, value, bytes.length))
      check(withoutByteOrderMark(bytes))
    return value
  }

  return { rules, check, find, parse }
}

/** Longer texts are looked at before anything is made of them: that could be many times as large. */
const PARSED_FIRST_MAX = 262_144

/** Of UTF-8, for each unit of UTF-16. */
const UNIT_BYTES_MAX = 3
/** Enough to read the key at a place. */
const KEY_MAX = 1_100
const LONE_SURROGATE = /\p{Surrogate}/u

interface Place {
  readonly pointer: string
  readonly place: number
  readonly rules: BodyRules
}

/** A place may be as deep as its client likes. */
const POINTER_LENGTH_MAX = 500

function shortened(pointer: string): string {
  const isShort = pointer.length <= POINTER_LENGTH_MAX
  return isShort ? pointer : `${pointer.slice(0, POINTER_LENGTH_MAX)}…`
}

function errorOf(rule: Finding, at: Place): ValidationError {
  const { place, rules } = at
  const pointer = shortened(at.pointer)
  const fault = (detail: string, hint: string): readonly Fault[] => [
    { pointer, rule, detail, hint },
  ]
  const limit = (what: string, name: keyof BodyRules, hint: string) => {
    const bound = Number(rules[name])
    const detail = `${what}: more than ${bound}`
    return new BodyLimitError([{ pointer, rule, detail, hint, bound }])
  }
  switch (rule) {
    case 'syntax':
      return new BodySyntaxError(
        fault(`The body is no JSON at character ${place + 1}`, 'Let a JSON library write it.'),
      )
    case 'depth':
      return limit('Arrays and objects stand too deep inside each other', 'depthMax', FLATTER)
    case 'keys':
      return limit('The object has too many members', 'keysMax', FLATTER)
    case 'items':
      return limit('The array has too many items', 'itemsMax', 'Send them in several requests.')
    case 'string':
      return limit('The string has too many bytes', 'stringBytesMax', 'Send a shorter one.')
    case 'values':
      return limit('The body has too many values', 'valuesMax', 'Send them in several requests.')
    case 'duplicate-key':
      return new BodyKeyError(fault('The key comes twice in its object', 'Send it once.'))
    case 'polluting-key':
      return new BodyKeyError(
        fault('The key would reach the prototype of objects', 'Choose another name for it.'),
      )
    case 'nul':
      return new BodyTextError(fault('The text holds the character U+0000', 'Leave it out.'))
    case 'surrogate':
      return new BodyTextError(
        fault(
          'The text holds half of a surrogate pair',
          'Send whole characters: do not cut inside one.',
        ),
      )
    case 'control':
      return new BodyTextError(fault('The text holds a control character', 'Leave it out.'))
    case 'number':
      return new BodyNumberError(
        fault('The number has more digits than a double keeps', 'Send it as a string.'),
      )
  }
}

const FLATTER = 'Send the data in a flatter form, or in several requests.'
