import type { Catalog, Relation, RelationRef, Relationship } from './types.ts'
import { relationKey } from './types.ts'

/** The relation of that name, if the catalog has it. A request may name only those of `catalog.schemas`. */
export function findRelation(catalog: Catalog, schema: string, name: string): Relation | undefined {
  return catalog.relations.get(relationKey(schema, name))
}

/** Every relationship that starts at the relation, in the order in which PostgREST lists candidates. */
export function relationshipsFrom(catalog: Catalog, from: RelationRef): readonly Relationship[] {
  return catalog.relationships.get(relationKey(from.schema, from.name)) ?? []
}
