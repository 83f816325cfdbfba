import { ResponseError } from './errors.ts'
import { pointerStep } from './fault.ts'

export interface ResponseOptions {
  /** Rows of one answer; more are an error, not a shorter answer. Default: any number. */
  readonly rowsMax?: number
  /** The members that rows are declared to have. Default: any. */
  readonly columns?: readonly string[]
  /** What is done about others: left out, told to `onUndeclared` only, or the answer refused. Default drop. */
  readonly undeclared?: 'drop' | 'tell' | 'refuse'
  /** Hears each name once in an answer. */
  readonly onUndeclared?: (column: string) => void
}

export type Row = Readonly<Record<string, unknown>>

/** Looks at rows before they leave: what nobody declared does not go out unseen. Throws ST423. */
export function createResponseGuard(
  options: ResponseOptions,
): (rows: readonly Row[]) => readonly Row[] {
  const { rowsMax = Number.POSITIVE_INFINITY, undeclared = 'drop', onUndeclared } = options
  const declared = options.columns && new Set(options.columns)

  return rows => {
    if (rows.length > rowsMax) throw tooManyRows(rowsMax)
    const unknown = declared === undefined ? NONE : unknownIn(rows, declared)
    if (unknown.size === 0) return rows
    if (onUndeclared !== undefined) for (const column of unknown) onUndeclared(column)
    if (undeclared === 'refuse') throw unknownColumn([...unknown][0] ?? '')
    return undeclared === 'tell' ? rows : rows.map(row => without(row, unknown))
  }
}

const NONE: ReadonlySet<string> = new Set()

function unknownIn(rows: readonly Row[], declared: ReadonlySet<string>): ReadonlySet<string> {
  const unknown = new Set<string>()
  for (const row of rows) {
    for (const column of Object.keys(row)) if (!declared.has(column)) unknown.add(column)
  }
  return unknown
}

function without(row: Row, columns: ReadonlySet<string>): Row {
  return Object.fromEntries(Object.entries(row).filter(([column]) => !columns.has(column)))
}

function tooManyRows(bound: number): ResponseError {
  const detail = `The answer has more than ${bound} rows`
  const hint = 'Ask for less at once.'
  return new ResponseError([{ pointer: '', rule: 'rows', detail, hint, bound }])
}

function unknownColumn(column: string): ResponseError {
  const detail = 'The answer has a member that is not declared'
  const pointer = pointerStep(column)
  return new ResponseError([{ pointer, rule: 'undeclared', detail, hint: undefined }])
}
