import type { Catalog, Relation, TypeDefinition } from '../../query/catalog/index.ts'
import { functionMembers } from './functions.ts'
import { byName, indented, key, type Member, objectType, unionType } from './layout.ts'
import { LOOKUPS } from './lookups.ts'
import { relationMember } from './relations.ts'
import { isView, valueType } from './values.ts'

/** The newest version whose features every supabase-js in use knows how to offer, such as `maxAffected`. */
const DIALECT = '13'

const HEAD = `// Made by \`s-tier types\`: make it again instead of editing it.
export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]
`

/**
 * A TypeScript module with the `Database` type of the catalog's exposed schemas, as `createClient<Database>()` takes it,
 * and the types and constants beside it. Equal catalogs make equal text, whatever the order in the database.
 * Supabase: "Generating TypeScript Types".
 */
export function databaseTypes(catalog: Catalog): string {
  const schemas = [...catalog.schemas].sort()
  const internal = objectType([{ name: 'PostgrestVersion', type: JSON.stringify(DIALECT) }])
  const database = objectType([
    { name: '__InternalSupabase', type: internal },
    ...schemas.map(name => ({ name, type: schemaType(name, catalog) })),
  ])
  return [
    HEAD,
    `export type Database = ${database}\n`,
    `type DefaultSchema = ${JSON.stringify(catalog.schemas[0])}\n`,
    LOOKUPS,
    `export const Constants = ${constants(schemas, catalog)} as const\n`,
  ].join('\n')
}

function schemaType(schema: string, catalog: Catalog): string {
  const relations = [...catalog.relations.values()]
    .filter(relation => relation.schema === schema)
    .sort(byName)
  const members = (chosen: (kind: Relation['kind']) => boolean) =>
    relations.filter(({ kind }) => chosen(kind)).map(one => relationMember(one, catalog))
  const sections: readonly (readonly [string, readonly Member[]])[] = [
    ['Tables', members(kind => !isView(kind))],
    ['Views', members(isView)],
    ['Functions', functionMembers(schema, catalog)],
    ['Enums', enumsOf(schema, catalog).map(enumMember)],
    ['CompositeTypes', compositeMembers(schema, catalog)],
  ]
  return objectType(sections.map(([name, section]) => ({ name, type: objectType(section) })))
}

function enumsOf(schema: string, catalog: Catalog): readonly TypeDefinition[] {
  return [...catalog.types.values()]
    .filter(type => type.schema === schema && type.kind === 'enum')
    .sort(byName)
}

function enumMember({ name, labels }: TypeDefinition): Member {
  const type = labels.length === 0 ? 'never' : unionType(labels.map(one => JSON.stringify(one)))
  return { name, type }
}

function compositeMembers(schema: string, catalog: Catalog): readonly Member[] {
  return [...catalog.types.values()]
    .filter(type => type.schema === schema && type.attributes.length > 0)
    .sort(byName)
    .map(({ name, attributes }) => ({ name, type: attributesType(attributes, catalog) }))
}

function attributesType(attributes: TypeDefinition['attributes'], catalog: Catalog): string {
  return objectType(
    attributes.map(({ name, type }) => ({
      name,
      type: `${valueType(type, catalog, 'out')} | null`,
    })),
  )
}

/** The labels of every enum as values: types alone cannot fill a menu. */
function constants(schemas: readonly string[], catalog: Catalog): string {
  const ofSchema = (schema: string) =>
    enumsOf(schema, catalog).map(
      ({ name, labels }) =>
        [name, `[${labels.map(one => JSON.stringify(one)).join(', ')}]`] as const,
    )
  const text = schemas.map(
    schema => [schema, literal([['Enums', literal(ofSchema(schema))]])] as const,
  )
  return literal(text)
}

function literal(entries: readonly (readonly [name: string, value: string])[]): string {
  if (entries.length === 0) return '{}'
  const lines = entries.map(([name, value]) => `${indented(`${key(name)}: ${value}`)},\n`)
  return `{\n${lines.join('')}}`
}
