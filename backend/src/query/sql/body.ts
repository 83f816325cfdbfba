import { assert, identifier, list, literal, type Sql, sql } from '../../base/index.ts'
import type { WritePlan, WrittenColumn } from '../plan/index.ts'
import { qualified } from './names.ts'
import type { Numbering } from './numbering.ts'

/** The name of the rows that a write's body holds, one column for each that is written. */
export const BODY = 'body'

/**
 * The body as rows of the written columns' types, called `body`. PostgreSQL reads the JSON, so a number keeps every
 * digit and a composite value becomes one.
 */
export function compileBody(numbering: Numbering, plan: WritePlan): Sql {
  const { body, columns } = plan
  assert(body !== undefined, 'an insert or update has a body')
  const json = sql`${numbering.place(body.value)}::json`
  if (columns.length === 0) return sql`json_array_elements(${json}) as ${identifier(BODY)}`
  if (fillsIn(plan)) return compileFilledIn(plan, json)
  const toRows = body.isArray ? sql`json_to_recordset` : sql`json_to_record`
  const isConverted = columns.some(({ representation }) => representation !== undefined)
  if (!isConverted) return sql`${toRows}(${json}) as ${recordOf(BODY, columns)}`
  const values = columns.map(column => sql`${valueOf(column)} as ${identifier(column.column.name)}`)
  const rows = sql`${toRows}(${json}) as ${recordOf(VALUE, columns)}`
  return sql`(select ${list(values)} from ${rows}) as ${identifier(BODY)}`
}

const VALUE = 'value'
const ONE = 'one'

/** `name(column type, …)`, the columns being those of the JSON that is read. */
function recordOf(name: string, columns: readonly WrittenColumn[]): Sql {
  const typed = columns.map(({ column, representation }) => {
    const type = representation === undefined ? qualified(column.type) : sql`json`
    return sql`${identifier(column.name)} ${type}`
  })
  return sql`${identifier(name)}(${list(typed)})`
}

function valueOf({ column, representation }: WrittenColumn): Sql {
  const value = identifier(VALUE, column.name)
  const parse = representation?.fromJson
  return parse ? sql`${qualified(parse)}(${value})` : value
}

function fillsIn({ missing, columns }: WritePlan): boolean {
  return missing === 'default' && columns.some(({ column }) => column.filledWith !== null)
}

/** A default is evaluated for those rows alone whose object lacks the key: a sequence counts no row in vain. */
function compileFilledIn({ columns, body }: WritePlan, json: Sql): Sql {
  const objects = body?.isArray
    ? sql`json_array_elements(${json}) as ${identifier(ONE)}(object)`
    : sql`(select ${json} as object) as ${identifier(ONE)}`
  const values = columns.map(written => {
    const { column } = written
    const value = mayRefuseNull(written) ? valueAlone(written) : valueOf(written)
    const name = identifier(column.name)
    if (column.filledWith === null) return sql`${value} as ${name}`
    const key = sql`(${OBJECT} -> ${literal(column.name)})`
    const filled = sql`cast((${column.filledWith}) as ${qualified(column.type)})`
    return sql`case when ${key} is null then ${filled} else ${value} end as ${name}`
  })
  const together = columns.filter(written => !mayRefuseNull(written))
  const rows = sql`json_to_record(${OBJECT}) as ${recordOf(VALUE, together)}`
  const joined = together.length > 0 && sql` cross join lateral ${rows}`
  return sql`(select ${list(values)} from ${objects}${joined}) as ${identifier(BODY)}`
}

const OBJECT = sql`${identifier(ONE)}.object`

/** A domain may be `not null`, which the absence of a key offends as soon as a record with that column is read. */
function mayRefuseNull({ column, representation }: WrittenColumn): boolean {
  return column.filledWith !== null && representation === undefined && column.type.kind === 'domain'
}

/** The value by itself, read only where the key is there. */
function valueAlone(written: WrittenColumn): Sql {
  const record = sql`json_to_record(${OBJECT}) as ${recordOf(VALUE, [written])}`
  return sql`(select ${valueOf(written)} from ${record})`
}
