/** A piece of SQL text. Words are in lower case unless they were quoted. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'text' | 'number' | 'argument' | 'operator' | 'sign'
  readonly text: string
}

/** White space and comments, words, `"names"`, `'constants'`, numbers, `$1`, operators, and single signs. */
const PIECE =
  /(\s+|--[^\n]*|\/\*(?:(?!\/\*|\*\/)[^])*\*\/)|([A-Za-z_][A-Za-z0-9_$]*)|"((?:[^"]|"")+)"|'((?:[^'\\]|'')*)'|(\d+(?:\.\d+)?)|\$(\d+)|(::|[-+*/<>=~!@#%^&|`?]+)|([(),.;[\]:])/y

/**
 * The text in pieces; undefined where there is anything else in it, such as escape strings and dollar quotes. Constants
 * with a backslash are refused: what they say depends on a setting.
 * Source: PostgreSQL, "Lexical Structure".
 */
export function tokensOf(text: string): readonly Token[] | undefined {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    PIECE.lastIndex = at
    const found = PIECE.exec(text)
    if (found === null) return undefined
    at = PIECE.lastIndex
    const token = tokenOf(found)
    if (token === undefined) continue
    if (readsOtherwise(tokens.at(-1), token)) return undefined
    tokens.push(token)
  }
  return tokens
}

/** Words that a constant may follow. */
const SEPARATE: ReadonlySet<string> = new Set(
  'select return and or not in then else when case as distinct from like is between'.split(' '),
)

/** `e'…'`, `u&"…"`, two constants in a row, and operators with the beginning of a comment are not what they look like. */
function readsOtherwise(before: Token | undefined, { kind, text }: Token): boolean {
  if (kind === 'operator') return text.includes('--') || text.includes('/*')
  if (kind !== 'text' && kind !== 'quoted') return false
  const touches = before?.kind === 'word' || before?.kind === kind
  return touches && !SEPARATE.has(before.text)
}

function tokenOf(found: RegExpExecArray): Token | undefined {
  const [, blank, word, quoted, text, number, argument, operator, sign] = found
  if (blank !== undefined) return undefined
  if (word !== undefined) return { kind: 'word', text: word.toLowerCase() }
  if (quoted !== undefined) return { kind: 'quoted', text: quoted.replaceAll('""', '"') }
  if (text !== undefined) return { kind: 'text', text: text.replaceAll("''", "'") }
  if (number !== undefined) return { kind: 'number', text: number }
  if (argument !== undefined) return { kind: 'argument', text: argument }
  if (operator !== undefined) return { kind: 'operator', text: operator }
  return { kind: 'sign', text: sign ?? '' }
}
