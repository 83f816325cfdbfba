import { parseFilter } from './json-path-filter.ts'
import { PathScanner, PathSyntaxError, parsed } from './scanner.ts'
import { parseQuoted } from './text.ts'
import {
  chain,
  children,
  descendants,
  either,
  element,
  filter,
  member,
  type Step,
  slice,
} from './steps.ts'

/** A JSON Path (RFC 9535) as a function; undefined when the text is none. */
export function parseJsonPath(text: string): Step | undefined {
  return parsed(() => {
    const scanner = new PathScanner(text)
    scanner.expect('$')
    const steps = parseSegments(scanner)
    scanner.skipBlanks()
    if (!scanner.atEnd) throw new PathSyntaxError()
    return steps
  })
}

/** What follows `$` or `@`. */
export function parseSegments(scanner: PathScanner): Step {
  const steps: Step[] = []
  for (;;) {
    if (scanner.match(BLANKS_BEFORE_SEGMENT) !== undefined) continue
    if (scanner.take('..')) steps.push(descendants, parseDescendant(scanner))
    else if (scanner.take('.')) steps.push(parseShorthand(scanner))
    else if (scanner.take('[')) steps.push(parseBrackets(scanner))
    else return chain(steps)
  }
}

const BLANKS_BEFORE_SEGMENT = /[ \t\r\n]+(?=[.[])/y

/** RFC 9535: a letter, `_` or a character beyond ASCII, then digits too. */
const NAME = /[A-Za-z_\u0080-\u{10ffff}][\w\u0080-\u{10ffff}]*/uy

function parseDescendant(scanner: PathScanner): Step {
  return scanner.take('[') ? parseBrackets(scanner) : parseShorthand(scanner)
}

function parseShorthand(scanner: PathScanner): Step {
  if (scanner.take('*')) return children
  const name = scanner.match(NAME)
  if (name === undefined) throw new PathSyntaxError()
  return member(name)
}

function parseBrackets(scanner: PathScanner): Step {
  const steps: Step[] = []
  do {
    scanner.skipBlanks()
    steps.push(parseSelector(scanner))
    scanner.skipBlanks()
  } while (scanner.take(','))
  scanner.expect(']')
  return either(steps)
}

function parseSelector(scanner: PathScanner): Step {
  if (scanner.take('*')) return children
  if (scanner.take('?')) return filter(parseFilter(scanner, parseSegments))
  const quoted = parseQuoted(scanner)
  if (quoted !== undefined) return member(quoted)
  const start = parseInteger(scanner)
  scanner.skipBlanks()
  if (!scanner.take(':')) {
    if (start === undefined) throw new PathSyntaxError()
    return element(start)
  }
  scanner.skipBlanks()
  const end = parseInteger(scanner)
  scanner.skipBlanks()
  if (!scanner.take(':')) return slice(start, end)
  scanner.skipBlanks()
  return slice(start, end, parseInteger(scanner))
}

function parseInteger(scanner: PathScanner): number | undefined {
  const digits = scanner.match(/-?(?:0|[1-9]\d*)/y)
  return digits === undefined ? undefined : Number(digits)
}
