import type { Dependency } from '../../capabilities/cache/index.ts'
import { type Catalog, findRelation, type Relation, type RelationRef } from '../catalog/index.ts'
import type { Condition, Embed, ReadPlan } from '../plan/index.ts'
import { tagOf } from './change.ts'
import { type Fixed, fixedBy, type FixedColumn } from './fixed.ts'
import { kindOf } from './kinds.ts'
import { type NodeDependencies, tableDependencies, whole } from './table-dependencies.ts'
import type { RowChange } from './types.ts'

/** What the answers of a plan depend on. */
export interface PlanDependencies {
  /** Tables and materialized views, without partitions. */
  readonly relations: readonly number[]
  readonly dependencies: NodeDependencies
}

/** `reached`: what stands behind views, policies and functions. Any row of it may count. */
export function dependenciesOf(
  plan: ReadPlan,
  catalog: Catalog,
  reached: ReadonlyMap<number, Relation>,
): PlanDependencies {
  const tables = new Map(reached)
  const tags = new Set([...reached.values()].flatMap(tagsOf))
  const nodes: NodeDependencies[] = []

  function read(relation: Relation, where: Condition | undefined, ties: Fixed): void {
    if (relation.kind === 'view') return // What it reads has been reached.
    tables.set(relation.oid, relation)
    if (relation.kind === 'materialized-view') tags.add(tagOf(relation.oid))
    else nodes.push(tableDependencies(relation, where, ties))
  }

  function walk(node: ReadPlan, ties: Fixed): void {
    const fixed = new Map([...ties, ...fixedBy(node.where)])
    for (const embed of node.embeds) walkEmbed(embed, node, fixed)
  }

  function walkEmbed({ relationship, plan: below }: Embed, parent: ReadPlan, fixed: Fixed): void {
    const target = refTo(catalog, relationship.to)
    if (relationship.kind === 'computed') {
      walk(below, NOTHING) // Its rows come out of the function, which has been reached.
    } else if (relationship.kind === 'many-to-many') {
      const junction = refTo(catalog, relationship.junction)
      if (junction !== undefined) {
        read(junction, undefined, tied(parent, junction, relationship.fromColumns, fixed))
      }
      if (target !== undefined) read(target, below.where, NOTHING)
      walk(below, NOTHING)
    } else if (target !== undefined) {
      const ties = tied(parent, target, relationship.columns, fixed)
      read(target, below.where, ties)
      walk(below, ties)
    }
  }

  if (plan.source.kind === 'relation') read(plan.source.relation, plan.where, NOTHING)
  walk(plan, NOTHING)
  return {
    relations: [...new Set([...tables.values()].flatMap(heardOf))].sort((a, b) => a - b),
    dependencies: parameters =>
      merged(
        tags,
        nodes.flatMap(node => node(parameters)),
      ),
  }
}

const NOTHING: Fixed = new Map()

function refTo(catalog: Catalog, { schema, name }: RelationRef): Relation | undefined {
  return findRelation(catalog, schema, name)
}

function tagsOf({ oid, relatives }: Relation): readonly string[] {
  return [oid, ...relatives.map(relative => relative.oid)].map(tagOf)
}

/** Partitions are heard of with their table. */
function heardOf({ oid, relatives }: Relation): readonly number[] {
  return [oid, ...relatives.flatMap(one => (one.isPartition ? [] : [one.oid]))]
}

/** Columns of the child that equal a column of the parent whose values are fixed. */
function tied(
  parent: ReadPlan,
  child: Relation,
  pairs: readonly (readonly [string, string])[],
  fixed: Fixed,
): Fixed {
  const ties = new Map<string, FixedColumn>()
  for (const [from, to] of pairs) {
    const known = fixed.get(from)
    const column = child.columns.get(to)
    const own = parent.source.relation?.columns.get(from)
    if (known === undefined || column === undefined || own === undefined) continue
    const isAlike = kindOf(column) === known.kind
    const isSameEnum = known.kind !== 'enum' || column.type.baseOid === own.type.baseOid
    if (isAlike && isSameEnum) ties.set(to, { ...known, column })
  }
  return ties
}

/** Where all of a table counts, its rows need not be told apart. */
function merged(
  tags: ReadonlySet<string>,
  narrower: readonly Dependency<RowChange>[],
): readonly Dependency<RowChange>[] {
  const wholes = new Set(tags)
  for (const one of narrower) {
    if (one.keys === undefined && one.test === undefined) wholes.add(one.tag)
  }
  return [...Array.from(wholes, whole), ...narrower.filter(one => !wholes.has(one.tag))]
}
