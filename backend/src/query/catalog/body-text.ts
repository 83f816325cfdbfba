import { type Token, tokensOf } from './body-tokens.ts'
import type { SqlWord } from './types.ts'

/** A call as text names it. */
export interface NamedCall {
  readonly schema: string | undefined
  readonly name: string
  readonly arguments: number
  readonly argument: string | undefined
  readonly key: string | undefined
  readonly isResult: boolean
}

export interface BodyReads {
  readonly calls: readonly NamedCall[]
  readonly words: readonly SqlWord[]
}

/** What names mean inside a function. */
export interface BodyScope {
  /** Its parameters. */
  readonly parameters: readonly string[]
  /** Columns of the one parameter that is a row: anything else behind a dot may be a call in disguise. */
  readonly columns: readonly string[]
}

/**
 * What the text of a function reads, when it is one expression: `select …` without FROM in SQL, `begin return …; end` in
 * PL/pgSQL. The grammar is small and closed: constants, parameters, calls, the common operators, CASE, casts to types
 * that came with the server. Undefined for every text beyond it.
 */
export function readBody(language: string, text: string, scope: BodyScope): BodyReads | undefined {
  const tokens = text.length > LENGTH_MAX ? undefined : tokensOf(text)
  if (tokens === undefined) return undefined
  const parser = new Parser(tokens, scope)
  try {
    if (language === 'plpgsql') parser.block()
    else parser.statement()
    return { calls: parser.calls, words: [...parser.words] }
  } catch (error) {
    if (error instanceof BeyondGrammar) return undefined
    throw error
  }
}

/** One expression is short; what is longer is not worth its depth on the stack. */
const LENGTH_MAX = 4_000

class BeyondGrammar extends Error {}

/** A value as it was written: where calls in it are, and whether it is a constant. */
interface Written {
  /** Calls whose answer this is, so that what looks at it looks at theirs. */
  readonly from: readonly number[]
  readonly constant: string | undefined
}
const PLAIN: Written = Object.freeze({ from: [], constant: undefined })

/** What is made of values that are looked at as a whole: nothing is known of it. */
function whole(..._values: readonly Written[]): Written {
  return PLAIN
}

/** How tightly operators bind. Source: PostgreSQL, "Operator Precedence". */
const PRECEDENCES: ReadonlyMap<string, number> = new Map([
  ['or', 1],
  ['and', 2],
  ...['=', '<>', '!=', '<', '>', '<=', '>='].map(name => [name, 5] as const),
  ...['->', '->>', '#>', '#>>', '||', '@>', '<@', '?', '&&'].map(name => [name, 7] as const),
  ['+', 8],
  ['-', 8],
  ['*', 9],
  ['/', 9],
  ['%', 9],
])
const NOT = 3
const IS = 4
const IN = 6
const LOWEST = 0

const WORDS: ReadonlyMap<string, SqlWord> = new Map([
  ['current_user', 'role'],
  ['current_role', 'role'],
  ['session_user', 'role'],
  ['user', 'role'],
])

/** Words that begin or end something, so that they are no names here. */
const RESERVED: ReadonlySet<string> = new Set(
  `select from where and or not case when then else end as is in null true false return begin declare array row cast
  exists any all some union group order limit with distinct having current_date current_time current_timestamp localtime
  localtimestamp current_catalog current_schema collate at between like ilike similar overlaps extract position substring
  overlay trim xmlelement interval date time timestamp timestamptz variadic`.split(/\s+/),
)

/** Types whose values do not depend on when and where their text is read. */
const TYPES: ReadonlySet<string> = new Set(
  `text varchar uuid int integer bigint smallint int2 int4 int8 numeric decimal boolean bool json jsonb real float4 float8
  bytea`.split(/\s+/),
)

class Parser {
  readonly calls: NamedCall[] = []
  readonly words = new Set<SqlWord>()
  readonly #tokens: readonly Token[]
  readonly #scope: BodyScope
  #at = 0

  constructor(tokens: readonly Token[], scope: BodyScope) {
    this.#tokens = tokens
    this.#scope = scope
  }

  /** `select <expression> [as name] [;]` */
  statement(): void {
    this.#result(this.#select())
    this.#skip(';')
    this.#end()
  }

  /** `begin return <expression>; end [;]` */
  block(): void {
    this.#expect('begin')
    this.#expect('return')
    this.#result(this.#expression(LOWEST))
    this.#expect(';')
    this.#expect('end')
    this.#skip(';')
    this.#end()
  }

  #end(): void {
    if (this.#at < this.#tokens.length) throw new BeyondGrammar()
  }

