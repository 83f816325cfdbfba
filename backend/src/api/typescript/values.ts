import {
  type Catalog,
  findRelation,
  type Relation,
  type TypeDefinition,
  type TypeRef,
} from '../../query/catalog/index.ts'

/** What values of PostgreSQL's own types are in JSON, where it is not text. PostgreSQL: `to_json`. */
const BUILT_IN: Readonly<Record<string, string>> = Object.freeze({
  bool: 'boolean',
  int2: 'number',
  int4: 'number',
  int8: 'number',
  float4: 'number',
  float8: 'number',
  numeric: 'number',
  json: 'Json',
  jsonb: 'Json',
  record: 'Record<string, unknown>',
  void: 'undefined',
})

/** Which way a value goes: to the client, or to the database. Domains may look different on both. */
export type Direction = 'out' | 'in'

/** The TypeScript type of a database type's values as JSON. `unknown` where the database does not tell. */
export function valueType(type: TypeRef, catalog: Catalog, direction: Direction): string {
  const representation = catalog.representations.get(type.oid)
  const cast = direction === 'out' ? representation?.toJson : representation?.fromJson
  if (cast !== undefined && cast !== null) return 'Json'
  const definition = catalog.types.get(type.baseOid)
  if (definition === undefined) return 'unknown'
  // What such a type takes is the affair of the extension that made it.
  if (definition.castToJson) return direction === 'out' ? 'Json' : 'unknown'
  if (definition.elementOid !== null) return arrayType(definition.elementOid, catalog, direction)
  return plainType(definition, catalog)
}

/** The member of the `Database` type that describes a relation's rows. */
export function rowReference({ schema, name, kind }: Relation): string {
  const section = isView(kind) ? 'Views' : 'Tables'
  return `Database[${JSON.stringify(schema)}]["${section}"][${JSON.stringify(name)}]["Row"]`
}

export function isView(kind: Relation['kind']): boolean {
  return kind === 'view' || kind === 'materialized-view'
}

function arrayType(elementOid: number, catalog: Catalog, direction: Direction): string {
  const element = catalog.types.get(elementOid)
  const type = element === undefined ? 'unknown' : valueType(element, catalog, direction)
  return / [|&] /.test(type) ? `(${type})[]` : `${type}[]`
}

/** No domain and no array. */
function plainType(type: TypeDefinition, catalog: Catalog): string {
  switch (type.kind) {
    case 'enum':
      return enumType(type, catalog)
    case 'composite':
      return compositeType(type, catalog)
    case 'range':
    case 'multirange':
      return 'string'
    default:
      return baseType(type)
  }
}

function enumType({ schema, name, labels }: TypeDefinition, catalog: Catalog): string {
  return catalog.schemas.includes(schema)
    ? `Database[${JSON.stringify(schema)}]["Enums"][${JSON.stringify(name)}]`
    : labels.map(label => JSON.stringify(label)).join(' | ')
}

function compositeType({ schema, name }: TypeDefinition, catalog: Catalog): string {
  if (!catalog.schemas.includes(schema)) return 'Record<string, unknown>'
  const relation = findRelation(catalog, schema, name)
  if (relation !== undefined) return rowReference(relation)
  return `Database[${JSON.stringify(schema)}]["CompositeTypes"][${JSON.stringify(name)}]`
}

/** What PostgreSQL has no JSON for, types of extensions among it, it writes as text. */
function baseType({ schema, name, kind }: TypeDefinition): string {
  if (kind === 'pseudo' && !(name in BUILT_IN)) return 'unknown'
  return (schema === 'pg_catalog' ? BUILT_IN[name] : undefined) ?? 'string'
}
