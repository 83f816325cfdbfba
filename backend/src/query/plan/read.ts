import { type Catalog, findRelation, type Relation } from '../catalog/index.ts'
import { RelationNotFoundError, SchemaNotExposedError } from './errors.ts'
import { planNode } from './node.ts'
import { type PlanRules, startPlanning } from './planning.ts'
import type { ReadRequest } from './request.ts'
import { similarName } from './similar-names.ts'
import type { ReadPlan } from './types.ts'

/**
 * A read, checked: every name is one of the catalog's, every operator one of the table's. Pure, and independent of
 * values, so that one plan serves all requests of one shape under equal rules and the same catalog version.
 *
 * Throws only errors with a code: PGRST1xx for what the request may not say, PGRST2xx for what the catalog does not
 * have, and PostgreSQL's own codes for what it would have refused.
 */
export function planRead(catalog: Catalog, request: ReadRequest, rules: PlanRules): ReadPlan {
  const relation = exposedRelation(catalog, request.schema, request.relation)
  const planning = startPlanning(catalog, request.schema, rules)
  const select = request.select.length > 0 ? request.select : ([{ kind: 'star' }] as const)
  const source = Object.freeze({ kind: 'relation', relation } as const)
  const place = { depth: 0, toOne: false, spread: false }
  return planNode(planning, source, { ...request, select }, place)
}

/** The relation that a request names: one of an exposed schema, else PGRST106 or, with a suggestion, PGRST205. */
export function exposedRelation(catalog: Catalog, schema: string, name: string): Relation {
  if (!catalog.schemas.includes(schema)) throw new SchemaNotExposedError(schema, catalog.schemas)
  const relation = findRelation(catalog, schema, name)
  if (relation !== undefined) return relation
  throw new RelationNotFoundError(schema, name, similarRelation(catalog, schema, name))
}

function similarRelation(catalog: Catalog, schema: string, name: string): string | undefined {
  const relations = [...catalog.relations.values()].filter(one => one.schema === schema)
  const names = relations.map(one => one.name)
  return similarName(name, names)
}
