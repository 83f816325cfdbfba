import { STierError } from './errors.ts'
import { flagOf, variableOf } from './options-names.ts'
import { nearest } from './options-nearest.ts'

/** How one option is read, wherever it comes from: a file gives any value, a variable or a flag gives text. */
export interface Check<T> {
  /** Completes "must be …": names the bounds. */
  readonly expects: string
  /** The value, or undefined when it is none. */
  readonly read: (value: unknown) => T | undefined
  /** The flag alone means true. */
  readonly isSwitch: boolean
  /** Its value is never shown. */
  readonly isSecret: boolean
  /** What is often the reason that a value is refused: said before how to set the option. */
  readonly advice?: string
  /** What exactly is wrong with a value, in a sentence, where that is not plain to see. */
  readonly fault?: (value: unknown) => string | undefined
}

/** One check for each option of a room. */
export type Checks<Options> = {
  readonly [Name in keyof Options]-?: Check<Exclude<Options[Name], undefined>>
}

/** An option has a value that it cannot have. It stops the start. */
export class OptionError extends STierError {
  readonly code = 'ST001'
  readonly status = 500

  /** `source` says where the value came from: a variable, a flag or a file. Undefined: from code. */
  constructor(name: string, check: Check<unknown>, value: unknown, source?: string) {
    const shown = check.isSecret ? 'the value given (not shown)' : display(value)
    super(`${name} must be ${check.expects}, not ${shown}`, {
      details: detailsOf(check, value, source),
      hint: remedyOf(name, check, source),
    })
  }
}

function detailsOf(
  check: Check<unknown>,
  value: unknown,
  source: string | undefined,
): string | undefined {
  const place = source && `It was given by ${source}.`
  const sentences = [check.fault?.(value), place].filter(sentence => sentence !== undefined)
  return sentences.length === 0 ? undefined : sentences.join(' ')
}

/** The place that gave a wrong value comes first, unless its name is one of the option's own. */
function remedyOf(name: string, { advice }: Check<unknown>, source: string | undefined): string {
  const names = [flagOf(name), variableOf(name)]
  const ours = `${names.join(', ')} or '${name}' in the configuration file.`
  const sentences =
    source === undefined || names.includes(source)
      ? [advice, `Set it with ${ours}`]
      : [`Mend ${source}.`, advice, `S-Tier's own names for it are ${ours}`]
  return sentences.filter(sentence => sentence !== undefined).join(' ')
}

/** There is no such option. For programs: a misspelt one must not be ignored in silence. */
class UnknownOptionError extends STierError {
  readonly code = 'ST003'
  readonly status = 500

  constructor(room: string, name: string, names: readonly string[]) {
    const similar = nearest(name, names)
    const all = `The options of ${room} are ${names.join(', ')}.`
    super(`There is no option '${name}' of ${room}`, {
      hint: similar === undefined ? all : `Perhaps you meant '${similar}'.`,
    })
  }
}

/** The value of one option. Throws ST001. */
export function checked<T>(name: string, check: Check<T>, value: unknown, source?: string): T {
  const read = check.read(value)
  if (read === undefined) throw new OptionError(name, check, value, source)
  return read
}

/** The options of a room, checked and completed: `settled('breaker', given, BREAKER_CHECKS, BREAKER_DEFAULTS)`. Throws ST001, and ST003 for a name that is none. */
export function settled<Options extends object, Rules extends Options>(
  room: string,
  given: Options,
  checks: Checks<Options>,
  defaults: Rules,
): Rules {
  const rules: Rules = { ...defaults }
  for (const name of Object.keys(given) as (keyof Options & string)[]) {
    if (given[name] === undefined) continue
    if (!Object.hasOwn(checks, name)) throw new UnknownOptionError(room, name, Object.keys(checks))
    Object.assign(rules, { [name]: checked(`${room}.${name}`, checks[name], given[name]) })
  }
  return Object.freeze(rules)
}

interface Bounds {
  readonly min: number
  readonly max: number
}

