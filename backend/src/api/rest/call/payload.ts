import { InvalidBodyError } from '../errors.ts'
import type { RestInput } from '../input.ts'
import { bodyText } from '../write/body-text.ts'
import { readContentType } from '../write/content-type.ts'
import { readCsv } from '../write/csv.ts'
import { readForm } from '../write/form.ts'
import { beginsWithArray, INVALID_JSON } from '../write/json-rows.ts'
import { type JsonBody, readJsonBody } from './json-body.ts'

/** What a POST brings: arguments, or a whole body for the one parameter without a name. */
export type Payload =
  | ({ readonly kind: 'json'; readonly text: string } & JsonBody)
  | { readonly kind: 'named'; readonly pairs: readonly NamedValue[] }
  | { readonly kind: 'raw'; readonly type: 'text' | 'xml' | 'bytea'; readonly text: string }

/** A name may come more than once. */
export type NamedValue = readonly [name: string, value: string | null]

/**
 * Reads the body of a call by its Content-Type; a body without one is JSON, and an empty one no arguments. With `columns`
 * the keys are given, and JSON is left to PostgreSQL to read. Throws PGRST102.
 * PostgREST: references/api/functions.
 */
export function readPayload(
  { body, headers }: Pick<RestInput, 'body' | 'headers'>,
  columns: readonly string[] | undefined,
): Payload {
  const type = readContentType(headers['content-type'])
  switch (type.kind) {
    case 'json':
      return readJson(bodyText(body, INVALID_JSON), columns)
    case 'form':
      return { kind: 'named', pairs: readForm(bodyText(body, 'Empty or invalid form')) }
    case 'csv':
      return { kind: 'named', pairs: firstLine(bodyText(body, 'Empty or invalid csv')) }
    case 'other':
      return readRaw(body, type.mediaType)
  }
}

function readJson(text: string, columns: readonly string[] | undefined): Payload {
  if (columns !== undefined) {
    return { kind: 'json', text, names: columns, isArray: beginsWithArray(text) }
  }
  if (text === '') return { kind: 'json', text, names: [], isArray: false }
  return { kind: 'json', text, ...readJsonBody(text) }
}

/** As of an array of JSON objects, the first one is taken. */
function firstLine(text: string): readonly NamedValue[] {
  const { columns, rows } = readCsv(text)
  const [first] = rows
  if (first === undefined) return []
  return columns.map((name, index) => [name, first[index] ?? null])
}

function readRaw(body: Buffer | undefined, mediaType: string): Payload {
  const message = 'Empty or invalid text'
  switch (mediaType) {
    case 'text/plain':
      return { kind: 'raw', type: 'text', text: bodyText(body, message) }
    case 'text/xml':
      return { kind: 'raw', type: 'xml', text: bodyText(body, message) }
    case 'application/octet-stream':
      return { kind: 'raw', type: 'bytea', text: `\\x${body?.toString('hex') ?? ''}` }
    default:
      throw new InvalidBodyError(`Content-Type not acceptable: ${mediaType}`)
  }
}
