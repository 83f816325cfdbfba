import {
  type Catalog,
  type ComputedRelationship,
  type ForeignKeyRelationship,
  type Relation,
  type Relationship,
  relationshipsFrom,
} from '../catalog/index.ts'
import { keyOf, type Planning, sourceName } from './planning.ts'
import {
  AmbiguousRelationshipError,
  type KeyRelationship,
  RelationshipNotFoundError,
  type Searched,
} from './relationship-errors.ts'
import type { EmbedRequest } from './request.ts'
import { similarName } from './similar-names.ts'
import type { Source } from './types.ts'

/**
 * The one relationship that an embed means.
 *
 * The target is a computed relationship, the other relation, or (where that is a table) the foreign key or its only
 * column. A hint narrows it to a constraint, a column of either end or a junction. Within one relation, its name means
 * the rows that point here and a column the row pointed to.
 *
 * PostgREST: "Resource Embedding", references/api/resource_embedding.
 */
export function findRelationship(
  planning: Planning,
  source: Source,
  request: EmbedRequest,
): Relationship {
  const searched: Searched = {
    schema: planning.schema,
    parent: sourceName(source),
    target: request.target,
    hint: request.hint,
  }
  const reachable = reachableFrom(planning, source.relation)
  const computed = reachable.filter(isComputed).find(one => one.function.name === request.target)
  if (computed !== undefined) return computed
  const keys = reachable.filter(isKey)
  const found = keys.filter(one => isMeant(planning.catalog, one, searched))
  const [first, second] = found
  if (first === undefined) throw notFound(planning, reachable, searched)
  if (second !== undefined) throw new AmbiguousRelationshipError(searched, found)
  return first
}

/** Those that stay within the schema of the request. The catalog has sorted them and left out what nobody may follow. */
function reachableFrom({ catalog, schema }: Planning, from: Relation | undefined) {
  if (from === undefined) return []
  return relationshipsFrom(catalog, from).filter(({ to }) => to.schema === schema)
}

function isMeant(catalog: Catalog, one: KeyRelationship, { target, hint }: Searched): boolean {
  const isNamed = one.to.name === target
  if (one.isSelf) return isMeantWithin(one, isNamed, target, hint)
  if (hint !== undefined) return isNamed && matchesHint(one, hint)
  return isNamed || (one.kind !== 'many-to-many' && !isView(catalog, one) && isNear(one, target))
}

/** From a relation to itself there are two ways along one key; the target says which. */
function isMeantWithin(
  one: KeyRelationship,
  isNamed: boolean,
  target: string,
  hint: string | undefined,
): boolean {
  if (one.kind === 'one-to-many' && isNamed) {
    return hint === undefined || onlyPair(one)?.[1] === hint
  }
  return one.kind === 'many-to-one' && hint === undefined && onlyPair(one)?.[0] === target
}

function matchesHint(one: KeyRelationship, hint: string): boolean {
  if (one.kind === 'many-to-many') return one.junction.name === hint
  return isNear(one, hint) || onlyPair(one)?.[1] === hint
}

/** Its constraint, or the one column at this end. */
function isNear(one: ForeignKeyRelationship, name: string): boolean {
  return one.constraint === name || onlyPair(one)?.[0] === name
}

function onlyPair({ columns }: ForeignKeyRelationship): readonly [string, string] | undefined {
  return columns.length === 1 ? columns[0] : undefined
}

function isComputed(one: Relationship): one is ComputedRelationship {
  return one.kind === 'computed'
}

function isKey(one: Relationship): one is KeyRelationship {
  return one.kind !== 'computed'
}

/** A view shows the keys of its tables, so key and column names mean the table. */
function isView(catalog: Catalog, { to }: ForeignKeyRelationship): boolean {
  const kind = catalog.relations.get(keyOf(to))?.kind
  return kind === 'view' || kind === 'materialized-view'
}

function notFound(planning: Planning, reachable: readonly Relationship[], searched: Searched) {
  const hint =
    reachable.length > 0
      ? (targetHint(reachable, searched) ?? wayHint(planning, reachable, searched))
      : parentHint(planning, searched)
  return new RelationshipNotFoundError(searched, hint)
}

/** No suggestion when the target itself is there: then the hint was wrong. */
function targetHint(reachable: readonly Relationship[], { target }: Searched): string | undefined {
  const names = reachable.map(one => (one.kind === 'computed' ? one.function.name : one.to.name))
  const similar = names.includes(target) ? undefined : similarName(target, names)
  return similar && `Perhaps you meant '${similar}' instead of '${target}'.`
}

/** The target is one step further, through exactly one other table. PostgREST has no such hint. */
function wayHint(
  planning: Planning,
  reachable: readonly Relationship[],
  { parent, target, hint }: Searched,
): string | undefined {
  if (hint !== undefined) return undefined
  const tables = reachable.filter(isKey).filter(isStep(planning.catalog))
  const ways = tables.flatMap(({ to }) =>
    reachableFrom(planning, planning.catalog.relations.get(keyOf(to)))
      .filter(isKey)
      .filter(next => next.to.name === target && next.kind !== 'many-to-many')
      .map(() => to.name),
  )
  const [through, ...others] = ways
  if (through === undefined || others.length > 0 || through === parent) return undefined
  return `'${target}' is reached through '${through}': ${through}(${target}(*))`
}

/** One foreign key, and to a table: what a view shows is there a second time. */
function isStep(catalog: Catalog) {
  return (one: KeyRelationship) => one.kind !== 'many-to-many' && !isView(catalog, one)
}

/** Nothing leads from here at all: perhaps another relation was meant. */
function parentHint({ catalog, schema }: Planning, { parent }: Searched): string | undefined {
  const origins = [...catalog.relationships.values()].flatMap(([one]) => one?.from ?? [])
  const parents = origins.filter(from => from.schema === schema).map(from => from.name)
  const similar = similarName(parent, parents)
  return similar && `Perhaps you meant '${similar}' instead of '${parent}'.`
}
