/** A CHECK constraint as PostgreSQL prints it, read as far as a schema can say it too. */
export type Expression =
  | { readonly kind: 'value' }
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly Expression[] }
  | {
      readonly kind: 'compare'
      readonly operator: string
      readonly left: Expression
      readonly right: Expression
    }
  | { readonly kind: 'and'; readonly parts: readonly Expression[] }

const TOKEN =
  /\s*('(?:[^']|'')*'|"(?:[^"]|"")*"|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[\p{L}_][\p{L}\p{N}_$.]*|::|[-+*/<>=~!@#%^&|?]+|[()[\],])/uy

/**
 * The expression, with the one column of the constraint (or VALUE of a domain) as `value`; undefined where it holds
 * anything that is not understood. Casts are passed over.
 */
export function parseCheck(text: string): Expression | undefined {
  const tokens = tokensOf(text)
  if (tokens === undefined) return undefined
  const parser = new Parser(tokens)
  const expression = parser.conjunction()
  return parser.isAtEnd ? expression : undefined
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

  conjunction(): Expression | undefined {
    const parts: Expression[] = []
    do {
      const part = this.#comparison()
      if (part === undefined) return undefined
      parts.push(part)
    } while (this.#accepts('AND'))
    return parts.length === 1 ? parts[0] : { kind: 'and', parts }
  }

  #comparison(): Expression | undefined {
    const left = this.#operand()
    const operator = this.#peek()
    if (left === undefined || operator === undefined || !/^[<>=~!]+$/.test(operator)) return left
    this.#index++
    const right = this.#operand()
    return right && { kind: 'compare', operator, left, right }
  }

  #operand(): Expression | undefined {
    const operand = this.#primary()
    while (this.#accepts('::')) this.#passType()
    return operand
  }

  #primary(): Expression | undefined {
    const token = this.#next()
    if (token === undefined) return undefined
    if (token === '(') return this.#closed(this.conjunction(), ')')
    if (token === '-') return this.#negative()
    if (token.startsWith("'")) {
      return { kind: 'literal', text: token.slice(1, -1).replaceAll("''", "'") }
    }
    if (/^\d/.test(token)) return { kind: 'literal', text: token }
    if (token === 'ARRAY' && this.#accepts('[')) return this.#items(']')
    if (/^[\p{L}_"]/u.test(token)) return this.#named(token)
    return undefined
  }

  #negative(): Expression | undefined {
    const number = this.#primary()
    return number?.kind === 'literal' ? { kind: 'literal', text: `-${number.text}` } : undefined
  }

  #named(name: string): Expression | undefined {
    if (this.#peek() !== '(') return { kind: 'value' }
    this.#index++
    const list = this.#items(')')
    return list && { kind: 'call', name, arguments: list.items }
  }

  #items(end: string): Extract<Expression, { kind: 'list' }> | undefined {
    const items: Expression[] = []
    do {
      const item = this.#operand()
      if (item === undefined) return undefined
      items.push(item)
    } while (this.#accepts(','))
    return this.#accepts(end) ? { kind: 'list', items } : undefined
  }

  #closed(inside: Expression | undefined, end: string): Expression | undefined {
    return this.#accepts(end) ? inside : undefined
  }

  /** `character varying(20)[]`, `timestamp with time zone`, `public.mood`. */
  #passType(): void {
    while (/^[\p{L}_"]/u.test(this.#peek() ?? '') && this.#peek() !== 'AND') this.#index++
    if (this.#accepts('(')) while (!this.isAtEnd && this.#next() !== ')') continue
    while (this.#accepts('[')) this.#accepts(']')
  }

  #peek(): string | undefined {
    return this.#tokens[this.#index]
  }

  #next(): string | undefined {
    return this.#tokens[this.#index++]
  }

  #accepts(token: string): boolean {
    const isThere = this.#peek() === token
    if (isThere) this.#index++
    return isThere
  }
}
