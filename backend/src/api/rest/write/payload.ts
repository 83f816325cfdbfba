import type { SanitizerKind } from '../../../capabilities/validation/index.ts'
import type { WriteAction } from '../../../query/plan/index.ts'
import { ContentTypeError } from '../../http/index.ts'
import type { RestInput } from '../input.ts'
import { documentText } from '../payload/body-text.ts'
import { readContentType } from '../payload/content-type.ts'
import { type CsvRows, csvToJson, readCsv } from '../payload/csv.ts'
import { readForm } from '../payload/form.ts'
import { beginsWithArray, INVALID_JSON } from '../payload/json.ts'
import { checkBody } from '../validation/body-limits.ts'
import type { Judge } from '../validation/judge.ts'
import { sanitizeRows } from '../validation/sanitize.ts'
import type { RelationRules } from '../validation/rules.ts'
import { RowsCheck } from '../validation/rows-check.ts'
import { type ScannedRows, scanRows } from '../validation/scan-rows.ts'
import { readJsonRows } from './json-rows.ts'

/** What a write takes from its body. */
export interface Payload {
  /** The JSON text that PostgreSQL reads: an object, or an array of objects. */
  readonly text: string
  readonly isArray: boolean
  readonly columns: readonly string[]
  /** What is wrong with its rows; undefined: nobody looked, or nobody can say. */
  readonly found?: RowsCheck | undefined
}

/** What a body has to be beyond its form. */
export interface BodyValidation {
  readonly judge?: Judge | undefined
  /** Columns whose texts are made harmless. */
  readonly sanitized?: ReadonlyMap<string, SanitizerKind> | undefined
  readonly rules?: RelationRules | undefined
  /** `missing=default` was asked for. */
  readonly fillsIn?: boolean
}

/**
 * The body of a write. With `columns` it is not looked into: the keys are given, and JSON is left to PostgreSQL to read.
 * Its rows are looked at on the way. Throws PGRST102, and ST411 to ST413. PostgREST: references/api/tables_views, "Insert", "Bulk Insert" and "Specifying Columns".
 */
export function readPayload(
  input: Pick<RestInput, 'headers' | 'body'>,
  action: WriteAction,
  given: readonly string[] | undefined,
  validation: BodyValidation = {},
): Payload | undefined {
  if (action === 'delete') return undefined
  const columns = action === 'replace' ? undefined : given
  const type = readContentType(input.headers['content-type'])
  const looks = looking(validation, action)
  const taken = (text: string, bytes?: Buffer) => withinLimits(text, validation, bytes)
  switch (type.kind) {
    case 'json':
      return readJson(taken(documentText(input, INVALID_JSON), input.body), columns, looks)
    case 'csv': {
      const csv = readCsv(documentText(input, 'Empty or invalid csv'))
      const named = columns ?? keysOf(csv)
      const text = taken(csvToJson(csv))
      return { text, isArray: true, columns: named, ...foundIn(text, named, looks) }
    }
    case 'form': {
      const values = new Map(readForm(documentText(input, 'Empty or invalid form')))
      const text = taken(JSON.stringify(Object.fromEntries(values)))
      const named = columns ?? [...values.keys()]
      return { text, isArray: false, columns: named, ...foundIn(text, named, looks) }
    }
    case 'other':
      throw new ContentTypeError(type.mediaType)
  }
}

function withinLimits(
  text: string,
  { judge, sanitized }: BodyValidation,
  bytes: Buffer | undefined,
): string {
  judge?.apply(limits => checkBody(text, limits, bytes))
  return sanitized === undefined ? text : sanitizeRows(text, sanitized)
}

/** Looks at the rows of a text; undefined: nobody asks for it. */
type Look = ((text: string) => RowsCheck) | undefined

function looking({ rules, fillsIn }: BodyValidation, action: Exclude<WriteAction, 'delete'>): Look {
  return rules && (text => new RowsCheck(text, rules, action, fillsIn && action !== 'replace'))
}

function readJson(text: string, columns: readonly string[] | undefined, look: Look): Payload {
  if (columns !== undefined) {
    return { text, isArray: beginsWithArray(text), columns, ...foundIn(text, columns, look) }
  }
  const check = look?.(text)
  const rows = readJsonRows(text, check)
  return { text, isArray: rows.isArray, columns: rows.keys, ...foundBy(check, rows) }
}

function foundIn(
  text: string,
  columns: readonly string[],
  look: Look,
): Pick<Payload, 'found'> | undefined {
  const check = look?.(text)
  const rows = check && scanRows(text, check, columns)
  return rows && foundBy(check, rows)
}

/** Of a key that comes twice another value was looked at than the one that counts. */
function foundBy(
  check: RowsCheck | undefined,
  { keys, isRepeated, nulRow }: Pick<ScannedRows, 'keys' | 'isRepeated' | 'nulRow'>,
): Pick<Payload, 'found'> | undefined {
  if (check === undefined || isRepeated) return undefined
  if (nulRow >= 0 && keys.length > 0) check.nul(nulRow)
  return check.faults.length === 0 ? undefined : { found: check }
}

/** An array without objects has no keys, and so has a header without lines. */
function keysOf({ columns, rows }: CsvRows): readonly string[] {
  return rows.length === 0 ? [] : columns
}
