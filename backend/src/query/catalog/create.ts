import { findCalledFunctions } from './called-functions.ts'
import { findComputedFields, findComputedRelationships } from './computed.ts'
import { traceDependencies } from './dependencies.ts'
import type { Facts } from './facts.ts'
import { findLinks } from './foreign-keys.ts'
import { groupBy } from './group-by.ts'
import { findKeys } from './keys.ts'
import { findMediaHandlers } from './media-handlers.ts'
import { findMemberships } from './memberships.ts'
import { findNamespaces } from './namespaces.ts'
import type { CatalogRules } from './options.ts'
import { createRelation } from './relations.ts'
import { findRelationships } from './relationships.ts'
import { findRepresentations } from './representations.ts'
import { findRoles } from './roles.ts'
import { findRoutines } from './routines.ts'
import { createTypeCatalog, type TypeCatalog } from './type-catalog.ts'
import { type Catalog, type Relation, type RelationRef, relationKey } from './types.ts'
import { type BaseColumns, traceViews } from './view-lineage.ts'
import { readViewQuery, type ViewQuery } from './view-query.ts'
import { createWritability } from './writability.ts'

/** When and where the facts were read. */
export type Reading = Pick<Catalog, 'version' | 'serverVersion' | 'loadedAt'>

/** The catalog that the facts describe. Pure. */
export function createCatalog(facts: Facts, rules: CatalogRules, reading: Reading): Catalog {
  const types = createTypeCatalog(facts.types)
  const queries = new Map(facts.views.map(view => [view.oid, readViewQuery(view.tree)]))
  const lineage = traceViews(queries)
  const relations = createRelations(facts, types, queries, lineage)
  const parts = { ...rules, relations, types }
  const isExposed = ({ schema }: RelationRef) => rules.schemas.includes(schema)
  const exposedRoutines = facts.routines.filter(isExposed)
  return {
    ...reading,
    schemas: rules.schemas,
    relations: new Map(
      Array.from(relations.values(), relation => [
        relationKey(relation.schema, relation.name),
        relation,
      ]),
    ),
    routines: findRoutines(exposedRoutines, types, relations),
    relationships: findRelationships(
      findLinks(facts.foreignKeys, facts.uniqueKeys, lineage),
      findComputedRelationships(exposedRoutines, parts),
      relations,
      isExposed,
    ),
    computedFields: findComputedFields(facts.routines, parts),
    types: types.definitions(),
    representations: findRepresentations(facts.casts, types),
    mediaHandlers: findMediaHandlers(exposedRoutines, types, relations),
    functions: findCalledFunctions(facts.functions),
    roles: findRoles(facts.roles),
    ...findMemberships(facts.memberships),
    namespaces: findNamespaces(facts.namespaces),
    hasPostgis: facts.hasPostgis,
  }
}

function createRelations(
  facts: Facts,
  types: TypeCatalog,
  queries: ReadonlyMap<number, ViewQuery>,
  lineage: readonly BaseColumns[],
): ReadonlyMap<number, Relation> {
  const columns = groupBy(facts.columns, column => column.relation)
  const rows = new Map(facts.relations.map(row => [row.oid, row]))
  const parts = {
    columns,
    policies: groupBy(facts.policies, policy => policy.relation),
    views: new Map(facts.views.map(view => [view.oid, view])),
    relatives: groupBy(facts.inheritance, row => row.relation),
    types,
    keysOf: findKeys(facts.uniqueKeys, queries, lineage),
    dependencies: traceDependencies(facts.views, facts.functions),
    isWritable: createWritability(rows, columns, queries),
  }
  return new Map(facts.relations.map(row => [row.oid, createRelation(row, parts)]))
}
