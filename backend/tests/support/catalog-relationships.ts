import {
  type Catalog,
  type ComputedRelationship,
  type ForeignKeyRelationship,
  type ManyToManyRelationship,
  relationKey,
  type RelationRef,
  type Relationship,
} from '../../src/query/catalog/index.ts'
import type { CatalogSpec, RelationSpec } from './catalog.ts'

type KeyRelationship = ForeignKeyRelationship | ManyToManyRelationship

/**
 * Every relationship of a specification, listed from both its ends, less what the real catalog leaves out: ways to or
 * through schemas that are not exposed, and keys that a computed relationship replaces.
 */
export function relationshipsOf(spec: CatalogSpec): Catalog['relationships'] {
  const keys = Object.entries(spec.relations).flatMap(([name, relation]) =>
    foreignKeys(spec, name, relation),
  )
  const schemas = spec.schemas ?? ['public']
  const computed = computedRelationships(spec)
  const replaced = new Set(computed.map(one => wayOf(one.from, one.function)))
  const detected = [...keys, ...junctions(spec, keys)]
    .filter(one => schemas.includes(one.to.schema))
    .filter(one => one.kind !== 'many-to-many' || schemas.includes(one.junction.schema))
    .filter(one => !replaced.has(wayOf(one.from, one.to)))
  return byOrigin([...detected.sort(inOrder), ...computed])
}

function wayOf(from: RelationRef, to: RelationRef): string {
  return `${from.schema}.${from.name} ${to.schema}.${to.name}`
}

/** One-to-many first, then many-to-one, one-to-one and many-to-many; within these by name. */
function inOrder(one: KeyRelationship, other: KeyRelationship): number {
  return rankOf(one) < rankOf(other) ? -1 : 1
}

const kinds = ['one-to-many', 'many-to-one', 'one-to-one', 'many-to-many']

function rankOf(one: KeyRelationship): string {
  const name = one.kind === 'many-to-many' ? one.junction.name : one.constraint
  return `${kinds.indexOf(one.kind)} ${name}`
}

function foreignKeys(
  spec: CatalogSpec,
  name: string,
  relation: RelationSpec,
): ForeignKeyRelationship[] {
  const from = { schema: relation.schema ?? 'public', name }
  return (relation.foreignKeys ?? []).flatMap((key): ForeignKeyRelationship[] => {
    const to = refTo(from.schema, key.to)
    const toColumns = key.toColumns ?? spec.relations[to.name]?.primaryKey ?? []
    const pairs = key.columns.map((column, index) => [column, toColumns[index] ?? ''] as const)
    const constraint = key.name ?? `${name}_${key.columns.join('_')}_fkey`
    const unique = [relation.primaryKey ?? [], ...(relation.uniqueKeys ?? [])]
    const isOne = unique.some(columns => sameColumns(columns, key.columns))
    const isSelf = from.schema === to.schema && from.name === to.name
    const reversed = pairs.map(([one, other]) => [other, one] as const)
    const near = { kind: isOne ? 'one-to-one' : 'many-to-one', from, to, columns: pairs } as const
    const far = {
      kind: isOne ? 'one-to-one' : 'one-to-many',
      from: to,
      to: from,
      columns: reversed,
    } as const
    return [
      { ...near, constraint, fromHoldsKey: true, isSelf },
      { ...far, constraint, fromHoldsKey: false, isSelf },
    ]
  })
}

/** Ways from one foreign key of a table to another, when its primary key holds both. */
function junctions(
  spec: CatalogSpec,
  keys: readonly ForeignKeyRelationship[],
): ManyToManyRelationship[] {
  const held = keys.filter(key => key.fromHoldsKey)
  return held.flatMap(first =>
    held
      .filter(second => second !== first && sameRef(second.from, first.from))
      .filter(second => {
        const primaryKey = spec.relations[first.from.name]?.primaryKey ?? []
        return [...first.columns, ...second.columns].every(([near]) => primaryKey.includes(near))
      })
      .map(second => ({
        kind: 'many-to-many',
        from: first.to,
        to: second.to,
        junction: first.from,
        constraints: [first.constraint, second.constraint],
        fromColumns: first.columns.map(([near, far]) => [far, near] as const),
        toColumns: second.columns,
        isSelf: sameRef(first.to, second.to),
      })),
  )
}

function computedRelationships(spec: CatalogSpec): ComputedRelationship[] {
  return Object.entries(spec.relations).flatMap(([name, relation]) => {
    const from = { schema: relation.schema ?? 'public', name }
    return (relation.computedRelationships ?? []).map(
      ({ name: functionName, to: target, toOne = false }): ComputedRelationship => {
        const to = refTo(from.schema, target)
        const routine = { schema: from.schema, name: functionName }
        const executableBy = ['PUBLIC']
        return {
          ...{ kind: 'computed', from, to, function: routine, toOne },
          ...{ isSelf: sameRef(from, to), executableBy },
        }
      },
    )
  })
}

function byOrigin(all: readonly Relationship[]): Map<string, Relationship[]> {
  const map = new Map<string, Relationship[]>()
  for (const one of all) {
    const key = relationKey(one.from.schema, one.from.name)
    map.set(key, [...(map.get(key) ?? []), one])
  }
  return map
}

function refTo(schema: string, target: string): RelationRef {
  const [first = '', second] = target.split('.')
  return second === undefined ? { schema, name: first } : { schema: first, name: second }
}

function sameRef(one: RelationRef, other: RelationRef): boolean {
  return one.schema === other.schema && one.name === other.name
}

function sameColumns(one: readonly string[], other: readonly string[]): boolean {
  return one.length > 0 && one.length === other.length && other.every(name => one.includes(name))
}
