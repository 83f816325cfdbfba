import { InvalidBodyError } from '../errors.ts'
import { findJsonFault } from './json-fault.ts'

export const INVALID_JSON = 'Empty or invalid json'

/** The value of a JSON text, to look at its keys. Throws PGRST102. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new InvalidBodyError(INVALID_JSON, isEmpty(text) ? EMPTY : findJsonFault(text))
  }
}

const EMPTY = Object.freeze({
  details: 'The body is empty.',
  hint: 'Send an object, or an array of objects.',
})

function isEmpty(text: string): boolean {
  return /^[\t\n\r ]*$/.test(text)
}

/** Whether the text begins like an array. For a body whose keys nobody asks for, PostgreSQL reads the rest. */
export function beginsWithArray(text: string): boolean {
  return /^[\t\n\r ]*\[/.test(text)
}
