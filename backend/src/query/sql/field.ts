import { identifier, integer, join, literal, type Sql, sql } from '../../base/index.ts'
import type { Field, JsonStep } from '../plan/index.ts'
import { ArrayIndexError } from './errors.ts'
import { qualified } from './names.ts'

/** Rows as the statement speaks of them. */
export interface Rows {
  /** Their name. */
  readonly row: string
  /** A whole one as the value that functions of a row take. */
  readonly whole: Sql
}

/** A field of the rows, with its steps into JSON. */
export function compileField(rows: Rows, field: Field): Sql {
  const value = fieldItself(rows, field)
  if (field.path.length === 0) return value
  const root = field.convertToJson ? sql`to_jsonb(${value})` : value
  return join([root, ...field.path.map(compileStep)], sql` `)
}

/** `row.*` where a value is expected is the whole row, even if a column is called like the row. */
export function wholeRow(row: string): Sql {
  return sql`${identifier(row)}.*`
}

function fieldItself({ row, whole }: Rows, { name, computed }: Field): Sql {
  return computed === undefined ? identifier(row, name) : sql`${qualified(computed)}(${whole})`
}

/** Keys are constants rather than parameters, so that an index on the same expression can serve. */
function compileStep({ arrow, key, isIndex }: JsonStep): Sql {
  const operand = isIndex ? arrayIndex(key) : literal(key)
  return arrow === '->' ? sql`-> ${operand}` : sql`->> ${operand}`
}

/** PostgreSQL: `json -> integer`. */
const INDEX_MAX = 2 ** 31 - 1

function arrayIndex(key: string): Sql {
  const index = Number(key)
  if (!Number.isInteger(index) || Math.abs(index) > INDEX_MAX) throw new ArrayIndexError(key)
  return integer(index)
}
