import {
  type BodyGuard,
  BodySyntaxError,
  createBodyGuard,
  decompress,
  withoutByteOrderMark,
} from '../../../capabilities/validation/index.ts'
import { InvalidBodyError } from '../errors.ts'
import type { RestInput } from '../input.ts'
import { INVALID_JSON } from '../payload/json.ts'
import { isNestedBeyond } from '../payload/nesting.ts'
import { faultOfDeepBody } from './deep-body.ts'
import type { ValidationRules } from './options.ts'

/** Of a longer text nothing is made but its bytes, and those may be there. */
const LONG = 262_144

const guards = new WeakMap<ValidationRules, BodyGuard>()

/**
 * Throws ST411 to ST413 for a JSON text beyond the limits of bodies. What is no JSON, and what PostgreSQL's texts cannot hold, is
 * told elsewhere, in the words of the dialect and of PostgreSQL. `bytes`: those of the text, where somebody has them.
 */
export function checkBody(text: string, rules: ValidationRules, bytes?: Buffer): void {
  if (isSurelyWithin(text, rules)) return
  const isLong = text.length > LONG && bytes !== undefined
  const fault = guardOf(rules).find(isLong ? withoutByteOrderMark(bytes) : text)
  if (fault === undefined || fault instanceof BodySyntaxError) return
  const isOnlyDeep = rules.depthMax === ANY_DEPTH && fault.faults[0]?.rule === 'depth'
  if (!isOnlyDeep) throw fault
  checkDeepBody(text, rules)
}

/** What no stack of PostgreSQL is large enough for is refused in the words for what is too deep for its own. */
function checkDeepBody(text: string, rules: ValidationRules): void {
  if (isNestedBeyond(text, LEVELS_MAX)) {
    throw new InvalidBodyError(INVALID_JSON, { details: 'It is nested too deeply.' })
  }
  const fault = faultOfDeepBody(text, rules)
  if (fault !== undefined) throw fault
}

/** A character is up to three bytes; and where there are few commas and brackets, nothing is large or deep. */
function isSurelyWithin(text: string, rules: ValidationRules): boolean {
  if (rules.duplicateKeys === 'refuse') return false
  const { depthMax, keysMax, itemsMax, stringBytesMax } = rules
  if (text.length * 3 > stringBytesMax) return false
  if (depthMax !== ANY_DEPTH && text.length > depthMax) return false
  return (
    hasFew(text, ',', Math.min(keysMax, itemsMax)) &&
    hasFew(text, '{', LEVELS_MAX / 2) &&
    hasFew(text, '[', LEVELS_MAX / 2)
  )
}

/** Quicker than reading it: most characters are passed over. */
function hasFew(text: string, character: string, max: number): boolean {
  if (text.length <= max) return true
  let count = 0
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) {
    if (++count >= max) return false
  }
  return true
}

function guardOf(rules: ValidationRules): BodyGuard {
  const known = guards.get(rules)
  if (known !== undefined) return known
  const { depthMax, keysMax, itemsMax, stringBytesMax, duplicateKeys } = rules
  const guard = createBodyGuard({
    depthMax: depthMax === ANY_DEPTH ? GUARDED_DEPTH : depthMax,
    ...{ keysMax, itemsMax, stringBytesMax, duplicateKeys },
    valuesMax: VALUES_MAX,
    pollutingKeys: 'allow', // A column may be called anything, and no object is made of it.
    nulCharacters: 'allow',
    loneSurrogates: 'allow',
    lossyNumbers: 'allow', // PostgreSQL reads the text.
  })
  guards.set(rules, guard)
  return guard
}

/** As deep as PostgreSQL reads it, which is for PostgreSQL to say. */
const ANY_DEPTH = 0
/** Of deeper ones the guard would take too much of the stack. */
const GUARDED_DEPTH = 1_000
/** The largest stack that systems give PostgreSQL takes less than half of them. */
const LEVELS_MAX = 100_000
/** The size of a body bounds them. */
const VALUES_MAX = 100_000_000

/**
 * The request with its body as it was before it was compressed. Rejects with ST415 to ST417. Without rules nothing is unpacked: the
 * dialect refuses it.
 */
export async function unpacked(
  input: RestInput,
  rules: ValidationRules | undefined,
): Promise<RestInput> {
  const { 'content-encoding': encoding, ...headers } = input.headers
  if (rules?.enabled !== true || input.body === undefined) return input
  const body = await decompress(input.body, encoding, rules)
  return body === input.body ? input : { ...input, headers, body }
}