  #result({ from }: Written): void {
    for (const index of from) this.#amend(index, { isResult: true })
  }

  #select(): Written {
    this.#expect('select')
    const value = this.#expression(LOWEST)
    if (this.#skip('as')) this.#name()
    return value
  }

  #expression(minimum: number): Written {
    let left = this.#prefixed()
    for (;;) {
      const next = this.#postfixed(left, minimum)
      if (next === undefined) return left
      left = next
    }
  }

  #prefixed(): Written {
    if (this.#skip('not')) return whole(this.#expression(NOT))
    if (this.#skip('-')) return whole(this.#expression(9))
    return this.#casts(this.#primary())
  }

  /** What follows a value, as far as it binds tighter than `minimum`; undefined: nothing. */
  #postfixed(left: Written, minimum: number): Written | undefined {
    const token = this.#peek()
    const binding = token && isOperator(token) ? PRECEDENCES.get(token.text) : undefined
    if (token !== undefined && binding !== undefined && binding > minimum) {
      this.#at++
      return this.#binary(token.text, left, this.#expression(binding))
    }
    if (IS > minimum && this.#skip('is')) return this.#is(left)
    if (IN > minimum && this.#isWord('in')) return this.#in(left)
    return undefined
  }

  #binary(operator: string, left: Written, right: Written): Written {
    const looksAtKey = operator === '->' || operator === '->>' || operator === '?'
    if (!looksAtKey || right.constant === undefined) return whole(left, right)
    for (const index of left.from) this.#amend(index, { key: right.constant })
    return PLAIN
  }

  #is(left: Written): Written {
    this.#skip('not')
    if (this.#skip('distinct')) {
      this.#expect('from')
      return whole(left, this.#expression(IS))
    }
    if (!['null', 'true', 'false'].some(word => this.#skip(word))) throw new BeyondGrammar()
    return whole(left)
  }

  #in(left: Written): Written {
    this.#expect('in')
    return whole(left, ...this.#list())
  }

  #casts(value: Written): Written {
    let { constant } = value
    while (this.#skip('::')) {
      const type = this.#type()
      if (type !== 'text') constant = undefined
    }
    return { ...value, constant }
  }

  #type(): string {
    const name = this.#name()
    if (name === 'double') this.#expect('precision')
    else if (!TYPES.has(name)) throw new BeyondGrammar()
    if (this.#skip('[')) this.#expect(']')
    return name
  }

  #primary(): Written {
    const token = this.#next()
    switch (token.kind) {
      case 'text':
        return { from: [], constant: token.text }
      case 'number':
        return PLAIN
      case 'argument':
        return this.#member()
      case 'sign':
        if (token.text === '(') return this.#parenthesis()
        throw new BeyondGrammar()
      case 'operator':
        throw new BeyondGrammar()
      case 'word':
        return this.#word(token.text)
      case 'quoted':
        return this.#named(token.text)
    }
  }

  #word(word: string): Written {
    const meaning = WORDS.get(word)
    if (meaning !== undefined) {
      this.words.add(meaning)
      return PLAIN
    }
    switch (word) {
      case 'null':
      case 'true':
      case 'false':
        return PLAIN
      case 'case':
        return this.#case()
      case 'coalesce': {
        const values = this.#list()
        return { from: values.flatMap(value => value.from), constant: undefined }
      }
      case 'nullif':
        return this.#nullIf()
      case 'cast':
        return this.#cast()
      default:
        if (RESERVED.has(word)) throw new BeyondGrammar()
        return this.#named(word)
    }
  }

  #nullIf(): Written {
    const [value, other, ...more] = this.#list()
    if (value === undefined || other === undefined || more.length > 0) throw new BeyondGrammar()
    return other.constant === '' ? { from: value.from, constant: undefined } : PLAIN
  }

  #cast(): Written {
    this.#expect('(')
    const value = this.#expression(LOWEST)
    this.#expect('as')
    this.#type()
    this.#expect(')')
    return { from: value.from, constant: undefined }
  }

  #case(): Written {
    if (!this.#isWord('when')) this.#expression(LOWEST)
    while (this.#skip('when')) {
      this.#expression(LOWEST)
      this.#expect('then')
      this.#expression(LOWEST)
    }
    if (this.#skip('else')) this.#expression(LOWEST)
    this.#expect('end')
    return PLAIN
  }

  #parenthesis(): Written {
    const value = this.#isWord('select') ? this.#select() : this.#expression(LOWEST)
    this.#expect(')')
    return value
  }

  /** A parameter, a column of one, or a call. */
  #named(name: string): Written {
    if (this.#isSign('(')) return this.#call(undefined, name)
    if (this.#scope.parameters.includes(name)) return this.#member()
    this.#expect('.')
    const inner = this.#name()
    if (!this.#isSign('(')) throw new BeyondGrammar()
    return this.#call(name, inner)
  }

  #member(): Written {
    if (this.#skip('.') && !this.#scope.columns.includes(this.#name())) throw new BeyondGrammar()
    return PLAIN
  }

  #call(schema: string | undefined, name: string): Written {
    const values = this.#list()
    const argument = values[0]?.constant
    const call = { schema, name, arguments: values.length, argument }
    this.calls.push({ ...call, key: undefined, isResult: false })
    return { from: [this.calls.length - 1], constant: undefined }
  }

  #amend(index: number, change: Partial<NamedCall>): void {
    const call = this.calls[index]
    if (call !== undefined) this.calls[index] = { ...call, ...change }
  }

  #list(): readonly Written[] {
    const values: Written[] = []
    this.#expect('(')
    if (this.#skip(')')) return values
    do values.push(this.#expression(LOWEST))
    while (this.#skip(','))
    this.#expect(')')
    return values
  }

  #name(): string {
    const token = this.#next()
    if (token.kind !== 'word' && token.kind !== 'quoted') throw new BeyondGrammar()
    return token.text
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at]
  }

  #next(): Token {
    const token = this.#tokens[this.#at++]
    if (token === undefined) throw new BeyondGrammar()
    return token
  }

  #isWord(text: string): boolean {
    const token = this.#peek()
    return token?.kind === 'word' && token.text === text
  }

  #isSign(text: string): boolean {
    const token = this.#peek()
    return token?.kind === 'sign' && token.text === text
  }

  #skip(text: string): boolean {
    const token = this.#peek()
    const isConstant = token?.kind === 'text' || token?.kind === 'quoted'
    if (token === undefined || isConstant || token.text !== text) return false
    this.#at++
    return true
  }

  #expect(text: string): void {
    if (!this.#skip(text)) throw new BeyondGrammar()
  }
}

function isOperator({ kind }: Token): boolean {
  return kind === 'operator' || kind === 'word'
}
