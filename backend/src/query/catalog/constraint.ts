/** A CHECK constraint as PostgreSQL prints it, read with nothing left out: casts, names and nulls included. */
export type Term =
  /** A column of the constraint's table; `VALUE` of a domain's. */
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'truth'; readonly value: boolean | null }
  | { readonly kind: 'cast'; readonly term: Term; readonly type: string }
  | { readonly kind: 'list'; readonly items: readonly Term[] }
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly Term[] }
  | {
      readonly kind: 'compare'
      readonly operator: string
      readonly left: Term
      readonly right: Term
      /** With each item of the list on the right. */
      readonly quantifier: 'any' | 'all' | undefined
    }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Term[] }
  | { readonly kind: 'not'; readonly part: Term }
  | { readonly kind: 'is-null'; readonly part: Term; readonly isNegated: boolean }

const TOKEN =
  /\s*('(?:[^']|'')*'|"(?:[^"]|"")*"|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[\p{L}_][\p{L}\p{N}_$]*|::|[-+*/<>=~!@#%^&|?]+|[()[\],.])/uy

/** Undefined where it holds anything that is not understood. */
export function parseConstraint(expression: string): Term | undefined {
  const tokens = tokensOf(expression)
  if (tokens === undefined) return undefined
  const parser = new Parser(tokens)
  const term = parser.disjunction()
  return parser.isAtEnd ? term : undefined
}

function tokensOf(text: string): readonly string[] | undefined {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  const trimmed = text.trimEnd()
  while (TOKEN.lastIndex < trimmed.length) {
    const [, token] = TOKEN.exec(trimmed) ?? []
    if (token === undefined) return undefined
    tokens.push(token)
  }
  return tokens
}

const COMPARISON = /^(?:=|<>|<|<=|>|>=|~|~~)$/
/** Words that are no column where they stand alone. PostgreSQL quotes columns of such names. */
const RESERVED = new Set(['CASE', 'ARRAY', 'NOT', 'AND', 'OR', 'IS', 'ANY', 'ALL', 'ROW', 'EXISTS'])
const WORDS_OF_TIME = /^(?:CURRENT_|SESSION_|LOCALTIME|USER$)/

/** Recursive descent. Every method answers undefined where it does not understand. */
class Parser {
  readonly #tokens: readonly string[]
  #index = 0

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens
  }

  get isAtEnd(): boolean {
    return this.#index === this.#tokens.length
  }

  disjunction(): Term | undefined {
    return this.#joined('or', 'OR', () => this.#joined('and', 'AND', () => this.#negation()))
  }

  #joined(kind: 'and' | 'or', word: string, next: () => Term | undefined): Term | undefined {
    const parts: Term[] = []
    do {
      const part = next()
      if (part === undefined) return undefined
      parts.push(part)
    } while (this.#accepts(word))
    return parts.length === 1 ? parts[0] : { kind, parts }
  }

  #negation(): Term | undefined {
    if (!this.#accepts('NOT')) return this.#comparison()
    const part = this.#negation()
    return part && { kind: 'not', part }
  }

  #comparison(): Term | undefined {
    const left = this.#operand()
    if (left === undefined) return undefined
    if (this.#accepts('IS')) return this.#nullTest(left)
    const operator = this.#peek()
    if (operator === undefined || !COMPARISON.test(operator)) return left
    this.#index++
    const quantifier = this.#quantifier()
    const right = quantifier === undefined ? this.#operand() : this.#closed()
    return right && { kind: 'compare', operator, left, right, quantifier }
  }

  #nullTest(part: Term): Term | undefined {
    const isNegated = this.#accepts('NOT')
    return this.#accepts('NULL') ? { kind: 'is-null', part, isNegated } : undefined
  }

  #quantifier(): 'any' | 'all' | undefined {
    if (this.#accepts('ANY')) return 'any'
    return this.#accepts('ALL') ? 'all' : undefined
  }

  #operand(): Term | undefined {
    let operand = this.#primary()
    while (operand !== undefined && this.#accepts('::')) {
      operand = { kind: 'cast', term: operand, type: this.#type() }
    }
    return operand
  }

  #primary(): Term | undefined {
    const token = this.#peek()
    if (token === undefined) return undefined
    if (token === '(') return this.#closed()
    this.#index++
    if (token === '-') return this.#negative()
    if (token.startsWith("'")) return { kind: 'text', text: unquoted(token) }
    if (/^\d/.test(token)) return { kind: 'number', text: token }
    if (token === 'ARRAY' && this.#accepts('[')) return this.#list(']')
    return /^[\p{L}_"]/u.test(token) ? this.#named(token) : undefined
  }

  #negative(): Term | undefined {
    const number = this.#primary()
    return number?.kind === 'number' ? { ...number, text: `-${number.text}` } : undefined
  }

  #named(token: string): Term | undefined {
    if (this.#peek() === '(') {
      this.#index++
      const list = this.#list(')')
      return list && { kind: 'call', name: unquoted(token), arguments: list.items }
    }
    if (this.#peek() === '.' || RESERVED.has(token) || WORDS_OF_TIME.test(token)) return undefined
    if (token === 'true' || token === 'false') return { kind: 'truth', value: token === 'true' }
    if (token === 'NULL') return { kind: 'truth', value: null }
    return { kind: 'column', name: unquoted(token) }
  }

  #list(end: string): Extract<Term, { kind: 'list' }> | undefined {
    const items: Term[] = []
    do {
      const item = this.#operand()
      if (item === undefined) return undefined
      items.push(item)
    } while (this.#accepts(','))
    return this.#accepts(end) ? { kind: 'list', items } : undefined
  }

  #closed(): Term | undefined {
    if (!this.#accepts('(')) return undefined
    const inside = this.disjunction()
    return this.#accepts(')') ? inside : undefined
  }

  /** As `format_type` writes it: `character varying(20)[]`, `timestamp with time zone`, `public.mood`. */
  #type(): string {
    const words: string[] = []
    const isWord = (token = '') => /^[\p{L}_"]/u.test(token) && !/^(?:AND|OR|IS)$/.test(token)
    while (isWord(this.#peek()) || (words.length > 0 && this.#peek() === '.')) {
      words.push(this.#next())
    }
    let type = words.join(' ').replaceAll(' . ', '.')
    if (this.#accepts('(')) {
      const inside: string[] = []
      while (!this.isAtEnd && this.#peek() !== ')') inside.push(this.#next())
      this.#index++
      type += `(${inside.join('')})`
    }
    while (this.#accepts('[')) {
      this.#accepts(']')
      type += '[]'
    }
    return type
  }

  #peek(): string | undefined {
    return this.#tokens[this.#index]
  }

  #next(): string {
    return this.#tokens[this.#index++] ?? ''
  }

  #accepts(token: string): boolean {
    const isThere = this.#peek() === token
    if (isThere) this.#index++
    return isThere
  }
}

/** Quotes inside are doubled; PostgreSQL prints plain names as they are. */
function unquoted(token: string): string {
  const [quote] = token
  if (quote !== "'" && quote !== '"') return token
  return token.slice(1, -1).replaceAll(quote + quote, quote)
}
