import { findRelation, type Relation } from '../../query/catalog/index.ts'
import type { Catalog } from '../../query/catalog/index.ts'
import { RelationNotFoundError } from '../../query/plan/index.ts'

/** What a relation allows, for OPTIONS. PostgREST: references/api/options. */
export function allowOf(catalog: Catalog, schema: string, name: string): string {
  const relation = findRelation(catalog, schema, name)
  if (relation === undefined) throw new RelationNotFoundError(schema, name, undefined)
  return ['OPTIONS', 'GET', 'HEAD', ...writesOf(relation)].join(',')
}

function writesOf({ insertable, updatable, deletable, primaryKey }: Relation): string[] {
  const writes: [method: string, allowed: boolean][] = [
    ['POST', insertable],
    ['PUT', insertable && updatable && primaryKey.length > 0],
    ['PATCH', updatable],
    ['DELETE', deletable],
  ]
  return writes.filter(([, allowed]) => allowed).map(([method]) => method)
}
