import { CLOSE, CLOSE_BRACE, COMMA, OPEN, OPEN_BRACE, QUOTE } from './characters.ts'
import { arrayLiteral, takeQuoted } from './quoted.ts'
import type { Scanner } from './scanner.ts'

/** Reads the value of a test: outside of a logic tree it is the rest of the text, inside it ends before `,` or `)`. */
export type ValueReader = (scanner: Scanner) => string

export const takeWholeValue: ValueReader = scanner => scanner.takeRest()

/** A value among others: in double quotes, in braces (a PostgreSQL array), or up to `,` or `)`. */
export const takeMemberValue: ValueReader = scanner =>
  takeQuotedElement(scanner) ?? takeBraced(scanner) ?? takeElement(scanner)

/** `(1,2,"a,b")` as a PostgreSQL array literal. `()` has no element. */
export function scanList(scanner: Scanner): string {
  scanner.skipSpaces()
  scanner.expect(OPEN, '"("')
  scanner.skipSpaces()
  const elements: string[] = []
  do {
    elements.push(takeQuotedElement(scanner) ?? takeElement(scanner))
  } while (scanner.take(COMMA))
  scanner.expect(CLOSE, '"," or ")"')
  const isEmpty = elements.length === 1 && elements[0] === ''
  return arrayLiteral(isEmpty ? [] : elements)
}

/** Quotes hold the whole element or they are characters of it. */
function takeQuotedElement(scanner: Scanner): string | undefined {
  if (scanner.code() !== QUOTE) return undefined
  const start = scanner.position
  const value = takeQuoted(scanner)
  if (value === undefined || scanner.atEnd() || isElementEnd(scanner.code())) return value
  scanner.position = start
  return undefined
}

function takeBraced(scanner: Scanner): string | undefined {
  if (scanner.code() !== OPEN_BRACE) return undefined
  const { text, position: start } = scanner
  for (let index = start + 1; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === OPEN_BRACE) return undefined
    if (code !== CLOSE_BRACE) continue
    scanner.position = index + 1
    return text.slice(start, index + 1)
  }
  return undefined
}

function takeElement(scanner: Scanner): string {
  const { text, position: start } = scanner
  let end = start
  while (end < text.length && !isElementEnd(text.charCodeAt(end))) end++
  scanner.position = end
  return text.slice(start, end)
}

function isElementEnd(code: number): boolean {
  return code === COMMA || code === CLOSE
}
