import { findRelation, type Relation } from '../../query/catalog/index.ts'
import type { Catalog } from '../../query/catalog/index.ts'
import { overloadsOf, RelationNotFoundError, RoutineNotFoundError } from '../../query/plan/index.ts'

/** What a relation allows, for OPTIONS. PostgREST: references/api/options. */
export function allowOf(catalog: Catalog, schema: string, name: string): string {
  const relation = findRelation(catalog, schema, name)
  if (relation === undefined) throw new RelationNotFoundError(schema, name, undefined)
  return ['OPTIONS', 'GET', 'HEAD', ...writesOf(relation)].join(',')
}

/** What a function allows: reading goes only where some overload of it promises to change nothing. */
export function allowOfFunction(catalog: Catalog, schema: string, name: string): string {
  const overloads = overloadsOf(catalog, schema, name)
  if (overloads.length === 0) {
    const nothing = { kind: 'named', values: [] } as const
    throw new RoutineNotFoundError(catalog, overloads, { schema, name, arguments: nothing })
  }
  const isReadable = overloads.some(({ volatility }) => volatility !== 'volatile')
  return isReadable ? 'OPTIONS,GET,HEAD,POST' : 'OPTIONS,POST'
}

/** The methods that write to a relation, of those that it allows. */
export function writesOf({ insertable, updatable, deletable, primaryKey }: Relation): string[] {
  const writes: [method: string, allowed: boolean][] = [
    ['POST', insertable],
    ['PUT', insertable && updatable && primaryKey.length > 0],
    ['PATCH', updatable],
    ['DELETE', deletable],
  ]
  return writes.filter(([, allowed]) => allowed).map(([method]) => method)
}
