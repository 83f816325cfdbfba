import { identifier, integer, join, list, type Sql, sql } from '../../base/index.ts'
import { parseTypeName } from '../plan/index.ts'
import { NameTooLongError } from './errors.ts'

/** PostgreSQL: NAMEDATALEN - 1. */
const NAME_BYTES_MAX = 63

/** A key of the answer, as the request spells it. Throws ST130 instead of letting PostgreSQL cut it. */
export function answerKey(name: string): Sql {
  if (Buffer.byteLength(name) > NAME_BYTES_MAX) throw new NameTooLongError(name, NAME_BYTES_MAX)
  return identifier(name)
}

/** A relation or function by its full name. */
export function qualified({
  schema,
  name,
}: {
  readonly schema: string
  readonly name: string
}): Sql {
  return identifier(schema, name)
}

/** The value as another type, when one is asked for. The name is read again here and written part by part. */
export function castTo(value: Sql, type: string | undefined): Sql {
  return type === undefined ? value : sql`cast(${value} as ${compileType(type)})`
}

function compileType(written: string): Sql {
  const { schema, name, modifiers, dimensions } = parseTypeName(written)
  const names = schema === undefined ? [name] : [schema, name]
  const length = modifiers.length > 0 && sql`(${list(modifiers.map(integer))})`
  return sql`${identifier(...names)}${length}${join(Array(dimensions).fill(sql`[]`), sql``)}`
}
