import { type Sql, sql } from '../../base/index.ts'
import type { AggregateName, IsValue, Order } from '../plan/index.ts'
import type { ExplainOption, ExplainShape } from './types.ts'

// Every function and keyword that a request can choose beside the operators of `query/plan`. What is in neither table
// cannot be compiled.

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
