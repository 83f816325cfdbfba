import { type Sql, sql } from '../../base/index.ts'
import type { AggregateName, CompareOperator, IsValue, Order, Test } from '../plan/index.ts'
import type { ExplainOption, ExplainShape } from './types.ts'

// Every operator, function and keyword that a request can choose. What is not here cannot be compiled.

/** PostgREST: "Tables and Views", references/api/tables_views, "Operators". */
export const COMPARISONS: Readonly<Record<CompareOperator, Sql>> = Object.freeze({
  eq: sql`=`,
  neq: sql`<>`,
  gt: sql`>`,
  gte: sql`>=`,
  lt: sql`<`,
  lte: sql`<=`,
  like: sql`like`,
  ilike: sql`ilike`,
  match: sql`~`,
  imatch: sql`~*`,
  cs: sql`@>`,
  cd: sql`<@`,
  ov: sql`&&`,
  sl: sql`<<`,
  sr: sql`>>`,
  nxr: sql`&<`,
  nxl: sql`&>`,
  adj: sql`-|-`,
})

export const QUANTIFIERS: Readonly<Record<'any' | 'all', Sql>> = Object.freeze({
  any: sql`any`,
  all: sql`all`,
})

export const IS_VALUES: Readonly<Record<IsValue, Sql>> = Object.freeze({
  null: sql`is null`,
  not_null: sql`is not null`,
  true: sql`is true`,
  false: sql`is false`,
  unknown: sql`is unknown`,
})

type SearchOperator = Extract<Test, { kind: 'search' }>['operator']

/** Functions that make a tsquery, each with its own reading of the text. */
export const SEARCHES: Readonly<Record<SearchOperator, Sql>> = Object.freeze({
  fts: sql`to_tsquery`,
  plfts: sql`plainto_tsquery`,
  phfts: sql`phraseto_tsquery`,
  wfts: sql`websearch_to_tsquery`,
})

export const AGGREGATES: Readonly<Record<AggregateName, Sql>> = Object.freeze({
  sum: sql`sum`,
  avg: sql`avg`,
  min: sql`min`,
  max: sql`max`,
  count: sql`count`,
})

export const DIRECTIONS: Readonly<Record<NonNullable<Order['direction']>, Sql>> = Object.freeze({
  asc: sql` asc`,
  desc: sql` desc`,
})

export const NULLS: Readonly<Record<NonNullable<Order['nulls']>, Sql>> = Object.freeze({
  first: sql` nulls first`,
  last: sql` nulls last`,
})

export const EXPLAIN_FORMATS: Readonly<Record<ExplainShape['format'], Sql>> = Object.freeze({
  text: sql`format text`,
  json: sql`format json`,
})

export const EXPLAIN_OPTIONS: Readonly<Record<ExplainOption, Sql>> = Object.freeze({
  analyze: sql`analyze`,
  verbose: sql`verbose`,
  settings: sql`settings`,
  buffers: sql`buffers`,
  wal: sql`wal`,
})
