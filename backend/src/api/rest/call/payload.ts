import { ContentTypeError } from '../../http/index.ts'
import type { RestInput } from '../input.ts'
import { bodyText, documentText } from '../payload/body-text.ts'
import { readContentType } from '../payload/content-type.ts'
import { readCsv } from '../payload/csv.ts'
import { readForm } from '../payload/form.ts'
import { beginsWithArray, INVALID_JSON } from '../payload/json.ts'
import { checkBody } from '../validation/body-limits.ts'
import type { Judge } from '../validation/judge.ts'
import { type JsonBody, readJsonBody } from './json-body.ts'

/** What a POST brings: arguments, or a whole body for the one parameter without a name. */
export type Payload =
  | ({ readonly kind: 'json'; readonly text: string } & JsonBody)
  | NamedPayload
  | { readonly kind: 'raw'; readonly type: 'text' | 'xml' | 'bytea'; readonly text: string }

/** Each name once, in the order in which they first came, and all values of each. */
export interface NamedPayload {
  readonly kind: 'named'
  readonly names: readonly string[]
  readonly values: readonly (readonly (string | null)[])[]
}

/** A name may come more than once. */
export type NamedValue = readonly [name: string, value: string | null]

export function namedPayload(pairs: readonly NamedValue[]): NamedPayload {
  const values = new Map<string, (string | null)[]>()
  for (const [name, value] of pairs) {
    const before = values.get(name)
    if (before === undefined) values.set(name, [value])
    else before.push(value)
  }
  return { kind: 'named', names: [...values.keys()], values: [...values.values()] }
}

/**
 * Reads the body of a call by its Content-Type; a body without one is JSON, and an empty one no arguments. With `columns`
 * the keys are given, and JSON is left to PostgreSQL to read. Throws PGRST102.
 * PostgREST: references/api/functions.
 */
export function readPayload(
  input: Pick<RestInput, 'body' | 'headers'>,
  columns: readonly string[] | undefined,
  judge?: Judge,
): Payload {
  const type = readContentType(input.headers['content-type'])
  switch (type.kind) {
    case 'json': {
      const text = documentText(input, INVALID_JSON)
      judge?.apply(limits => checkBody(text, limits))
      return readJson(text, columns)
    }
    case 'form':
      return limited(readForm(documentText(input, 'Empty or invalid form')), judge)
    case 'csv':
      return limited(firstLine(documentText(input, 'Empty or invalid csv')), judge)
    case 'other':
      return readRaw(input.body, type.mediaType)
  }
}

/** The limits are those of the same values in JSON. */
function limited(pairs: readonly NamedValue[], judge: Judge | undefined): NamedPayload {
  judge?.apply(limits => checkBody(JSON.stringify(Object.fromEntries(pairs)), limits))
  return namedPayload(pairs)
}

function readJson(text: string, columns: readonly string[] | undefined): Payload {
  if (text === '') return { kind: 'json', text, names: [], isArray: false }
  if (columns === undefined || isEmptyArray(text)) {
    return { kind: 'json', text, ...readJsonBody(text) }
  }
  return { kind: 'json', text, names: columns, isArray: beginsWithArray(text) }
}

/** There is no first object to take `columns` from: PostgreSQL would take nulls. */
function isEmptyArray(text: string): boolean {
  return /^[\t\n\r ]*\[[\t\n\r ]*\]/.test(text)
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
      throw new ContentTypeError(mediaType)
  }
}
