import type { WriteAction } from '../../../query/plan/index.ts'
import { ContentTypeError } from '../../http/index.ts'
import type { RestInput } from '../input.ts'
import { documentText } from '../payload/body-text.ts'
import { readContentType } from '../payload/content-type.ts'
import { type CsvRows, csvToJson, readCsv } from '../payload/csv.ts'
import { readForm } from '../payload/form.ts'
import { beginsWithArray, INVALID_JSON } from '../payload/json.ts'
import { readJsonRows } from './json-rows.ts'

/** What a write takes from its body. */
export interface Payload {
  /** The JSON text that PostgreSQL reads: an object, or an array of objects. */
  readonly text: string
  readonly isArray: boolean
  readonly columns: readonly string[]
}

/**
 * The body of a write. With `columns` it is not looked into: the keys are given, and JSON is left to PostgreSQL to read.
 * Throws PGRST102. PostgREST: references/api/tables_views, "Insert", "Bulk Insert" and "Specifying Columns".
 */
export function readPayload(
  input: Pick<RestInput, 'headers' | 'body'>,
  action: WriteAction,
  given: readonly string[] | undefined,
): Payload | undefined {
  if (action === 'delete') return undefined
  const columns = action === 'replace' ? undefined : given
  const type = readContentType(input.headers['content-type'])
  switch (type.kind) {
    case 'json':
      return readJson(documentText(input, INVALID_JSON), columns)
    case 'csv': {
      const csv = readCsv(documentText(input, 'Empty or invalid csv'))
      return { text: csvToJson(csv), isArray: true, columns: columns ?? keysOf(csv) }
    }
    case 'form': {
      const values = new Map(readForm(documentText(input, 'Empty or invalid form')))
      const text = JSON.stringify(Object.fromEntries(values))
      return { text, isArray: false, columns: columns ?? [...values.keys()] }
    }
    case 'other':
      throw new ContentTypeError(type.mediaType)
  }
}

function readJson(text: string, columns: readonly string[] | undefined): Payload {
  if (columns !== undefined) return { text, isArray: beginsWithArray(text), columns }
  const { keys, isArray } = readJsonRows(text)
  return { text, isArray, columns: keys }
}

/** An array without objects has no keys, and so has a header without lines. */
function keysOf({ columns, rows }: CsvRows): readonly string[] {
  return rows.length === 0 ? [] : columns
}
