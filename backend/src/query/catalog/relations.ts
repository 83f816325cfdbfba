import { createColumn } from './columns.ts'
import type { Dependencies } from './dependencies.ts'
import type { Keys } from './keys.ts'
import { listItems } from './node-tree.ts'
import { parsePrivileges } from './privileges.ts'
import type { ColumnRow } from './read-columns.ts'
import { NOTHING_READ, readsOf } from './expression-reads.ts'
import type { PolicyRow, ViewRow } from './read-definitions.ts'
import type { InheritanceRow } from './read-inheritance.ts'
import type { RelationRow } from './read-relations.ts'
import type { TypeCatalog } from './type-catalog.ts'
import type { Policy, Relation, RelationKind, ExpressionReads } from './types.ts'
import { WRITE_BITS, type Writability } from './writability.ts'

/** What relations are put together from. */
export interface RelationParts {
  readonly columns: ReadonlyMap<number, readonly ColumnRow[]>
  readonly policies: ReadonlyMap<number, readonly PolicyRow[]>
  readonly views: ReadonlyMap<number, ViewRow>
  readonly relatives: ReadonlyMap<number, readonly InheritanceRow[]>
  readonly types: TypeCatalog
  readonly keysOf: (relation: number) => Keys
  readonly dependencies: Dependencies
  readonly isWritable: Writability
}

const KINDS: Readonly<Record<RelationRow['kind'], RelationKind>> = Object.freeze({
  r: 'table',
  p: 'partitioned-table',
  f: 'foreign-table',
  v: 'view',
  m: 'materialized-view',
})

const COMMANDS: Readonly<Record<PolicyRow['command'], Policy['command']>> = Object.freeze({
  '*': 'all',
  r: 'select',
  a: 'insert',
  w: 'update',
  d: 'delete',
})

export function createRelation(row: RelationRow, parts: RelationParts): Relation {
  const columns = parts.columns.get(row.oid) ?? []
  const keys = parts.keysOf(row.oid)
  const named = (positions: readonly number[]) => columnNames(columns, positions)
  const reads = parts.dependencies.ofView(row.oid)
  const view = parts.views.get(row.oid)
  return {
    oid: row.oid,
    schema: row.schema,
    name: row.name,
    kind: KINDS[row.kind],
    comment: row.comment,
    columns: new Map(
      columns.map(column => [column.name, createColumn(column, parts.types, parts.isWritable)]),
    ),
    primaryKey: named(keys.primary),
    uniqueKeys: keys.unique.map(named),
    insertable: (row.writes & WRITE_BITS.insert) !== 0,
    updatable: (row.writes & WRITE_BITS.update) !== 0,
    deletable: (row.writes & WRITE_BITS.delete) !== 0,
    rowSecurity: row.rowSecurity,
    policies: (parts.policies.get(row.oid) ?? []).map(policy => createPolicy(policy, parts)),
    privileges: parsePrivileges(row.privileges),
    readsRelations: reads.relations,
    readsFunctions: reads.functions,
    reads: view && withoutItself(readsOf(view.tree), row.oid),
    relatives: (parts.relatives.get(row.oid) ?? []).map(({ relative, isPartition }) => ({
      oid: relative,
      isPartition,
    })),
    isTemporary: row.isTemporary,
    isPlainlyChanged: row.isPlainlyChanged,
    checks: row.checks,
    insertsPass: row.insertsPass,
    securityInvoker: row.securityInvoker,
  }
}

/** The names at the positions of a key. */
export function columnNames(
  columns: readonly ColumnRow[],
  positions: readonly number[],
): readonly string[] {
  return positions.flatMap(
    position => columns.find(column => column.position === position)?.name ?? [],
  )
}

/** Until PostgreSQL 16 the rule of a view names the view itself, as OLD and NEW. */
function withoutItself(reads: ExpressionReads, oid: number): ExpressionReads {
  return { ...reads, relations: reads.relations.filter(relation => relation !== oid) }
}

function createPolicy(row: PolicyRow, parts: RelationParts): Policy {
  const reads = parts.dependencies.ofPolicy(row)
  return {
    name: row.name,
    permissive: row.permissive,
    command: COMMANDS[row.command],
    roles: row.roles,
    using: row.using,
    check: row.check,
    readsRelations: reads.relations,
    readsFunctions: reads.functions,
    reads: row.using === null ? NOTHING_READ : readsOf(usingOf(row.tree)),
  }
}

/** The first of the two expressions: the one that reads are about. */
function usingOf(tree: string): string {
  const [, second] = listItems(`(${tree})`, 0)
  return second === undefined ? tree : tree.slice(0, second - 1)
}
