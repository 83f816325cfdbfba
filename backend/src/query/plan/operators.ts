import { type Sql, sql } from '../../base/index.ts'
import { InvalidQueryError } from './errors.ts'
import type { SearchOperator } from './request.ts'
import type { CompareOperator } from './types.ts'

/** Stands between a field and a value. */
export interface Comparison {
  readonly kind: 'compare'
  readonly symbol: Sql
  /**
   * What the value is:
   *
   * - `same`: of the field's own type (an array of it with a quantifier)
   * - `pattern`: a LIKE pattern, where front ends let `*` stand for `%`
   * - `regex`: a POSIX regular expression
   */
  readonly value: 'same' | 'pattern' | 'regex'
  /** `any` and `all` may follow: `like(any).{…}`. */
  readonly quantifiable: boolean
}

/** A text search. `query` makes a tsquery of the value, each in its own reading of the words. */
export interface Search {
  readonly kind: 'search'
  readonly name: SearchOperator
  readonly query: Sql
}

/** An operator that is a test of its own. */
export interface OwnTest {
  readonly kind: 'in' | 'is' | 'isdistinct'
}

export type Operator = Comparison | Search | OwnTest

type Operators = Readonly<
  Record<CompareOperator, Comparison> &
    Record<SearchOperator, Search> &
    Record<OwnTest['kind'], OwnTest>
>

/**
 * Every operator there is, by its name in a request. Parser, planner and SQL compiler all read this one table, so
 * nothing outside it can reach the text of a statement.
 * PostgREST: "Operators", references/api/tables_views.
 */
export const OPERATORS: Operators = Object.freeze({
  eq: quantifiable(sql`=`),
  neq: comparison(sql`<>`),
  gt: quantifiable(sql`>`),
  gte: quantifiable(sql`>=`),
  lt: quantifiable(sql`<`),
  lte: quantifiable(sql`<=`),
  like: quantifiable(sql`like`, 'pattern'),
  ilike: quantifiable(sql`ilike`, 'pattern'),
  match: quantifiable(sql`~`, 'regex'),
  imatch: quantifiable(sql`~*`, 'regex'),
  cs: comparison(sql`@>`),
  cd: comparison(sql`<@`),
  ov: comparison(sql`&&`),
  sl: comparison(sql`<<`),
  sr: comparison(sql`>>`),
  nxr: comparison(sql`&<`),
  nxl: comparison(sql`&>`),
  adj: comparison(sql`-|-`),
  in: ownTest('in'),
  is: ownTest('is'),
  isdistinct: ownTest('isdistinct'),
  fts: search('fts', sql`to_tsquery`),
  plfts: search('plfts', sql`plainto_tsquery`),
  phfts: search('phfts', sql`phraseto_tsquery`),
  wfts: search('wfts', sql`websearch_to_tsquery`),
})

const byName: ReadonlyMap<string, Operator> = new Map(Object.entries(OPERATORS))

/** The operator that a word of a request names. */
export function findOperator(name: string): Operator | undefined {
  return byName.get(name)
}

/** The operator of a comparison, or PGRST100: for front ends that do not check it themselves. */
export function compareOperator(name: string): CompareOperator {
  if (isCompareOperator(name)) return name
  const known = [...byName.keys()].filter(isCompareOperator)
  throw new InvalidQueryError(`Unknown operator '${name}'`, `Known are: ${known.join(', ')}.`)
}

function isCompareOperator(name: string): name is CompareOperator {
  return byName.get(name)?.kind === 'compare'
}

function comparison(symbol: Sql): Comparison {
  return Object.freeze({ kind: 'compare', symbol, value: 'same', quantifiable: false })
}

function quantifiable(symbol: Sql, value: Comparison['value'] = 'same'): Comparison {
  return Object.freeze({ kind: 'compare', symbol, value, quantifiable: true })
}

function search(name: SearchOperator, query: Sql): Search {
  return Object.freeze({ kind: 'search', name, query })
}

function ownTest(kind: OwnTest['kind']): OwnTest {
  return Object.freeze({ kind })
}
