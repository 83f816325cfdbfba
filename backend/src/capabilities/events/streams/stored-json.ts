import { StreamInputError } from './errors.ts'

/** Deeper than anybody means to, and far from where PostgreSQL's own parser gives up. */
const DEPTH_MAX = 500
const NOT_STORABLE =
  'PostgreSQL cannot keep it: leave the character out, or encode the text, for example as base64.'

/** A value as JSON text that PostgreSQL keeps as it is. `what` is the subject of the refusal. Throws ST626. */
export function jsonOf(value: unknown, what: string): string {
  let text: unknown
  try {
    text = JSON.stringify(value) // Undefined for a function, whatever its type says.
  } catch (cause) {
    throw new StreamInputError(`${what} cannot be written as JSON`, {
      details: cause instanceof Error ? cause.message : undefined,
      hint: 'A bigint, or an object that contains itself, has no JSON. Large numbers keep their digits when the event is given as text (json).',
      cause,
    })
  }
  if (typeof text !== 'string') throw new StreamInputError(`${what} is nothing that JSON knows`)
  // A number that is none becomes null without a word.
  if (text.includes('null')) refuseNonNumbers(value, what)
  refuseUnstorable(text, what)
  return text
}

/** Text that says that it is JSON. Throws ST626 if it is not, or if PostgreSQL would not keep it. */
export function checkedJson(text: string, what: string): string {
  try {
    JSON.parse(text)
  } catch (cause) {
    throw new StreamInputError(`${what} is not JSON`, { cause })
  }
  if (/\p{Cs}/u.test(text)) refuseCharacter(what, 'half of a surrogate pair')
  refuseUnstorable(text, what)
  return text
}

function refuseNonNumbers(value: unknown, what: string): void {
  JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each === 'number' && !Number.isFinite(each)) {
      throw new StreamInputError(`${what} holds ${each}, which JSON does not know`, {
        hint: 'It would be stored as null. Say null, or a text.',
      })
    }
    return each
  })
}

function refuseUnstorable(text: string, what: string): void {
  if (text.includes('\\u')) refuseEscapes(text, what)
  if (text.length > 2 * DEPTH_MAX && depthOf(text) > DEPTH_MAX) {
    throw new StreamInputError(`${what} is nested more than ${DEPTH_MAX} deep`)
  }
}

/** jsonb has no NUL, and no half of a pair of surrogates. `\\` comes first, so that `\\u0000` is a backslash and letters. */
function refuseEscapes(text: string, what: string): void {
  for (const [escape] of text.matchAll(ESCAPES)) {
    if (escape === '\\u0000') refuseCharacter(what, 'the character \\u0000')
    if (LONE_SURROGATE.test(escape)) refuseCharacter(what, 'half of a surrogate pair')
  }
}

const ESCAPES = /\\(?:\\|u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|u[\da-fA-F]{4})/g
const LONE_SURROGATE = /^\\u[dD][89a-fA-F][\da-fA-F]{2}$/

function refuseCharacter(what: string, character: string): never {
  throw new StreamInputError(`${what} holds ${character}`, { hint: NOT_STORABLE })
}

function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let isString = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (isString && character === '\\') at++
    else if (character === '"') isString = !isString
    else if (isString) continue
    else if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth)
    else if (character === '}' || character === ']') depth--
  }
  return deepest
}
