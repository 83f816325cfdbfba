/** Bare elements, quoted ones, and what is between. */
const ELEMENT = /\s*(?:"((?:[^"\\]|\\[^])*)"|([^\s{}",\\]+))\s*([,}])/y

/**
 * The elements of a one-dimensional array in PostgreSQL's text form; null is SQL NULL. Undefined for anything that is
 * not as plain as that: bounds, further dimensions, bare elements with blanks or backslashes.
 * Source: PostgreSQL, "Array Input and Output Syntax".
 */
export function elementsOf(literal: string): readonly (string | null)[] | undefined {
  const text = literal.trim()
  if (text === '{}') return []
  if (!text.startsWith('{')) return undefined
  const elements: (string | null)[] = []
  let at = 1
  for (;;) {
    ELEMENT.lastIndex = at
    const found = ELEMENT.exec(text)
    if (found === null) return undefined
    const [, quoted, bare, sign] = found
    elements.push(quoted === undefined ? valueOf(bare ?? '') : quoted.replace(/\\([^])/g, '$1'))
    at = ELEMENT.lastIndex
    if (sign === '}') return at === text.length ? elements : undefined
  }
}

function valueOf(bare: string): string | null {
  return bare.toLowerCase() === 'null' ? null : bare
}
