import {
  type Catalog,
  type Column,
  type ForeignKeyRelationship,
  type Relation,
  relationKey,
} from '../../query/catalog/index.ts'
import { byName, type Member, objectType, tupleType, unionType } from './layout.ts'
import { isView, valueType } from './values.ts'

/** A relation as a member of `Tables` or `Views`. */
export function relationMember(relation: Relation, catalog: Catalog): Member {
  return { name: relation.name, type: relationType(relation, catalog), comment: relation.comment }
}

/** What a function that answers rows of the relation gives: no computed fields, and its comments stand at `Row`. */
export function rowType(relation: Relation, catalog: Catalog): string {
  const members = rowMembers(relation, catalog)
  return objectType(members.map(({ name, type }) => ({ name, type })))
}

function relationType(relation: Relation, catalog: Catalog): string {
  const computed = computedMembers(relation, catalog)
  const fields = computed.map(({ name }) => JSON.stringify(name))
  const row = objectType([...rowMembers(relation, catalog), ...computed])
  const members: Member[] = [{ name: 'Row', type: row }]
  if (takes(relation, 'insertable'))
    members.push({ name: 'Insert', type: insertType(relation, catalog) })
  if (takes(relation, 'updatable'))
    members.push({ name: 'Update', type: updateType(relation, catalog) })
  members.push({ name: 'Relationships', type: relationshipsType(relation, catalog) })
  if (fields.length > 0) members.push({ name: 'ComputedFields', type: unionType(fields) })
  return objectType(members)
}

/** The client's types need both of a table; a view may have only one. */
function takes(relation: Relation, kind: 'insertable' | 'updatable'): boolean {
  return !isView(relation.kind) || relation[kind]
}

function rowMembers(relation: Relation, catalog: Catalog): readonly Member[] {
  return columnsOf(relation).map(column => ({
    name: column.name,
    type: orNull(valueType(column.type, catalog, 'out'), column.nullable),
    comment: column.comment,
  }))
}

function computedMembers({ schema, name }: Relation, catalog: Catalog): readonly Member[] {
  const fields = [...(catalog.computedFields.get(relationKey(schema, name)) ?? [])]
  return fields
    .map(([field, { type }]) => ({
      name: field,
      type: orNull(valueType(type, catalog, 'out'), true),
    }))
    .sort(byName)
}

function insertType(relation: Relation, catalog: Catalog): string {
  const isOptional = (column: Column) =>
    isView(relation.kind) || column.nullable || column.default !== null || column.identity !== null
  return objectType(
    columnsOf(relation).map(column =>
      column.insertable
        ? writtenMember(column, relation, catalog, isOptional(column))
        : neverMember(column),
    ),
  )
}

function updateType(relation: Relation, catalog: Catalog): string {
  return objectType(
    columnsOf(relation).map(column =>
      column.updatable ? writtenMember(column, relation, catalog, true) : neverMember(column),
    ),
  )
}

function writtenMember(
  { name, type, nullable }: Column,
  { kind }: Relation,
  catalog: Catalog,
  optional: boolean,
): Member {
  return {
    name,
    type: orNull(valueType(type, catalog, 'in'), nullable || isView(kind)),
    optional,
  }
}

function neverMember({ name }: Column): Member {
  return { name, type: 'never', optional: true }
}

/** The foreign keys that the relation holds, as far as an embed within its schema can follow them. */
function relationshipsType({ schema, name }: Relation, catalog: Catalog): string {
  const relationships = catalog.relationships.get(relationKey(schema, name)) ?? []
  const held = relationships.filter(
    (one): one is ForeignKeyRelationship =>
      'fromHoldsKey' in one && one.fromHoldsKey && one.to.schema === schema,
  )
  return tupleType(held.map(relationshipType).sort())
}

function relationshipType({ constraint, columns, kind, to }: ForeignKeyRelationship): string {
  return objectType([
    { name: 'foreignKeyName', type: JSON.stringify(constraint) },
    { name: 'columns', type: JSON.stringify(columns.map(([from]) => from)) },
    { name: 'isOneToOne', type: String(kind === 'one-to-one') },
    { name: 'referencedRelation', type: JSON.stringify(to.name) },
    {
      name: 'referencedColumns',
      type: JSON.stringify(columns.map(([, referenced]) => referenced)),
    },
  ])
}

function columnsOf({ columns }: Relation): readonly Column[] {
  return [...columns.values()].sort(byName)
}

function orNull(type: string, isNullable: boolean): string {
  return isNullable && type !== 'unknown' ? `${type} | null` : type
}