/** A whole number. */
export function integer({ min, max }: Bounds): Check<number> {
  return check(`a whole number from ${min} to ${max}`, value => {
    const number = typeof value === 'string' && /^\s*-?\d+\s*$/.test(value) ? Number(value) : value
    return within(number, min, max)
  })
}

/** Any number, such as a share from 0 to 1. */
export function number({ min, max }: Bounds): Check<number> {
  return check(`a number from ${min} to ${max}`, value => {
    const isText = typeof value === 'string' && /^\s*-?(\d+\.?\d*|\.\d+)\s*$/.test(value)
    const number = isText ? Number(value) : value
    return typeof number === 'number' && number >= min && number <= max ? number : undefined
  })
}

/** A time in milliseconds; as text also with a unit: `250ms`, `30s`, `5min`, `1h`, `7d`. */
export function duration({ min, max }: Bounds): Check<number> {
  return check(`a time from ${min} to ${max} ms, such as 1500, 30s, 5min or 1h`, value => {
    const ms = typeof value === 'string' ? millisecondsOf(value) : value
    return within(ms, min, max)
  })
}

function within(value: unknown, min: number, max: number): number | undefined {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return undefined
  return value >= min && value <= max ? value : undefined
}

/** The milliseconds of `30s` and the like; undefined when it is no time. */
export function millisecondsOf(text: string): number | undefined {
  const [, digits, unit = 'ms'] = /^\s*(\d+)\s*(ms|s|min|m|h|d)?\s*$/.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits) * (UNITS[unit] ?? Number.NaN)
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  min: 60_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

interface TextRules {
  /** Default: "a text that is not empty". */
  readonly expects?: string
  /** Default: whatever is not empty. */
  readonly accepts?: (text: string) => boolean
}

export function text({ expects, accepts = () => true }: TextRules = {}): Check<string> {
  return check(expects ?? 'a text that is not empty', value => {
    const isRight = typeof value === 'string' && value !== '' && accepts(value)
    return isRight ? value : undefined
  })
}

/** A text that no message shows. */
export function secret(): Check<string> {
  return { ...text(), isSecret: true }
}

/** Yes or no. As text: true, false, yes, no, on, off, 1, 0. */
export function flag(): Check<boolean> {
  const read = (value: unknown) => {
    if (typeof value === 'boolean') return value
    return typeof value === 'string' ? BOOLEANS[value.trim().toLowerCase()] : undefined
  }
  return { ...check('true or false', read), isSwitch: true }
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
}

export function oneOf<const Name extends string>(...names: readonly Name[]): Check<Name> {
  return check(`one of ${names.join(', ')}`, value => names.find(name => name === value))
}

/** Several values; as text with commas between them. Empty text is an empty list. */
export function listOf<T>(item: Check<T>): Check<readonly T[]> {
  const read = (value: unknown) => {
    const items = typeof value === 'string' ? splitAtCommas(value) : value
    if (!Array.isArray(items)) return undefined
    const values = items.map(each => item.read(each))
    return values.includes(undefined) ? undefined : Object.freeze(values as T[])
  }
  return { ...check(`a list, each item ${item.expects}`, read), isSecret: item.isSecret }
}

function splitAtCommas(list: string): readonly string[] {
  return list.trim() === '' ? [] : list.split(',').map(item => item.trim())
}

/** A URL of one of these protocols (`postgres:`). It may hold a password, so it is never shown. */
export function url(...protocols: readonly string[]): Check<string> {
  const accepts = (value: string) =>
    URL.canParse(value) && protocols.includes(new URL(value).protocol)
  const names = protocols.map(protocol => `${protocol}//…`).join(' or ')
  const advice =
    'Percent-encode special characters in the password: @ : / ? # % as %40 %3A %2F %3F %23 %25.'
  return { ...text({ expects: `a URL ${names}`, accepts }), isSecret: true, advice }
}

function check<T>(expects: string, read: (value: unknown) => T | undefined): Check<T> {
  return { expects, read, isSwitch: false, isSecret: false }
}

function display(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value)
}
