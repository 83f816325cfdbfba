import {
  type BodyGuard,
  BodySyntaxError,
  createBodyGuard,
  decompress,
} from '../../../capabilities/validation/index.ts'
import type { RestInput } from '../input.ts'
import { isNestedBeyond } from '../payload/nesting.ts'
import type { ValidationRules } from './options.ts'

const guards = new WeakMap<ValidationRules, BodyGuard>()

/**
 * Throws ST411 to ST413 for a JSON text beyond the limits of bodies. What is no JSON, and what PostgreSQL's texts cannot hold, is
 * told elsewhere, in the words of the dialect and of PostgreSQL.
 */
export function checkBody(text: string, rules: ValidationRules | undefined): void {
  if (rules?.enabled !== true || isShort(text, rules)) return
  if (rules.depthMax === ANY_DEPTH && isNestedBeyond(text, GUARDED_DEPTH)) return
  const fault = guardOf(rules).find(text)
  if (fault !== undefined && !(fault instanceof BodySyntaxError)) throw fault
}

/** Too short to exceed anything: a level, a member or an item takes a character, and a character up to three bytes. */
function isShort({ length }: string, rules: ValidationRules): boolean {
  if (rules.duplicateKeys === 'refuse') return false
  const { depthMax, keysMax, itemsMax, stringBytesMax } = rules
  const depth = depthMax === ANY_DEPTH ? GUARDED_DEPTH : depthMax
  return length <= Math.min(depth, keysMax, itemsMax, stringBytesMax / 3)
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
/** Deeper ones are not looked into: each level takes a part of the stack. */
const GUARDED_DEPTH = 1_000
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
