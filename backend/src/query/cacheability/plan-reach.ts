import type { Catalog, Column, TypeRef } from '../catalog/index.ts'
import { relationKey } from '../catalog/index.ts'
import {
  type Condition,
  type Field,
  nodesOf,
  parseTypeName,
  type ReadPlan,
  relationsOf,
  type Selected,
  type SelectedField,
  type Source,
  type Test,
} from '../plan/index.ts'
import { FIRST_USER_OID } from './kinds.ts'
import { Reach } from './reach.ts'
import { isTimeless, readsClock } from './time-types.ts'
import type { Asked } from './types.ts'

/** What a plan reaches, and which of its parameters might be read as times. */
export interface PlanReach {
  readonly reach: Reach
  /** By index, from 1; `all` where nobody knows what becomes of them. */
  readonly timed: ReadonlySet<number> | 'all'
}

/** Follows everything that the plan names. */
export function reachOf(plan: ReadPlan, catalog: Catalog, asked: Asked): PlanReach {
  const walk = new PlanWalk(catalog)
  walk.asked(asked)
  for (const node of nodesOf(plan)) walk.node(node)
  for (const relation of relationsOf(catalog, plan)) walk.reach.enter(relation)
  return { reach: walk.reach, timed: walk.isCall ? 'all' : walk.timed }
}

class PlanWalk {
  readonly reach: Reach
  readonly timed = new Set<number>()
  isCall = false
  readonly #catalog: Catalog

  constructor(catalog: Catalog) {
    this.#catalog = catalog
    this.reach = new Reach(catalog)
  }

  asked({ count, handler, explain, preRequest }: Asked): void {
    const { reasons } = this.reach
    if (explain === true) reasons.add('explain', 'The execution plan')
    if (preRequest !== undefined) reasons.add('pre-request', preRequest)
    if (count === 'planned' || count === 'estimated') reasons.add('count', `The ${count} count`)
    if (handler !== undefined) this.reach.call(handler.function.schema, handler.function.name)
  }

  node(node: ReadPlan): void {
    this.#source(node.source)
    for (const item of node.select) this.#selected(node.source, item)
    if (node.where !== undefined) this.#condition(node.source, node.where)
    for (const { field, embed } of node.order) {
      const other = node.embeds.find(candidate => candidate.id === embed)
      this.#field(other?.plan.source ?? node.source, field)
    }
    for (const { relationship } of node.embeds) {
      if (relationship.kind !== 'computed') continue
      this.reach.call(relationship.function.schema, relationship.function.name)
    }
  }

