import { type PathScanner, PathSyntaxError } from './scanner.ts'
import { parseQuoted } from './text.ts'
import type { Step, Test } from './steps.ts'

/** What stands on a side of a comparison: the value, or undefined for "Nothing" (RFC 9535, section 2.3.5.2.2). */
type Operand = (value: unknown, root: unknown) => unknown
type ParseSegments = (scanner: PathScanner) => Step

/** What follows `?` in brackets. Of the function extensions there is `search()`, as in PostgREST. */
export function parseFilter(scanner: PathScanner, segments: ParseSegments): Test {
  const tests = [parseAnd(scanner, segments)]
  while (takeOperator(scanner, '||')) tests.push(parseAnd(scanner, segments))
  return (value, root) => tests.some(test => test(value, root))
}

function parseAnd(scanner: PathScanner, segments: ParseSegments): Test {
  const tests = [parseTest(scanner, segments)]
  while (takeOperator(scanner, '&&')) tests.push(parseTest(scanner, segments))
  return (value, root) => tests.every(test => test(value, root))
}

function takeOperator(scanner: PathScanner, operator: string): boolean {
  scanner.skipBlanks()
  return scanner.take(operator)
}

function parseTest(scanner: PathScanner, segments: ParseSegments): Test {
  scanner.skipBlanks()
  if (scanner.take('!')) {
    const test = parseTest(scanner, segments)
    return (value, root) => !test(value, root)
  }
  if (scanner.take('(')) {
    const test = parseFilter(scanner, segments)
    scanner.skipBlanks()
    scanner.expect(')')
    return test
  }
  if (scanner.take('search(')) return parseSearch(scanner, segments)
  return parseComparison(scanner, segments)
}

function parseComparison(scanner: PathScanner, segments: ParseSegments): Test {
  const left = parseOperand(scanner, segments)
  scanner.skipBlanks()
  const operator = scanner.match(/==|!=|<=|>=|<|>/y)
  if (operator === undefined) return (value, root) => left(value, root) !== undefined
  scanner.skipBlanks()
  const right = parseOperand(scanner, segments)
  const compare = COMPARISONS[operator]
  if (compare === undefined) throw new PathSyntaxError()
  return (value, root) => compare(left(value, root), right(value, root))
}

const COMPARISONS: Readonly<Record<string, (left: unknown, right: unknown) => boolean>> = {
  '==': isEqual,
  '!=': (left, right) => !isEqual(left, right),
  '<': isLess,
  '<=': (left, right) => isLess(left, right) || isEqual(left, right),
  '>': (left, right) => isLess(right, left),
  '>=': (left, right) => isLess(right, left) || isEqual(left, right),
}

/** Objects and arrays are equal when their JSON is; keys in another order make a difference. */
function isEqual(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right)
}

function isLess(left: unknown, right: unknown): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left < right
  return typeof left === 'string' && typeof right === 'string' && left < right
}

function parseOperand(scanner: PathScanner, segments: ParseSegments): Operand {
  if (scanner.take('@')) {
    const path = segments(scanner)
    return (value, root) => path([value], root)[0]
  }
  if (scanner.take('$')) {
    const path = segments(scanner)
    return (_, root) => path([root], root)[0]
  }
  const literal = parseLiteral(scanner)
  return () => literal
}

function parseLiteral(scanner: PathScanner): unknown {
  const text = parseQuoted(scanner)
  if (text !== undefined) return text
  const other = scanner.match(/true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y)
  if (other === undefined) throw new PathSyntaxError()
  return JSON.parse(other)
}

/** RFC 9535, section 2.4.7: some part of the text matches. The pattern is fixed, so it is compiled once. */
function parseSearch(scanner: PathScanner, segments: ParseSegments): Test {
  scanner.skipBlanks()
  const subject = parseOperand(scanner, segments)
  scanner.skipBlanks()
  scanner.expect(',')
  scanner.skipBlanks()
  const pattern = parseQuoted(scanner)
  scanner.skipBlanks()
  scanner.expect(')')
  if (pattern === undefined) throw new PathSyntaxError()
  const expression = new RegExp(pattern, 'u')
  return (value, root) => {
    const text = subject(value, root)
    return typeof text === 'string' && expression.test(text)
  }
}
