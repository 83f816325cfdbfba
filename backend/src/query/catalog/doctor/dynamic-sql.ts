interface Piece {
  readonly kind: 'text' | 'word' | 'sign'
  /** Of a word in lower case; of a text without its quotes. */
  readonly text: string
}

/** Spaces and comments; constants, dollar quotes too; `"names"`; names with their fields; `$1`; signs. */
const PIECE =
  /(\s+|--[^\n]*|\/\*[^]*?\*\/)|([eE]'(?:[^'\\]|''|\\[^])*'|'(?:[^']|'')*'|\$(\w*)\$[^]*?\$\3\$)|("(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*(?:\.[\p{L}_][\p{L}\p{N}_$]*)*|\$\d+)|(\|\||:=|::|[^])/u

/**
 * Whether a body in PL/pgSQL executes a statement that holds one of these texts as it is. Texts are followed through assignments;
 * what passes through `quote_ident`, `quote_literal`, `%I` or `%L` does no harm, and what comes behind `using` is a value.
 */
export function concatenates(source: string, texts: readonly string[]): boolean {
  const statements = statementsOf(piecesOf(source))
  const tainted = taintedIn(
    statements,
    texts.map(text => text.toLowerCase()),
  )
  return statements.some(statement =>
    executedIn(statement).some(expression => isTainted(expression, tainted)),
  )
}

function piecesOf(source: string): readonly Piece[] {
  const pieces: Piece[] = []
  for (const [, blank, text, , word, sign] of source.matchAll(new RegExp(PIECE.source, 'gu'))) {
    if (blank !== undefined) continue
    if (text !== undefined) pieces.push({ kind: 'text', text: unquoted(text) })
    else if (word !== undefined) pieces.push({ kind: 'word', text: wordOf(word) })
    else pieces.push({ kind: 'sign', text: sign ?? '' })
  }
  return pieces
}

function unquoted(text: string): string {
  return text.replace(/^(?:[eE]?'|\$\w*\$)/, '').replace(/(?:'|\$\w*\$)$/, '')
}

function wordOf(word: string): string {
  return word.startsWith('"') ? word.slice(1, -1) : word.toLowerCase()
}

function statementsOf(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const statements: Piece[][] = [[]]
  for (const piece of pieces) {
    if (piece.text === ';' && piece.kind === 'sign') statements.push([])
    else statements.at(-1)?.push(piece)
  }
  return statements
}

/** `execute` is a word of triggers and grants too. */
const NOT_BEFORE_EXECUTE = new Set(['grant', 'revoke', 'row', 'statement'])
const ENDS = new Set(['into', 'using', 'loop'])

function executedIn(statement: readonly Piece[]): readonly (readonly Piece[])[] {
  return statement.flatMap((piece, index) => {
    if (piece.kind !== 'word' || piece.text !== 'execute') return []
    if (NOT_BEFORE_EXECUTE.has(statement[index - 1]?.text ?? '')) return []
    return [untilEnd(statement.slice(index + 1))]
  })
}

function untilEnd(pieces: readonly Piece[]): readonly Piece[] {
  let depth = 0
  const end = pieces.findIndex(({ kind, text }) => {
    if (kind === 'sign' && text === '(') depth++
    if (kind === 'sign' && text === ')') depth--
    return depth === 0 && kind === 'word' && ENDS.has(text)
  })
  return end < 0 ? pieces : pieces.slice(0, end)
}

/** The texts, and the variables that hold something of them. */
function taintedIn(
  statements: readonly (readonly Piece[])[],
  texts: readonly string[],
): ReadonlySet<string> {
  const tainted = new Set(texts)
  for (let before = -1; before !== tainted.size; ) {
    before = tainted.size
    for (const statement of statements) {
      const assigned = assignmentIn(statement)
      if (assigned !== undefined && isTainted(assigned.value, tainted)) tainted.add(assigned.name)
    }
  }
  return tainted
}

const OPENING = new Set(['declare', 'begin', 'then', 'else', 'loop', 'constant'])

/** `name := value`, in a declaration with a type between the two. */
function assignmentIn(
  statement: readonly Piece[],
): { readonly name: string; readonly value: readonly Piece[] } | undefined {
  const sign = statement.findIndex(({ kind, text }) => kind === 'sign' && text === ':=')
  if (sign < 0) return undefined
  const before = statement.slice(0, sign)
  const opening = before.findLastIndex(({ kind, text }) => kind === 'word' && OPENING.has(text))
  const name = before.slice(opening + 1).find(({ kind }) => kind === 'word')
  const first = opening >= 0 && before[opening]?.text === 'constant' ? before[opening - 1] : name
  return first && { name: first.text, value: statement.slice(sign + 1) }
}

const QUOTING = new Set(['quote_ident', 'quote_literal', 'quote_nullable'])
/** As such a type a text is no statement any more. */
const HARMLESS =
  /^(?:int|int2|int4|int8|integer|bigint|smallint|numeric|uuid|boolean|bool|date|timestamp|timestamptz|interval|regclass|regtype|regproc|regprocedure|regrole|regnamespace|oid)$/
const MEASURING = new Set([
  'length',
  'char_length',
  'octet_length',
  'md5',
  'cardinality',
  'array_length',
])

function isTainted(pieces: readonly Piece[], tainted: ReadonlySet<string>): boolean {
  for (let index = 0; index < pieces.length; index++) {
    const piece = pieces[index]
    if (piece?.kind !== 'word') continue
    const called = cleanCallAt(pieces, index)
    if (called === undefined) {
      if (isName(piece.text, tainted) && !isCast(pieces, index)) return true
    } else if (called.isFormat && isFormatTainted(called.inside, tainted)) return true
    else index = called.end
  }
  return false
}

interface CleanCall {
  readonly isFormat: boolean
  readonly inside: readonly Piece[]
  /** The place of its closing bracket. */
  readonly end: number
}

/** A call of something that quotes or measures what it is given; undefined: there is none here. */
function cleanCallAt(pieces: readonly Piece[], index: number): CleanCall | undefined {
  const name = pieces[index]?.text.replace(/^pg_catalog\./, '') ?? ''
  const bracket = pieces[index + 1]
  if (bracket?.kind !== 'sign' || bracket.text !== '(') return undefined
  const isFormat = name === 'format'
  if (!isFormat && !QUOTING.has(name) && !MEASURING.has(name)) return undefined
  const end = closingOf(pieces, index + 1)
  return { isFormat, inside: pieces.slice(index + 2, end), end }
}

/** A field of a row that a trigger was given is a text of somebody else, too. */
function isName(name: string, tainted: ReadonlySet<string>): boolean {
  if (/^(?:new|old)\./.test(name)) return true
  if (tainted.has(name)) return true
  const [first = '', second] = name.split('.')
  return second !== undefined && (tainted.has(second) || tainted.has(first))
}

function isCast(pieces: readonly Piece[], index: number): boolean {
  const [colons, type] = pieces.slice(index + 1, index + 3)
  return colons?.text === '::' && type !== undefined && HARMLESS.test(type.text)
}

function closingOf(pieces: readonly Piece[], open: number): number {
  let depth = 0
  for (let index = open; index < pieces.length; index++) {
    const piece = pieces[index]
    if (piece?.kind !== 'sign') continue
    if (piece.text === '(') depth++
    if (piece.text === ')' && --depth === 0) return index
  }
  return pieces.length
}

/** What stands for `%s` goes in as it is. */
function isFormatTainted(inside: readonly Piece[], tainted: ReadonlySet<string>): boolean {
  const [form = [], ...values] = separated(inside)
  if (isTainted(form, tainted)) return true
  const template = form.map(({ kind, text }) => (kind === 'text' ? text : '')).join('')
  let next = 0
  for (const [found, place, kind] of template.matchAll(/%(?:(\d+)\$)?-?\d*([sIL%])/g)) {
    if (found.endsWith('%')) continue
    const index = place === undefined ? next++ : Number(place) - 1
    if (kind === 's' && isTainted(values[index] ?? [], tainted)) return true
  }
  return false
}

/** At the commas that stand in no brackets. */
function separated(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const parts: Piece[][] = [[]]
  let depth = 0
  for (const piece of pieces) {
    if (piece.kind === 'sign' && /^[([]$/.test(piece.text)) depth++
    if (piece.kind === 'sign' && /^[)\]]$/.test(piece.text)) depth--
    if (piece.kind === 'sign' && piece.text === ',' && depth === 0) parts.push([])
    else parts.at(-1)?.push(piece)
  }
  return parts
}
