import type { Dependency } from '../../capabilities/cache/index.ts'
import type { Row } from '../../capabilities/events/index.ts'
import type { Relation } from '../catalog/index.ts'
import type { Condition } from '../plan/index.ts'
import { tagOf } from './change.ts'
import { type Fixed, fixedBy, type FixedColumn } from './fixed.ts'
import { folded, type Judgement, judgementOf, type Predicate } from './predicate.ts'
import { couldPass, MAYBE, truthOf } from './truth.ts'
import type { RowChange } from './types.ts'

/** What changes of one table matter to one node of a plan, once the parameters are known. */
export type NodeDependencies = (
  parameters: readonly (string | null)[],
) => readonly Dependency<RowChange>[]

/**
 * The narrowest that can be told: by key where the conditions fix the whole primary key, by the conditions otherwise, by
 * table without any that can be told.
 *
 * A change of a row matters only if the row passes before or after it, whatever order, limit and offset there are: a row that
 * never passes is not among those that are ordered and counted off. Policies are no conditions here: they only hide rows.
 *
 * `ties`: columns whose values the rows of the parent fix.
 */
export function tableDependencies(
  relation: Relation,
  where: Condition | undefined,
  ties: Fixed,
): NodeDependencies {
  const fixed = new Map([...ties, ...fixedBy(where)])
  const judgement = where && judgementOf(where)
  const key = keyColumns(relation, fixed)
  const index = indexColumn(relation, fixed)
  const tag = tagOf(relation.oid)
  const relatives = relation.relatives.map(({ oid }) => tagOf(oid))
  if (judgement === undefined && ties.size === 0) {
    return () => [tag, ...relatives].map(whole)
  }
  return parameters => {
    const test = testOf(judgement, ties, parameters)
    const keys = key && keysOf(key, parameters)
    const hint = index && indexOf(index, parameters)
    const others = relatives.map(tested)
    return [keys === undefined ? tested(tag) : { tag, keys }, ...others]

    function tested(name: string): Dependency<RowChange> {
      return hint === undefined ? { tag: name, test } : { tag: name, test, index: hint }
    }
  }
}

export function whole(tag: string): Dependency<RowChange> {
  return { tag }
}

/** Undefined where not all of the key is fixed. */
function keyColumns({ primaryKey }: Relation, fixed: Fixed): readonly FixedColumn[] | undefined {
  const columns = primaryKey.map(name => fixed.get(name)).filter(column => column !== undefined)
  return columns.length > 0 && columns.length === primaryKey.length ? columns : undefined
}

/** More keys than these are not worth being looked up one by one. */
const KEYS_MAX = 1_000

function keysOf(
  columns: readonly FixedColumn[],
  parameters: readonly (string | null)[],
): readonly string[] | undefined {
  let rows: readonly (readonly string[])[] = [[]]
  for (const column of columns) {
    const values = column.values(parameters)
    if (values === undefined || rows.length * values.length > KEYS_MAX) return undefined
    rows = rows.flatMap(row => values.map(value => [...row, value]))
  }
  return rows.map(row => JSON.stringify(row))
}

/** The column that tells rows apart best: one of a key, and none of two or of few values if there is another. */
function indexColumn({ uniqueKeys }: Relation, fixed: Fixed): FixedColumn | undefined {
  const isOfKey = ({ column }: FixedColumn) => uniqueKeys.some(key => key.includes(column.name))
  const isOfMany = ({ kind }: FixedColumn) => kind !== 'boolean' && kind !== 'enum'
  const columns = [...fixed.values()]
  return columns.find(isOfKey) ?? columns.find(isOfMany) ?? columns[0]
}

function indexOf(fixed: FixedColumn, parameters: readonly (string | null)[]) {
  const values = fixed.values(parameters)
  const [value, ...others] = values ?? []
  if (value === undefined || others.length > 0) return undefined
  return { field: fixed.column.name, value }
}

function testOf(
  judgement: Judgement | undefined,
  ties: Fixed,
  parameters: readonly (string | null)[],
): (change: RowChange) => boolean {
  const predicates = Array.from(ties.values(), tie => tiedTo(tie, parameters))
  if (judgement !== undefined) predicates.push(judgement(parameters))
  const passes = folded('and', predicates)
  return ({ old, new: after }) => {
    if (old === undefined && after === undefined) return true
    return isTouched(passes, old) || isTouched(passes, after)
  }
}

function isTouched(passes: Predicate, row: Row | undefined): boolean {
  return row !== undefined && couldPass(passes(row))
}

/** Whether the row could belong to a row of the parent. */
function tiedTo(tie: FixedColumn, parameters: readonly (string | null)[]): Predicate {
  const values = tie.values(parameters)
  if (values === undefined) return () => MAYBE
  const wanted = new Set(values)
  const { name } = tie.column
  return row => {
    const value = row[name]
    if (value === undefined) return MAYBE
    return truthOf(value !== null && wanted.has(value))
  }
}
