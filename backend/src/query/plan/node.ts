import { assert } from '../../base/index.ts'
import { findRelation, type Relation, type Relationship } from '../catalog/index.ts'
import { planConditions } from './conditions.ts'
import { AggregatesNotAllowedError, DuplicateEmbedError, NotImplementedError } from './errors.ts'
import { checkName } from './fields.ts'
import { checkGrouped } from './grouping.ts'
import { planOrder } from './order.ts'
import { checkDepth, type Planning } from './planning.ts'
import { findRelationship } from './relationships.ts'
import type { EmbedRequest, ReadRequest } from './request.ts'
import { expandStars, isAggregate, planSelect } from './select.ts'
import type { Embed, ReadPlan, Source } from './types.ts'

/** What a request says of one node, be it the root or an embed. */
export type NodeRequest = Omit<ReadRequest, 'schema' | 'relation'>

/** How a node's rows reach the answer. */
export interface Place {
  /** Embeds above it. */
  readonly depth: number
  readonly toOne: boolean
  readonly spread: boolean
}

/** One node and all below it. The source is settled; the rest of the names are looked up from there. */
export function planNode(
  planning: Planning,
  source: Source,
  request: NodeRequest,
  place: Place,
): ReadPlan {
  checkDepth(place.depth)
  const embeds = planEmbeds(planning, source, request, place.depth)
  const select = planSelect(planning, source, request.select)
  const hasAggregate = select.some(isAggregate) || embeds.some(handsUpAggregate)
  if (hasAggregate && place.spread) checkSpreadAggregates(planning, place)
  const isHandedUp = place.spread && place.toOne
  const aggregated = hasAggregate && !isHandedUp
  const columns = expandStars(planning, source, select, hasAggregate || place.spread)
  const order = planOrder(planning, source, embeds, request.order)
  if (aggregated) checkGrouped(source, columns, embeds, order)
  return Object.freeze({
    kind: 'read',
    source,
    select: columns,
    embeds,
    where: planConditions({ planning, source, embeds }, request.where),
    order,
    limit: request.limit,
    offset: request.offset,
    rowsMax: place.toOne ? undefined : planning.rules.rowsMax,
    aggregated,
  })
}

function planEmbeds(
  planning: Planning,
  source: Source,
  { select }: NodeRequest,
  depth: number,
): readonly Embed[] {
  const embeds = select.flatMap(item =>
    item.kind === 'embed' ? [planEmbed(planning, source, item, depth + 1)] : [],
  )
  checkNames(embeds.filter(embed => !embed.spread))
  return Object.freeze(embeds)
}

function planEmbed(
  planning: Planning,
  parent: Source,
  request: EmbedRequest,
  depth: number,
): Embed {
  const id = planning.nextId()
  const relationship = findRelationship(planning, parent, request)
  const toOne = isToOne(relationship)
  const source = { kind: 'relation', relation: targetOf(planning, relationship) } as const
  const plan = planNode(planning, Object.freeze(source), request, {
    depth,
    toOne,
    spread: request.spread,
  })
  return Object.freeze({
    name: checkName(request.alias ?? request.target),
    id,
    relationship,
    toOne,
    spread: request.spread,
    inner: request.join === 'inner',
    hidden: plan.select.length === 0 && plan.embeds.every(embed => embed.hidden),
    plan,
  })
}

function isToOne(relationship: Relationship): boolean {
  if (relationship.kind === 'computed') return relationship.toOne
  return relationship.kind === 'many-to-one' || relationship.kind === 'one-to-one'
}

function targetOf({ catalog }: Planning, { to }: Relationship): Relation {
  const relation = findRelation(catalog, to.schema, to.name)
  assert(relation, `the catalog has no '${to.schema}.${to.name}' though a relationship leads there`)
  return relation
}

/** Through a to-one spread, aggregates of the embed are taken over the parent's rows. */
function handsUpAggregate({ spread, toOne, plan }: Embed): boolean {
  if (!spread || !toOne) return false
  return plan.select.some(isAggregate) || plan.embeds.some(handsUpAggregate)
}

function checkNames(embeds: readonly Embed[]): void {
  const names = new Set<string>()
  for (const { name } of embeds) {
    if (names.has(name)) throw new DuplicateEmbedError(name)
    names.add(name)
  }
}

function checkSpreadAggregates({ rules }: Planning, { toOne }: Place): void {
  if (!rules.aggregates) throw new AggregatesNotAllowedError()
  if (toOne) return
  const missing = 'Aggregates are not implemented for one-to-many or many-to-many spreads.'
  throw new NotImplementedError(missing)
}