  #source(source: Source): void {
    if (source.kind === 'written') this.reach.reasons.add('written', source.relation.name)
    if (source.kind !== 'call') return
    this.isCall = true
    const { oid, schema, name } = source.routine
    this.reach.callRoutine(oid, `${schema}.${name}`)
    if (source.relation === undefined) this.#shown(source.routine.returns.type, name)
  }

  #selected(source: Source, item: Selected): void {
    switch (item.kind) {
      case 'star':
        for (const column of source.relation?.columns.values() ?? []) this.#shownColumn(column)
        return
      case 'count':
        if (item.cast === undefined || isPlain(item.cast)) return
        this.reach.reasons.add('type', `count()::${item.cast}`)
        return
      case 'field':
        this.#selectedField(source, item)
    }
  }

  #selectedField(source: Source, item: SelectedField): void {
    const { field, cast, representation, aggregate } = item
    this.#field(source, field)
    if (aggregate !== undefined && !this.#isFromServer(source, field)) {
      this.reach.reasons.add('type', `${aggregate.name} of ${field.name}`)
    }
    if (representation?.toJson) {
      this.reach.call(representation.toJson.schema, representation.toJson.name)
    } else if (field.column !== undefined) {
      this.#shownColumn(field.column)
    }
    for (const type of [cast, aggregate?.cast]) {
      if (type !== undefined) this.#cast(source, field, type)
    }
  }

  #shownColumn(column: Column): void {
    this.#shown(column.type, column.name)
  }

  /** Rows become JSON by the casts that their types bring along. */
  #shown(type: TypeRef, subject: string): void {
    for (const part of partsOf(this.#catalog, type)) {
      const definition = this.#catalog.types.get(part.oid)
      const isHidden = part.kind === 'composite' && (definition?.attributes.length ?? 0) === 0
      if (definition?.castToJson === true || (isHidden && this.reach.hasJsonCasts)) {
        this.reach.reasons.add('type', `The JSON of ${subject}`)
      }
    }
  }

  /** To types that came with the server, from such types; a text read as a time may tell the time of asking. */
  #cast(source: Source, field: Field, text: string): void {
    const { name } = parseTypeName(text)
    const type = this.#typeOf(source, field)
    const isTime = TIME_TYPES.has(name)
    const isFromTime = type !== undefined && field.path.length === 0 && readsClock(type.baseOid)
    if (!this.#isFromServer(source, field) || !(isPlain(text) || (isTime && isFromTime))) {
      this.reach.reasons.add(isTime ? 'clock' : 'type', `${field.name}::${text}`)
    }
  }

  #isFromServer(source: Source, field: Field): boolean {
    const type = this.#typeOf(source, field)
    return type !== undefined && (field.path.length > 0 || type.baseOid < FIRST_USER_OID)
  }

  #field(source: Source, { computed, column, convertToJson }: Field): void {
    if (column !== undefined && convertToJson) this.#shownColumn(column)
    if (computed !== undefined) this.reach.call(computed.schema, computed.name)
    if (computed === undefined || source.relation === undefined) return
    const { type } = this.#computedField(source, computed.name) ?? {}
    if (type !== undefined) this.#shown(type, computed.name)
  }

  #computedField({ relation }: Source, name: string) {
    if (relation === undefined) return undefined
    const key = relationKey(relation.schema, relation.name)
    return this.#catalog.computedFields.get(key)?.get(name)
  }

  #typeOf(source: Source, { column, computed }: Field): TypeRef | undefined {
    if (column !== undefined) return column.type
    return computed && this.#computedField(source, computed.name)?.type
  }

  #condition(source: Source, condition: Condition): void {
    if (condition.kind === 'embed-null') return
    if (condition.kind === 'test') {
      this.#field(source, condition.field)
      this.#test(source, condition.field, condition.test)
      return
    }
    for (const part of condition.conditions) this.#condition(source, part)
  }

  #test(source: Source, field: Field, test: Test): void {
    if (test.kind === 'is' || test.kind === 'search') return
    const { parameter, representation } = test.value
    if (representation?.fromText) {
      this.reach.call(representation.fromText.schema, representation.fromText.name)
    }
    if (!this.#isTimeless(source, field)) this.timed.add(parameter.index)
  }

  #isTimeless(source: Source, field: Field): boolean {
    if (field.path.length > 0) return true
    if ((field.column?.enumLabels.length ?? 0) > 0) return true
    const type = this.#typeOf(source, field)
    return type !== undefined && isTimeless(type.baseOid)
  }
}

/** The type, what is below a domain, elements and attributes. */
function* partsOf(catalog: Catalog, type: TypeRef, depth = 0): Generator<TypeRef> {
  yield type
  if (depth > DEPTH_MAX) return
  const below = [type.baseOid, type.elementOid].map(oid =>
    oid === null || oid === type.oid ? undefined : catalog.types.get(oid),
  )
  const attributes = catalog.types.get(type.baseOid)?.attributes.map(one => one.type) ?? []
  for (const part of [...below, ...attributes]) {
    if (part !== undefined) yield* partsOf(catalog, part, depth + 1)
  }
}

/** Composite types cannot hold themselves, so this is only a guard. */
const DEPTH_MAX = 20

/** A type of the server that no text is read as a time for. */
function isPlain(text: string): boolean {
  const { schema, name } = parseTypeName(text)
  return (schema === undefined || schema === 'pg_catalog') && PLAIN_TYPES.has(name)
}

const TIME_TYPES: ReadonlySet<string> = new Set([
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'timetz',
])
const PLAIN_TYPES: ReadonlySet<string> = new Set(
  `text varchar bpchar name int2 int4 int8 numeric float4 float8 bool uuid json jsonb bytea interval money inet cidr xml
  bit varbit`.split(/\s+/),
)
