import { CLOSE, COMMA, DOT, isDigit, OPEN } from './characters.ts'
import { scanIdentifier } from './names.ts'
import type { Scanner } from './scanner.ts'

/** A dot that begins `.sum()` rather than ending a schema. */
const AGGREGATE = /\.(?:sum|avg|count|max|min)\(/y

/**
 * The type of a cast as it is written: `text`, `double precision`, `numeric(10,2)`, `text[]`, `my_schema.my_type`. What
 * PostgREST allows is the name alone. Planning takes it apart.
 */
export function scanTypeText(scanner: Scanner): string {
  const start = scanner.position
  scanIdentifier(scanner)
  if (scanner.code() === DOT && !isAggregate(scanner)) {
    scanner.take(DOT)
    scanIdentifier(scanner)
  }
  if (scanner.take(OPEN)) scanModifiers(scanner)
  while (scanner.takeText('[]')) continue
  return scanner.text.slice(start, scanner.position).trim()
}

function isAggregate({ text, position }: Scanner): boolean {
  AGGREGATE.lastIndex = position
  return AGGREGATE.test(text)
}

function scanModifiers(scanner: Scanner): void {
  do scanDigits(scanner)
  while (scanner.take(COMMA))
  scanner.expect(CLOSE, 'digit, "," or ")"')
}

function scanDigits(scanner: Scanner): void {
  if (!isDigit(scanner.code())) scanner.fail('digit')
  while (isDigit(scanner.code())) scanner.position++
}
