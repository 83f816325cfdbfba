import { UnsatisfiableRangeError } from './errors.ts'

/** Rows asked for: at most `limit` of them (undefined: all) after the first `offset`. */
export interface RowRange {
  readonly offset: number
  readonly limit: number | undefined
}

export const ALL_ROWS: RowRange = Object.freeze({ offset: 0, limit: undefined })
const NO_ROWS: RowRange = Object.freeze({ offset: 0, limit: 0 })

/**
 * The rows that `Range: 0-9` or `Range: 10-` asks for. Undefined: no such header, another method than GET (RFC 9110,
 * section 14.2), or a form that is not ours, such as bytes. `Range-Unit` changes nothing, as in PostgREST.
 */
export function parseRange(method: string, header: string | undefined): RowRange | undefined {
  if (header === undefined || method !== 'GET') return undefined
  const dash = header.indexOf('-')
  const [firstText, lastText] = [header.slice(0, Math.max(dash, 0)), header.slice(dash + 1)]
  if (!DIGITS.test(firstText)) return undefined
  const first = toInteger(firstText)
  if (lastText === '') return { offset: first, limit: undefined }
  if (!DIGITS.test(lastText)) return undefined
  const last = toInteger(lastText)
  if (last < first) {
    throw new UnsatisfiableRangeError(
      'The lower boundary must be lower than or equal to the upper boundary in the Range header.',
    )
  }
  return { offset: first, limit: last - first + 1 }
}

/** The rows that both the Range header and `limit`/`offset` ask for. */
export function combineRanges(
  header: RowRange | undefined,
  limit: number | undefined,
  offset: number | undefined,
): RowRange {
  if (limit === 0) return NO_ROWS
  const first = Math.max(header?.offset ?? 0, offset ?? 0)
  const end = Math.min(endOf(header), endOf({ offset: offset ?? 0, limit }))
  if (end === Number.POSITIVE_INFINITY) return { offset: first, limit: undefined }
  if (end <= first)
    throw new UnsatisfiableRangeError('The Range header and limit/offset share no row.')
  return { offset: first, limit: end - first }
}

/** `limit=`: undefined when it is no number, which is no limit; PostgREST treats it so. */
export function parseLimit(text: string): number | undefined {
  const limit = parseInteger(text)
  if (limit === undefined || limit >= 0) return limit
  throw new UnsatisfiableRangeError('Limit should be greater than or equal to zero.')
}

/** `offset=`: undefined when it is no number. A negative one is none. */
export function parseOffset(text: string): number | undefined {
  const offset = parseInteger(text)
  return offset === undefined ? undefined : Math.max(offset, 0)
}

function endOf(range: RowRange | undefined): number {
  if (range?.limit === undefined) return Number.POSITIVE_INFINITY
  return range.offset + range.limit
}

const DIGITS = /^[0-9]+$/
const INTEGER = /^-?[0-9]+$/

function parseInteger(text: string): number | undefined {
  const trimmed = text.trim()
  return INTEGER.test(trimmed) ? toInteger(trimmed) : undefined
}

/** Numbers too large for JavaScript become the largest that is exact: no table has so many rows. */
function toInteger(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER)
}
