import { BACKSLASH, QUOTE } from './characters.ts'
import type { Scanner } from './scanner.ts'

/**
 * The text between the double quote here and the next one; a backslash takes the character after it as it is.
 * Undefined, and nothing is taken, when no quote ends it.
 */
export function takeQuoted(scanner: Scanner): string | undefined {
  const { text } = scanner
  let start = scanner.position + 1
  let value = ''
  for (let index = start; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === QUOTE) {
      scanner.position = index + 1
      return value + text.slice(start, index)
    }
    if (code !== BACKSLASH) continue
    value += text.slice(start, index)
    start = ++index
  }
  return undefined
}

/** The PostgreSQL array literal of exactly these elements. */
export function arrayLiteral(elements: readonly string[]): string {
  let literal = '{'
  for (const element of elements) {
    literal += literal.length > 1 ? ',"' : '"'
    literal += isPlain(element) ? element : escaped(element)
    literal += '"'
  }
  return `${literal}}`
}

function isPlain(element: string): boolean {
  return !element.includes('"') && !element.includes('\\')
}

/** PostgreSQL: inside double quotes of an array literal, a backslash precedes `"` and `\`. */
function escaped(element: string): string {
  return element.replaceAll('\\', '\\\\').replaceAll('"', '\\"')
}
