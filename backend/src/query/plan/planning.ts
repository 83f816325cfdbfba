import { type Catalog, relationKey, type RelationRef } from '../catalog/index.ts'
import { NestingError } from './errors.ts'
import type { Source } from './types.ts'

/** What the configuration and the caller's role decide. Part of the key of every cached plan. */
export interface PlanRules {
  /** This caller may use `sum()`, `avg()`, `min()`, `max()` and `count()`. PostgREST's default: false. */
  readonly aggregates: boolean
  /** Most rows of the answer, and of every array within it; undefined: no cap. PostgREST: `db-max-rows`. */
  readonly rowsMax: number | undefined
}

/** What every part of one planning shares. */
export interface Planning {
  readonly catalog: Catalog
  /** The schema of the request: an embed stays within it. */
  readonly schema: string
  readonly rules: PlanRules
  /** A number that no other node of this tree has. */
  readonly nextId: () => number
}

export function startPlanning(catalog: Catalog, schema: string, rules: PlanRules): Planning {
  let id = 0
  return { catalog, schema, rules, nextId: () => ++id }
}

/** How deep embeds, or and/or trees, may nest: far beyond use, and short of exhausting any stack. */
const DEPTH_MAX = 50

/** Called on the way down with the depth reached. */
export function checkDepth(depth: number): void {
  if (depth > DEPTH_MAX) throw new NestingError(DEPTH_MAX)
}

/** What messages call the node's rows. */
export function sourceName(source: Source): string {
  if (source.kind !== 'call') return source.relation.name
  return source.relation?.name ?? source.routine.name
}

/** The key of a relation, or of what lives beside it, in the catalog's maps. */
export function keyOf({ schema, name }: RelationRef): string {
  return relationKey(schema, name)
}
