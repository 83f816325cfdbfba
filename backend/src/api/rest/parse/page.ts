import { UnsatisfiableRangeError } from './errors.ts'

export interface Page {
  /** 206 when the total is known and larger than what was given. */
  readonly status: 200 | 206
  readonly contentRange: string
}

/**
 * What an answer of `rows` rows after the first `offset` says of itself. `total` is null when nobody counted.
 * Fails with 416 when the offset lies behind the total. PostgREST: references/api/pagination_count.
 */
export function describePage(offset: number, rows: number, total: number | null): Page {
  const range = contentRange(offset, rows, total)
  if (total !== null && offset > total) {
    const details = `An offset of ${offset} was requested, but there are only ${total} rows.`
    throw new UnsatisfiableRangeError(details, { 'content-range': range })
  }
  return { status: total !== null && rows < total ? 206 : 200, contentRange: range }
}

/** `0-9/100`, a star for what is empty or unknown. */
export function contentRange(offset: number, rows: number, total: number | null): string {
  const range = rows > 0 && total !== 0 ? `${offset}-${offset + rows - 1}` : '*'
  return `${range}/${total ?? '*'}`
}
