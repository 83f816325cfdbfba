/** Whether a text is like this; undefined: it is left to PostgreSQL. */
export type TextTest = (text: string) => boolean | undefined

/** A character, a dot, or a class, and how often: what both dialects read alike. */
const ATOM =
  /(?:[^\\[\]{}().*+?|^$]|\\[.\\/()[\]{}*+?|^$-]|\\d|\.|\[\^?(?:[^\\[\]^&~-]|[\p{L}\p{N}]-[\p{L}\p{N}]|\\[.\\/()[\]{}*+?|^$-])+-?\])(?:[*+?]|\{\d{1,3}(?:,\d{0,3})?\})?/uy
const UNBOUNDED = /[*+]$|,\}$/
/** Steps that a match may take at worst. */
const STEPS_MAX = 1_000_000

/**
 * A regular expression of PostgreSQL that is a row of atoms: no groups, no alternatives, nothing of one dialect alone. Undefined:
 * it is something else. PostgreSQL: "Regular Expression Details".
 */
export function regularExpression(pattern: string): TextTest | undefined {
  const isBegun = pattern.startsWith('^')
  const isEnded = pattern.endsWith('$') && !pattern.endsWith('\\$')
  const body = pattern.slice(isBegun ? 1 : 0, isEnded ? -1 : undefined)
  const atoms = atomsOf(body)
  if (atoms === undefined) return undefined
  const degree = atoms.filter(atom => UNBOUNDED.test(atom)).length + (isBegun ? 0 : 1)
  const spelled = atoms.map(atom => (atom.startsWith('.') ? `[\\s\\S]${atom.slice(1)}` : atom))
  const expression = compiledOf(`${isBegun ? '^' : ''}${spelled.join('')}${isEnded ? '$' : ''}`)
  if (expression === undefined) return undefined
  const hasDigits = pattern.includes('\\d')
  return text => {
    if (text.length ** degree > STEPS_MAX) return undefined
    // What a digit is beyond ASCII depends on the collation.
    if (hasDigits && /[^\0-\x7f]/.test(text)) return undefined
    return expression.test(text)
  }
}

function atomsOf(body: string): readonly string[] | undefined {
  const atoms: string[] = []
  ATOM.lastIndex = 0
  while (ATOM.lastIndex < body.length) {
    const [atom] = ATOM.exec(body) ?? []
    if (atom === undefined) return undefined
    atoms.push(atom)
  }
  return atoms
}

function compiledOf(source: string): RegExp | undefined {
  try {
    return new RegExp(source.replaceAll('\\-', '\\x2d'), 'u')
  } catch {
    return undefined
  }
}

/** LIKE with `%` alone: its pieces one after the other. */
export function likePattern(pattern: string): TextTest | undefined {
  if (/[_\\]/.test(pattern)) return undefined
  const [first = '', ...others] = pattern.split('%')
  const last = others.pop()
  if (last === undefined) return text => text === first
  return text => {
    if (!text.startsWith(first)) return false
    let at = first.length
    for (const piece of others) {
      const found = text.indexOf(piece, at)
      if (found < 0) return false
      at = found + piece.length
    }
    return text.length - last.length >= at && text.endsWith(last)
  }
}
