import type { Column } from '../catalog/index.ts'
import { AggregatesNotAllowedError, InvalidQueryError } from './errors.ts'
import { checkName, hasField, planField, representationOf } from './fields.ts'
import type { Planning } from './planning.ts'
import type { FieldRequest, JsonStep, SelectRequest } from './request.ts'
import { resultColumns } from './results.ts'
import { parseTypeName } from './type-name.ts'
import type { Aggregate, AggregateName, Selected, SelectedField, Source } from './types.ts'

/** The items of a node's own, in their order, with every `*` still as it is. Embeds are planned elsewhere. */
export function planSelect(
  planning: Planning,
  source: Source,
  requests: readonly SelectRequest[],
): readonly Selected[] {
  const shown = requests.filter(isShown).length
  return requests.flatMap((request): Selected[] => {
    if (request.kind === 'embed') return []
    if (request.kind === 'star') return [star]
    if (request.aggregate !== undefined) return [planAggregate(planning, source, request)]
    if (isCountAsField(planning, source, request)) {
      return [planCountAsField(planning, request, shown)]
    }
    return [planPlain(planning, source, request)]
  })
}

/** `*` as one item a column, where one name for all of them will not do. */
export function expandStars(
  planning: Planning,
  source: Source,
  select: readonly Selected[],
  always: boolean,
): readonly Selected[] {
  const columns = [...(source.relation?.columns.values() ?? [])]
  const needed = always || columns.some(column => hasOutput(planning, column))
  if (!needed) return Object.freeze([...select])
  const names = columns.map(column => column.name)
  const expanded = [...names, ...resultColumns(planning.catalog, source).keys()].map(name =>
    planPlain(planning, source, { kind: 'field', field: { name, path: [] } }),
  )
  return Object.freeze(select.flatMap(item => (item.kind === 'star' ? expanded : [item])))
}

export function isAggregate(item: Selected): boolean {
  return item.kind === 'count' || (item.kind === 'field' && item.aggregate !== undefined)
}

const star: Selected = Object.freeze({ kind: 'star' })

const aggregateNames: readonly string[] = ['sum', 'avg', 'min', 'max', 'count']

function planAggregate(planning: Planning, source: Source, request: FieldRequest): Selected {
  const { name, cast } = planAggregateCall(request)
  if (!planning.rules.aggregates) throw new AggregatesNotAllowedError()
  const alias = checkName(request.alias ?? name)
  if (request.field.name === '') return countRows(cast, alias, name)
  const field = planField(planning, source, request.field)
  const aggregate: Aggregate = Object.freeze({ name, cast })
  const own = checkCast(request.cast)
  return Object.freeze({
    kind: 'field',
    field,
    alias,
    cast: own,
    aggregate,
    representation: undefined,
  })
}

function planAggregateCall({ aggregate }: FieldRequest): Aggregate {
  const name = aggregate?.name ?? ''
  if (!isAggregateName(name)) {
    const details = `Known are: ${aggregateNames.join(', ')}.`
    throw new InvalidQueryError(`Unknown aggregate function '${name}'`, details)
  }
  return { name, cast: checkCast(aggregate?.cast) }
}

function isAggregateName(name: string): name is AggregateName {
  return aggregateNames.includes(name)
}

function countRows(cast: string | undefined, alias: string, name: AggregateName): Selected {
  if (name !== 'count') {
    throw new InvalidQueryError(`${name}() needs a field`, `Write it as 'field.${name}()'.`)
  }
  return Object.freeze({ kind: 'count', cast, alias })
}

/** `count` without parentheses, where there is no such column: how clients counted before aggregates existed. */
function isCountAsField(planning: Planning, source: Source, { field }: FieldRequest): boolean {
  if (field.name !== 'count' || field.path.length > 0) return false
  return !hasField(planning, source, 'count')
}

/** PostgREST allows it without aggregates being allowed, as long as nothing has to be grouped. */
function planCountAsField(planning: Planning, request: FieldRequest, shown: number): Selected {
  if (!planning.rules.aggregates && shown > 1) throw new AggregatesNotAllowedError()
  return countRows(checkCast(request.cast), checkName(request.alias ?? 'count'), 'count')
}

/** An embed of nothing is there to filter by. */
function isShown(request: SelectRequest): boolean {
  return request.kind !== 'embed' || request.select.length > 0
}

function planPlain(planning: Planning, source: Source, request: FieldRequest): SelectedField {
  const field = planField(planning, source, request.field)
  const output = representationOf(planning, field)
  const representation = output?.toJson ? output : undefined
  const ownName = representation === undefined ? undefined : field.name
  const alias = request.alias ?? lastKey(field.path, field.name) ?? ownName
  return Object.freeze({
    kind: 'field',
    field,
    alias: alias === undefined ? undefined : checkName(alias),
    cast: checkCast(request.cast),
    aggregate: undefined,
    representation,
  })
}

/** `data->a->1` is named `a`, and `data->1` is named `data`. Undefined without a path. */
function lastKey(path: readonly JsonStep[], name: string): string | undefined {
  return path.length === 0 ? undefined : (path.findLast(step => !step.isIndex)?.key ?? name)
}

function checkCast(cast: string | undefined): string | undefined {
  if (cast !== undefined) parseTypeName(cast)
  return cast
}

function hasOutput(planning: Planning, column: Column): boolean {
  const representation = planning.catalog.representations.get(column.type.oid)
  return representation !== undefined && representation.toJson !== null
}
