import { assert } from '../../base/index.ts'
import type { Link } from './foreign-keys.ts'
import { groupBy } from './group-by.ts'
import { orderRelationships } from './relationship-order.ts'
import type {
  ComputedRelationship,
  ForeignKeyRelationship,
  ManyToManyRelationship,
  Relation,
  RelationRef,
  Relationship,
} from './types.ts'
import { relationKey } from './types.ts'

/** A link whose ends are relations of the catalog. */
interface NamedLink {
  readonly link: Link
  readonly from: Relation
  readonly to: Relation
  /** Pairs (column of `from`, column of `to`). */
  readonly columns: readonly (readonly [string, string])[]
}

/**
 * All relationships by `relationKey` of where they start. As in PostgREST, one leads only to a relation of an exposed
 * schema, and only through a junction of an exposed schema; a computed relationship replaces the detected ones to the
 * relation whose name its function has.
 */
export function findRelationships(
  links: readonly Link[],
  computed: readonly ComputedRelationship[],
  relations: ReadonlyMap<number, Relation>,
  isExposed: (relation: RelationRef) => boolean,
): ReadonlyMap<string, readonly Relationship[]> {
  const named = links.flatMap(link => nameLink(link, relations))
  const detected: readonly Relationship[] = [
    ...named.flatMap(one => [alongKey(one), againstKey(one)]),
    ...throughJunctions(named.filter(one => isExposed(one.from))),
  ]
  const overridden = new Set(computed.map(one => pairKey(one.from, one.function)))
  const kept = detected.filter(
    one => isExposed(one.to) && !overridden.has(pairKey(one.from, one.to)),
  )
  const all = [...kept, ...computed.filter(one => isExposed(one.to))]
  return groupBy(orderRelationships(all), one => relationKey(one.from.schema, one.from.name))
}

/** From the relation that holds the foreign key. */
function alongKey({ link, from, to, columns }: NamedLink): ForeignKeyRelationship {
  return {
    kind: link.oneToOne ? 'one-to-one' : 'many-to-one',
    from: refTo(from),
    to: refTo(to),
    constraint: link.key.name,
    columns,
    fromHoldsKey: true,
    isSelf: from === to,
  }
}

/** From the relation that the foreign key points to. */
function againstKey({ link, from, to, columns }: NamedLink): ForeignKeyRelationship {
  return {
    kind: link.oneToOne ? 'one-to-one' : 'one-to-many',
    from: refTo(to),
    to: refTo(from),
    constraint: link.key.name,
    columns: swap(columns),
    fromHoldsKey: false,
    isSelf: from === to,
  }
}

/**
 * A junction has two foreign keys, neither of them one-to-one, and the columns of both are part of its primary key.
 * PostgREST: "Many-to-many relationships".
 */
function throughJunctions(links: readonly NamedLink[]): readonly ManyToManyRelationship[] {
  const inKey = links.filter(
    ({ link, from, columns }) =>
      !link.oneToOne && columns.every(([column]) => from.primaryKey.includes(column)),
  )
  return [...groupBy(inKey, one => one.from).values()].flatMap(held =>
    held.flatMap(one =>
      held
        .filter(other => other.link.key.oid !== one.link.key.oid)
        .map(other => createManyToMany(one, other)),
    ),
  )
}

function createManyToMany(near: NamedLink, far: NamedLink): ManyToManyRelationship {
  return {
    kind: 'many-to-many',
    from: refTo(near.to),
    to: refTo(far.to),
    junction: refTo(near.from),
    constraints: [near.link.key.name, far.link.key.name],
    fromColumns: swap(near.columns),
    toColumns: far.columns,
    isSelf: near.to === far.to,
  }
}

/** None when an end is outside the catalog, such as a partition. */
function nameLink(link: Link, relations: ReadonlyMap<number, Relation>): readonly NamedLink[] {
  const from = relations.get(link.from)
  const to = relations.get(link.to)
  if (from === undefined || to === undefined) return []
  const columns = link.fromColumns.map(
    (position, place) => [nameAt(from, position), nameAt(to, link.toColumns[place])] as const,
  )
  return [{ link, from, to, columns }]
}

function pairKey(from: RelationRef, to: RelationRef): string {
  return `${relationKey(from.schema, from.name)}\0${relationKey(to.schema, to.name)}`
}

function refTo({ schema, name }: Relation): RelationRef {
  return { schema, name }
}

function swap(columns: readonly (readonly [string, string])[]) {
  return columns.map(([one, other]) => [other, one] as const)
}

function nameAt(relation: Relation, position: number | undefined): string {
  const column = [...relation.columns.values()].find(one => one.position === position)
  assert(column, `relation ${relation.oid} has column ${position}`)
  return column.name
}
