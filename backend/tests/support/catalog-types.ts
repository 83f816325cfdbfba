import type { TypeRef } from '../../src/query/catalog/index.ts'
import type { CatalogSpec } from './catalog.ts'

/** The oids of the built-in types that tests use. Source: pg_type.dat. */
const BUILT_IN: Readonly<Record<string, number>> = {
  boolean: 16,
  bytea: 17,
  bigint: 20,
  integer: 23,
  text: 25,
  json: 114,
  real: 700,
  'character varying': 1043,
  date: 1082,
  'timestamp with time zone': 1184,
  numeric: 1700,
  uuid: 2950,
  tsvector: 3614,
  jsonb: 3802,
  int4range: 3904,
  'text[]': 1009,
  'integer[]': 1007,
}

/** Types by the names that specifications use. */
export class Types {
  readonly #own: Map<string, TypeRef>

  constructor(own: NonNullable<CatalogSpec['types']>) {
    this.#own = new Map()
    for (const [index, [name, { kind, base }]] of Object.entries(own).entries()) {
      const oid = 100_000 + index
      const baseOid = base === undefined ? oid : this.get(base).baseOid
      const ref = { oid, schema: 'public', name, formatted: name, baseOid, kind, elementOid: null }
      this.#own.set(name, ref)
    }
  }

  get(name: string): TypeRef {
    const own = this.#own.get(name)
    if (own !== undefined) return own
    const oid = BUILT_IN[name]
    if (oid === undefined) throw new Error(`the test catalog knows no type '${name}'`)
    const kind = name === 'int4range' ? 'range' : 'base'
    const elementOid = name.endsWith('[]') ? (BUILT_IN[name.slice(0, -2)] ?? null) : null
    return { oid, schema: 'pg_catalog', name, formatted: name, baseOid: oid, kind, elementOid }
  }
}
