import { parameter } from '../../../base/index.ts'
import { cacheabilityOf } from '../../../query/cacheability/index.ts'
import type { Catalog, Relation } from '../../../query/catalog/index.ts'
import type { DatabaseRules, RowKeeping, RowRead } from '../../../query/executor/index.ts'
import {
  type ConditionRequest,
  planRead,
  type ReadPlan,
  type Selected,
  type SelectRequest,
  type WritePlan,
} from '../../../query/plan/index.ts'
import { type CompileContext, compileRead } from '../../../query/sql/index.ts'
import { askOf } from '../caching/ask.ts'
import { claimsOf } from '../caching/claims.ts'
import type { RestInput } from '../input.ts'
import { type MediaRequest, NO_PREFERENCES } from '../parse/index.ts'
import type { Prepared } from '../prepared.ts'
import type { RestServices } from '../services.ts'
import { answerShape, askedBeside } from '../shape.ts'

interface Asked {
  readonly select: readonly SelectRequest[]
  readonly media: MediaRequest
}

interface Rules extends Pick<CompileContext, 'embedsAs'> {
  readonly aggregates: boolean
  readonly database: DatabaseRules
}

/**
 * The read of a written row by its key: the same columns, as a GET with the filters of the key asks for them. Undefined where what
 * the write answers may be something else than that: only columns of a table as they are, its key among them, are the same in both.
 */
export function rowReadOf(
  plan: WritePlan,
  { select, media }: Asked,
  catalog: Catalog,
  { aggregates, database, embedsAs }: Rules,
): RowRead | undefined {
  const { relation, returning } = plan
  const isJson = media.kind === 'json' || media.kind === 'object'
  if (!isJson || returning === undefined || !isOwnTable(relation)) return undefined
  if (plan.action === 'delete' || !isOfColumns(returning, relation)) return undefined
  const shape = answerShape('GET', media, NO_PREFERENCES)
  const { schema, name, oid, primaryKey } = relation
  const where = primaryKey.map(equals)
  const request = { schema, relation: name, select, where, order: [] }
  const read = planRead(catalog, request, { aggregates, rowsMax: database.rowsMax })
  const { serverVersion } = catalog
  return Object.freeze({
    statement: compileRead(read, shape, { serverVersion, embedsAs }),
    cacheability: cacheabilityOf(read, catalog, askedBeside(shape, media, database)),
    relation: oid,
    primaryKey,
    change: changeOf(plan),
  })
}

/** What a write says about its answer being kept. Undefined where nothing of it is. */
export function keepingOf(
  { headers, identity }: Pick<RestInput, 'headers' | 'identity'>,
  { rowRead }: Pick<Prepared<WritePlan>, 'rowRead'>,
  { caching }: Pick<RestServices, 'caching'>,
): RowKeeping | undefined {
  if (caching !== true || rowRead === undefined) return undefined
  const row = rowRead()
  if (row === 'none' || !row.cacheability.cacheable) return undefined
  return askOf(headers)?.noStore === true ? undefined : { row, claims: claimsOf(identity) }
}

/** All its rows, and no others, are its own. */
function isOwnTable({ kind, relatives, isTemporary, primaryKey }: Relation): boolean {
  return kind === 'table' && relatives.length === 0 && !isTemporary && primaryKey.length > 0
}

/** The key has to be among them: who may not see it may not ask for it either. */
function isOfColumns({ select, embeds, aggregated }: ReadPlan, { primaryKey }: Relation): boolean {
  if (aggregated || embeds.length > 0 || !select.every(isColumn)) return false
  return primaryKey.every(name => select.some(item => shows(item, name)))
}

function isColumn(item: Selected): boolean {
  if (item.kind !== 'field') return item.kind === 'star'
  const { field, cast, aggregate, representation } = item
  const isChanged = cast !== undefined || aggregate !== undefined || representation !== undefined
  return !isChanged && field.column !== undefined && field.path.length === 0
}

function shows(item: Selected, name: string): boolean {
  return item.kind === 'star' || (item.kind === 'field' && item.field.name === name)
}

function equals(name: string, index: number): ConditionRequest {
  const test = { kind: 'compare', operator: 'eq', value: parameter(index + 1) } as const
  return { kind: 'filter', field: { name, path: [] }, negated: false, test }
}

function changeOf({ action, conflict }: WritePlan): RowRead['change'] {
  if (conflict?.resolution === 'merge-duplicates') return 'either'
  return action === 'insert' ? 'insert' : 'update'
}
