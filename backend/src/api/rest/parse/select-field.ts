import type { FieldRequest, StarRequest } from '../../../query/plan/index.ts'
import { CLOSE, COLON, COMMA, DOT, OPEN } from './characters.ts'
import { scanJsonPath } from './names.ts'
import type { Scanner } from './scanner.ts'
import { scanTypeText } from './type-text.ts'

const STAR_ITEM: StarRequest = Object.freeze({ kind: 'star' })
const NO_FIELD = Object.freeze({ name: '', path: Object.freeze([]) })
const AFTER_STAR = '")", "," or end of input'
const AFTER_COUNT = '"::", ")", "," or end of input'
const AFTER_FIELD = 'letter, digit, "-", "->>", "->", "::", ".", ")", "," or end of input'
const AGGREGATES: ReadonlySet<string> = new Set(['sum', 'avg', 'count', 'max', 'min'])

/** What follows `*`: nothing. */
export function scanStarEnd(scanner: Scanner): StarRequest {
  expectItemEnd(scanner, AFTER_STAR)
  return STAR_ITEM
}

/** What follows a bare `count`: `()`, `()::type`. */
export function scanCount(scanner: Scanner, alias: string | undefined): FieldRequest {
  scanner.expect(OPEN, '"("')
  scanner.expect(CLOSE, '")"')
  const aggregate = { name: 'count', cast: scanCast(scanner) }
  expectItemEnd(scanner, AFTER_COUNT)
  return { kind: 'field', field: NO_FIELD, aggregate, cast: undefined, alias }
}

/** What follows a column's name: `->path`, `::type`, `.sum()`, `.sum()::type`. */
export function scanFieldRest(
  scanner: Scanner,
  name: string,
  alias: string | undefined,
): FieldRequest {
  const path = scanJsonPath(scanner)
  const cast = scanCast(scanner)
  const aggregate = scanAggregate(scanner)
  expectItemEnd(scanner, AFTER_FIELD)
  return { kind: 'field', field: { name, path }, aggregate, cast, alias }
}

function scanCast(scanner: Scanner): string | undefined {
  return scanner.code() === COLON && scanner.takeText('::') ? scanTypeText(scanner) : undefined
}

function scanAggregate(scanner: Scanner): FieldRequest['aggregate'] {
  if (!scanner.take(DOT)) return undefined
  const start = scanner.position
  const name = scanner.takeWord()
  if (!AGGREGATES.has(name)) {
    scanner.position = start
    scanner.fail('"sum", "avg", "count", "max" or "min"')
  }
  scanner.expect(OPEN, '"("')
  scanner.expect(CLOSE, '")"')
  return { name, cast: scanCast(scanner) }
}

function expectItemEnd(scanner: Scanner, expected: string): void {
  scanner.skipSpaces()
  const code = scanner.code()
  if (code !== COMMA && code !== CLOSE && !scanner.atEnd()) scanner.fail(expected)
}
