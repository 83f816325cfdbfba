import type { Refusal } from './fault.ts'
import type { JsonKind } from './json-text.ts'

/** Whether PostgreSQL takes it nobody but PostgreSQL knows. */
export const UNSURE = 'unsure'

/**
 * What PostgreSQL would say to the text of a value, and undefined where it surely takes it. `kind`: what the text was in JSON; a value
 * of a form is a string.
 */
export type Input = (text: string, kind: JsonKind) => Refusal | typeof UNSURE | undefined

/** Of what only PostgreSQL understands. */
export const opaque: Input = () => UNSURE

/** What a type makes of the text of a value. */
export interface TypeRules {
  /** What its input function, or that of its elements, refuses; undefined: nothing. */
  readonly input: Input | undefined
  /** What null is answered; undefined: it takes null. */
  readonly ofNull: Refusal | undefined
}

/** Behind it no more of a value is repeated than this: its sender knows it, and logs need not. */
const REPEATED_MAX = 200

export function invalid(type: string, text: string, hint: string, code = '22P02'): Refusal {
  return {
    code,
    message: `invalid input syntax for type ${type}: "${text}"`,
    rule: 'type',
    hint,
  }
}

/** Longer texts are left to PostgreSQL: nobody means them for a number. */
export function short(input: Input): Input {
  return (text, kind) => (text.length > REPEATED_MAX ? UNSURE : input(text, kind))
}

const WORDS_OF_TRUTH = /^(?:t|tr|tru|true|f|fa|fal|fals|false|y|ye|yes|n|no|on|of|off|1|0)$/i

/** PostgreSQL: "Boolean Type", and every beginning of its words that is clear. */
export const truth: Input = short(text =>
  WORDS_OF_TRUTH.test(trimmed(text)) ? undefined : invalid('boolean', text, 'Send true or false.'),
)

/** As C's isspace: what PostgreSQL passes over around numbers. */
function trimmed(text: string): string {
  return text.replace(/^[\t-\r ]+|[\t-\r ]+$/g, '')
}

/** PostgreSQL 16 reads `0x1f` and `1_000` too. */
const UNUSUAL_NUMBER = /_|^[\t-\r ]*[+-]?0[xob]/i
const INTEGER = /^[\t-\r ]*([+-]?\d+)[\t-\r ]*$/

/** `type` as messages call it. */
export function integer(type: string, bits: 16 | 32 | 64): Input {
  const max = 2n ** BigInt(bits - 1) - 1n
  const digitsMin = String(max).length
  const hint = `Send a whole number from ${-max - 1n} to ${max}.`
  const outOfRange = (text: string): Refusal => {
    const message = `value "${text}" is out of range for type ${type}`
    return { code: '22003', message, rule: 'range', hint }
  }
  const read = short(text => {
    const [, number] = INTEGER.exec(text) ?? []
    if (number === undefined) {
      // With many digits before what is wrong PostgreSQL may find that they are too many first.
      const [digits = ''] = /\d+/.exec(text) ?? []
      if (UNUSUAL_NUMBER.test(text) || digits.length >= digitsMin) return UNSURE
      return invalid(type, text, hint)
    }
    if (number.length < digitsMin) return undefined
    const value = BigInt(number)
    return value <= max && value >= -max - 1n ? undefined : outOfRange(text)
  })
  return (text, kind) =>
    isLongWhole(text, kind) ? outOfRange(`${text.slice(0, REPEATED_MAX)}…`) : read(text, kind)
}

/** A number of JSON does not begin with zeros: so many digits are too many for PostgreSQL, which would repeat them all. */
function isLongWhole(text: string, kind: JsonKind): boolean {
  if (kind !== 'number' || text.length <= REPEATED_MAX) return false
  return !text.includes('.') && !text.includes('e') && !text.includes('E')
}

const FLOAT = /^[\t-\r ]*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)[\t-\r ]*$/i
/** What C's strtod reads besides. */
const UNUSUAL_FLOAT = /^[\t-\r ]*[+-]?(?:0x|inf|nan)/i

export function float(type: string, isDouble: boolean): Input {
  const hint = `Send a number that ${isDouble ? 'a double' : 'a float'} can hold.`
  return short(text => {
    const [, number] = FLOAT.exec(text) ?? []
    if (number === undefined) {
      return UNUSUAL_FLOAT.test(text) ? UNSURE : invalid(type, text, hint)
    }
    const value = isDouble ? Number(number) : Math.fround(Number(number))
    if (value === 0 && /^[^e]*[1-9]/i.test(number)) return UNSURE // Too small, or nearly.
    if (Number.isFinite(value)) return undefined
    const message = `"${number}" is out of range for type ${type}`
    return { code: '22003', message, rule: 'range', hint }
  })
}

const UNUSUAL_NUMERIC = /^[\t-\r ]*[+-]?(?:0[xob]|inf|nan)|_/i

/** It holds numbers of more digits than these exponents make. */
const LARGE_EXPONENT = /e[+-]?\d{4}/i

export const numeric: Input = short(text => {
  if (FLOAT.test(text)) return LARGE_EXPONENT.test(text) ? UNSURE : undefined
  return UNUSUAL_NUMERIC.test(text) ? UNSURE : invalid('numeric', text, 'Send a number.')
})

const UUID = /^(?:[\da-f]{4}-?){7}[\da-f]{4}$/i

export const uuid: Input = short(text => {
  const bare = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text
  return UUID.test(bare)
    ? undefined
    : invalid('uuid', text, 'Send 32 hexadecimal digits, such as those of crypto.randomUUID().')
})

export const bytes: Input = text => {
  if (/^\\x/i.test(text)) return text[1] === 'x' ? hexadecimal(text.slice(2)) : UNSURE
  return /\\(?!\\|[0-3][0-7]{2})/.test(text.replaceAll('\\\\', '')) ? invalidBytes() : undefined
}

const HINT_OF_BYTES = 'Send \\x and two hexadecimal digits for each byte.'

function invalidBytes(): Refusal {
  const message = 'invalid input syntax for type bytea'
  return { code: '22P02', message, rule: 'type', hint: HINT_OF_BYTES }
}

/** Where spaces stand between the digits PostgreSQL reads on. */
function hexadecimal(digits: string): ReturnType<Input> {
  if (/[\t\n\r ]/.test(digits)) return UNSURE
  const [strange] = /[^\da-f]/iu.exec(digits) ?? []
  const refusal = { code: '22023', rule: 'type', hint: HINT_OF_BYTES } as const
  if (strange !== undefined) {
    const isLast = digits.length % 2 === 1 && digits.indexOf(strange) === digits.length - 1
    return isLast && strange.length > 1
      ? UNSURE
      : { ...refusal, message: `invalid hexadecimal digit: "${strange}"` }
  }
  if (digits.length % 2 === 0) return undefined
  return { ...refusal, message: 'invalid hexadecimal data: odd number of digits' }
}

/** `type` as messages call it; the labels are told, for the schema tells them too. */
export function choice(type: string, labels: readonly string[]): Input {
  const known = new Set(labels)
  const told = labels.length > 20 ? `${labels.slice(0, 20).join(', ')} …` : labels.join(', ')
  return text => {
    if (known.has(text)) return undefined
    const message = `invalid input value for enum ${type}: "${text}"`
    return { code: '22P02', message, rule: 'enum', hint: `One of: ${told}.` }
  }
}

/** Numbers of JSON are numeric there. */
export const binaryJson: Input = text => (LARGE_EXPONENT.test(text) ? UNSURE : undefined)

const IP_V4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.|$)){4}$/

export const address: Input = text => (IP_V4.test(text) ? undefined : UNSURE)
