import { type Sql, sql } from '../../base/index.ts'
import { InvalidQueryError } from './errors.ts'
import type { CompareOperator } from './types.ts'

/**
 * What the value of an operator is:
 *
 * - `same`: of the field's own type (an array of it with a quantifier)
 * - `pattern`: a LIKE pattern, where front ends let `*` stand for `%`
 * - `regex`: a POSIX regular expression
 * - `list`: an array literal of the field's type
 * - `keyword`: one of a fixed set of words, never a parameter
 * - `query`: the words of a text search
 */
export type OperatorValue = 'same' | 'pattern' | 'regex' | 'list' | 'keyword' | 'query'

export interface Operator {
  /** Which test of the plan it makes. */
  readonly kind: 'compare' | 'in' | 'is' | 'isdistinct' | 'search'
  /** What stands between field and value; for a search, the function that makes the query of the value. */
  readonly symbol: Sql
  readonly value: OperatorValue
  /** `any` and `all` may follow: `like(any).{…}`. */
  readonly quantifiable: boolean
}

/**
 * Every operator there is, by its name in a request. Parser, planner and SQL compiler all read this one table, so
 * nothing outside it can reach the text of a statement.
 * PostgREST: "Operators", references/api/tables_views.
 */
export const OPERATORS = Object.freeze({
  eq: quantifiable('same', sql`=`),
  neq: simple('same', sql`<>`),
  gt: quantifiable('same', sql`>`),
  gte: quantifiable('same', sql`>=`),
  lt: quantifiable('same', sql`<`),
  lte: quantifiable('same', sql`<=`),
  like: quantifiable('pattern', sql`like`),
  ilike: quantifiable('pattern', sql`ilike`),
  match: quantifiable('regex', sql`~`),
  imatch: quantifiable('regex', sql`~*`),
  cs: simple('same', sql`@>`),
  cd: simple('same', sql`<@`),
  ov: simple('same', sql`&&`),
  sl: simple('same', sql`<<`),
  sr: simple('same', sql`>>`),
  nxr: simple('same', sql`&<`),
  nxl: simple('same', sql`&>`),
  adj: simple('same', sql`-|-`),
  in: operator('in', 'list', sql`= any`),
  is: operator('is', 'keyword', sql`is`),
  isdistinct: operator('isdistinct', 'same', sql`is distinct from`),
  fts: operator('search', 'query', sql`to_tsquery`),
  plfts: operator('search', 'query', sql`plainto_tsquery`),
  phfts: operator('search', 'query', sql`phraseto_tsquery`),
  wfts: operator('search', 'query', sql`websearch_to_tsquery`),
}) satisfies Readonly<Record<string, Operator>>

export type OperatorName = keyof typeof OPERATORS

/** Whether a word of a request names an operator. */
export function isOperatorName(name: string): name is OperatorName {
  return Object.hasOwn(OPERATORS, name)
}

/** The operator of a comparison, or PGRST100: for front ends that do not check it themselves. */
export function compareOperator(name: string): CompareOperator {
  if (isCompareOperator(name)) return name
  throw new InvalidQueryError(
    `Unknown operator '${name}'`,
    `Known are: ${compareNames.join(', ')}.`,
  )
}

const compareNames = Object.entries(OPERATORS)
  .filter(([, { kind }]) => kind === 'compare')
  .map(([name]) => name)

function isCompareOperator(name: string): name is CompareOperator {
  return isOperatorName(name) && OPERATORS[name].kind === 'compare'
}

function simple(value: OperatorValue, symbol: Sql): Operator {
  return operator('compare', value, symbol)
}

function quantifiable(value: OperatorValue, symbol: Sql): Operator {
  return Object.freeze({ kind: 'compare', symbol, value, quantifiable: true })
}

function operator(kind: Operator['kind'], value: OperatorValue, symbol: Sql): Operator {
  return Object.freeze({ kind, symbol, value, quantifiable: false })
}
