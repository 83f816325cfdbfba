import type { Catalog, TypeRef } from '../../../query/catalog/index.ts'
import type { JsonObject } from '../json.ts'

/** The name of a column's type as Swagger's `format`: a domain by what it stands on, where that came with PostgreSQL. */
export function columnFormat(type: TypeRef, { types }: Catalog): string {
  const base = types.get(type.baseOid)
  if (type.kind === 'domain')
    return base?.schema === 'pg_catalog' ? plainFormat(base) : type.formatted
  return type.schema === 'pg_catalog' ? plainFormat(types.get(type.oid) ?? type) : type.formatted
}

/** The name of an argument's type: without its schema where that is the one that is described. */
export function argumentFormat(type: TypeRef, schema: string): string {
  if (type.schema === 'pg_catalog') return plainFormat(type)
  return type.schema === schema
    ? type.formatted.replace(/^(?:"(?:[^"]|"")*"|[^."]*)\./, '')
    : type.formatted
}

/** PostgreSQL calls `char(n)` by another name when it is told that there is no length. */
function plainFormat({ formatted }: TypeRef): string {
  return formatted.replace(/^bpchar/, 'character').replace(/^"bit"/, 'bit')
}

const SIMPLE: Readonly<Record<string, string>> = Object.freeze({
  boolean: 'boolean',
  smallint: 'integer',
  integer: 'integer',
  bigint: 'integer',
  numeric: 'number',
  real: 'number',
  'double precision': 'number',
})

/** Swagger's type of a format; undefined for JSON, which may be anything. */
export function swaggerType(format: string): string | undefined {
  if (format === 'json' || format === 'jsonb') return undefined
  return SIMPLE[format] ?? (format.endsWith('[]') ? 'array' : 'string')
}

/** Type, format and elements of a value. */
export function swaggerValue(format: string): JsonObject {
  const type = swaggerType(format)
  return { format, type, items: type === 'array' ? itemsOf(format) : undefined }
}

function itemsOf(format: string): JsonObject {
  return { type: swaggerType(format.slice(0, -2)) }
}
