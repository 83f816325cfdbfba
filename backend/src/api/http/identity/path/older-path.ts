import { PathScanner, PathSyntaxError, parsed } from './scanner.ts'
import { chain, element, member, type Step } from './steps.ts'

/**
 * PostgREST's notation before version 16 as a function: `.key`, `."any key"`, `[0]`, `[?(@ == "text")]` on an array of
 * texts (also `!=`, `^==` begins with, `==^` ends with, `*==` holds), and `[1:-1]` on a text. Undefined when the text
 * is not of this form. PostgREST 14: "JWT Role Extraction".
 */
export function parseOlderPath(text: string): Step | undefined {
  return parsed(() => {
    const scanner = new PathScanner(text)
    const steps: Step[] = []
    do steps.push(parseStep(scanner))
    while (!scanner.atEnd)
    return chain(steps)
  })
}

function parseStep(scanner: PathScanner): Step {
  if (scanner.take('.')) return member(parseKey(scanner))
  if (scanner.take('[?(@')) return parseFilter(scanner)
  scanner.expect('[')
  const start = scanner.match(INTEGER)
  if (!scanner.take(':')) {
    scanner.expect(']')
    if (start === undefined || start.startsWith('-')) throw new PathSyntaxError()
    return element(Number(start))
  }
  const end = scanner.match(INTEGER)
  scanner.expect(']')
  return textSlice(start, end)
}

const INTEGER = /-?\d+/y

function parseKey(scanner: PathScanner): string {
  const key = scanner.match(/[\p{L}\p{N}_$@]+/uy) ?? parseQuoted(scanner)
  if (key === undefined) throw new PathSyntaxError()
  return key
}

function parseQuoted(scanner: PathScanner): string | undefined {
  return scanner.match(/"[^"]*"/y)?.slice(1, -1)
}

function parseFilter(scanner: PathScanner): Step {
  scanner.skipBlanks()
  const operator = scanner.match(/==\^|==|!=|\^==|\*==/y)
  scanner.skipBlanks()
  const operand = parseQuoted(scanner)
  scanner.expect(')]')
  const accepts = operator === undefined ? undefined : COMPARISONS[operator]
  if (accepts === undefined || operand === undefined) throw new PathSyntaxError()
  return firstText(text => accepts(text, operand))
}

const COMPARISONS: Readonly<Record<string, (text: string, operand: string) => boolean>> = {
  '==': (text, operand) => text === operand,
  '!=': (text, operand) => text !== operand,
  '^==': (text, operand) => text.startsWith(operand),
  '==^': (text, operand) => text.endsWith(operand),
  '*==': (text, operand) => text.includes(operand),
}

function firstText(accepts: (text: string) => boolean): Step {
  return values =>
    values.flatMap(value => {
      if (!Array.isArray(value)) return []
      const items: readonly unknown[] = value
      return items.filter(item => typeof item === 'string' && accepts(item)).slice(0, 1)
    })
}

/** Counted in characters, as PostgREST does, not in UTF-16 units. */
function textSlice(start: string | undefined, end: string | undefined): Step {
  const from = start === undefined ? 0 : Number(start)
  const to = end === undefined ? undefined : Number(end)
  return values =>
    values.flatMap(value =>
      typeof value === 'string' ? [[...value].slice(from, to).join('')] : [],
    )
}
