import type { Parameter } from '../../base/index.ts'
import type { Catalog, Relation } from '../catalog/index.ts'
import { planConditions } from './conditions.ts'
import { ColumnNotFoundError } from './errors.ts'
import { planNode } from './node.ts'
import { type Planning, type PlanRules, startPlanning } from './planning.ts'
import { exposedRelation } from './read.ts'
import type { SelectRequest, WriteRequest } from './request.ts'
import { similarName } from './similar-names.ts'
import type { Conflict, ReadPlan, WritePlan, WrittenColumn } from './types.ts'
import { isParameter, parametersWithin } from './unread.ts'
import { PutFilterError, PutKeyError, WrittenColumnNotFoundError } from './write-errors.ts'

/**
 * A write, checked: its relation, the columns that take values, the conditions, and what is answered of the rows. Pure,
 * and independent of values, as `planRead` is. Whether a column takes values at all (`generated`) and whether a relation
 * does is left to PostgreSQL.
 *
 * Throws PGRST204 for a column that the relation does not have, PGRST105 and PGRST115 for a PUT that does not name its
 * row, and what `planRead` throws.
 */
export function planWrite(
  catalog: Catalog,
  request: WriteRequest,
  rules: Pick<PlanRules, 'aggregates'>,
): WritePlan {
  const relation = exposedRelation(catalog, request.schema, request.relation)
  // The cap on rows is for reads: what was written is answered whole, as PostgREST does.
  const planning = startPlanning(catalog, request.schema, { ...rules, rowsMax: undefined })
  if (request.action === 'replace') checkReplaced(relation, request)
  const source = Object.freeze({ kind: 'relation', relation } as const)
  return Object.freeze({
    kind: 'write',
    action: request.action,
    relation,
    columns: planColumns(planning, relation, request.columns),
    body: request.body,
    missing: request.missing,
    conflict: planConflict(relation, request),
    where: planConditions({ planning, source, embeds: [] }, request.where),
    returning:
      request.returning === 'rows' ? planReturning(planning, relation, request) : undefined,
    location: isLocated(request) ? relation.primaryKey : NO_COLUMNS,
    unread: unreadOf(request),
  })
}

const NO_COLUMNS: readonly string[] = Object.freeze([])

function planColumns(
  { catalog }: Planning,
  relation: Relation,
  names: readonly string[],
): readonly WrittenColumn[] {
  const columns = names.map((name): WrittenColumn => {
    const column = relation.columns.get(name)
    if (column === undefined) {
      const similar = similarName(name, relation.columns.keys())
      throw new WrittenColumnNotFoundError(relation.name, name, similar)
    }
    const representation = catalog.representations.get(column.type.oid)
    const isParsed = representation !== undefined && representation.fromJson !== null
    return Object.freeze({ column, representation: isParsed ? representation : undefined })
  })
  return Object.freeze(columns)
}

/** By the primary key unless columns are named; without either nothing conflicts, as in PostgREST. */
function planConflict(relation: Relation, request: WriteRequest): Conflict | undefined {
  if (request.action === 'replace') {
    return Object.freeze({ columns: relation.primaryKey, resolution: 'merge-duplicates' })
  }
  if (request.conflict === undefined) return undefined
  const { resolution, columns = relation.primaryKey } = request.conflict
  for (const name of columns) {
    if (relation.columns.has(name)) continue
    const similar = similarName(name, relation.columns.keys())
    throw new ColumnNotFoundError(relation.name, name, similar)
  }
  return columns.length === 0 ? undefined : Object.freeze({ columns, resolution })
}

function planReturning(planning: Planning, relation: Relation, request: WriteRequest): ReadPlan {
  const select = request.select.length > 0 ? request.select : ([{ kind: 'star' }] as const)
  const source = Object.freeze({ kind: 'written', relation } as const)
  const read = { select, where: [], order: request.order }
  return planNode(planning, source, read, { depth: 0, toOne: false, spread: false })
}

function isLocated({ action, returning }: WriteRequest): boolean {
  return action === 'insert' && returning === 'location'
}

/**
 * A range means nothing here: limits on writes were dropped with PostgREST 13. Embeds mean nothing when no rows are
 * answered.
 */
function unreadOf({ returning, select, limit, offset }: WriteRequest): readonly Parameter[] {
  const ofRange = [limit, offset].filter(isParameter)
  return Object.freeze([...ofRange, ...(returning === 'rows' ? [] : select.flatMap(ofEmbed))])
}

function ofEmbed(item: SelectRequest): readonly Parameter[] {
  return item.kind === 'embed' ? parametersWithin(item) : []
}

/** PostgREST: "PUT", references/api/tables_views. The filters say which row it is: its whole key, each column once. */
function checkReplaced({ primaryKey }: Relation, { where, columns }: WriteRequest): void {
  const named = where.map(condition => {
    const isPlain = condition.kind === 'filter' && condition.field.path.length === 0
    if (!isPlain || condition.negated) throw new PutFilterError()
    const { test, field } = condition
    const isEqual = test.kind === 'compare' && test.operator === 'eq'
    if (!isEqual || test.quantifier !== undefined) throw new PutFilterError()
    return field.name
  })
  const isWhole = primaryKey.every(name => named.includes(name))
  if (!isWhole || primaryKey.length === 0 || !named.every(name => primaryKey.includes(name))) {
    throw new PutFilterError()
  }
  const missing = primaryKey.find(name => !columns.includes(name))
  if (missing !== undefined) throw new PutKeyError(`The body has no '${missing}'`)
}
