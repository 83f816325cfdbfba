import {
  type Catalog,
  findRelation,
  handlerOf,
  type RelationRef,
  type Routine,
  type RoutineParameter,
  type TypeRef,
} from '../../query/catalog/index.ts'
import type { CachingParts } from './caching.ts'
import { splitComment } from './comment.ts'
import type { Filters } from './filters.ts'
import type { JsonObject } from './json.ts'
import { answerContent, PLAN_CONTENT, rowsContent } from './media.ts'
import { parameterRef, RESERVED } from './parameters.ts'
import type { Profiles } from './relation-paths.ts'
import { CALL_FAILURES, headerRefs } from './responses.ts'
import { nullable, objectOf, type Schemas } from './schemas.ts'
import type { Scope, VisibleRoutine } from './scope.ts'

/** What the operations of one function are made from. */
export interface RoutineParts {
  readonly stem: string
  /** Name of the shared response with what it answers. */
  readonly answer: string
  readonly scope: Scope
  readonly schemas: Schemas
  /** The schema of the rows of a relation; undefined for one that the document does not have. */
  readonly rowOf: (relation: RelationRef) => JsonObject | undefined
  readonly filters: Filters
  readonly profiles: Profiles
  /** Plans of statements are answered too. */
  readonly plans: boolean
  readonly caching: CachingParts
}

/** The tag of all functions. */
export const ROUTINE_TAG = 'rpc'

/**
 * How a function is called: with POST, and with GET where an overload changes nothing. Overloads share their path, so the
 * arguments are those of any of them.
 */
export function routinePath(routine: VisibleRoutine, parts: RoutineParts): JsonObject {
  const { overloads } = routine
  const readOnly = overloads.filter(
    one => isReading(one) && one.parameters.every(({ name }) => name !== ''),
  )
  return {
    get: readOnly.length > 0 ? getOperation(routine, readOnly, parts) : undefined,
    post: {
      ...commonParts(routine, parts),
      operationId: `call${parts.stem}`,
      parameters: [
        ...resultParameters(overloads, parts),
        parameterRef('IdempotencyKey'),
        ...(overloads.some(isReading) ? parts.caching.askedByPost : []),
        ...parts.profiles.write,
      ],
      requestBody: bodyOf(overloads, parts),
    },
  }
}

/** It writes nothing, so that its answer may be kept. */
function isReading({ volatility }: Routine): boolean {
  return volatility !== 'volatile'
}

function getOperation(
  routine: VisibleRoutine,
  overloads: readonly Routine[],
  parts: RoutineParts,
): JsonObject {
  const given = queryArguments(overloads, parts.schemas)
  const common = commonParts(routine, parts)
  return {
    ...common,
    operationId: `fetch${parts.stem}`,
    parameters: [
      ...given,
      ...resultParameters(overloads, parts, new Set(given.map(one => one['name'] as string))),
      ...parts.caching.asked,
      ...parts.profiles.read,
    ],
    responses: { ...common.responses, ...parts.caching.answers },
  }
}

function commonParts(routine: VisibleRoutine, parts: RoutineParts) {
  const { name, overloads } = routine
  const comment = overloads.find(one => one.comment !== null)?.comment
  const { summary, description } = splitComment(comment)
  return {
    tags: [ROUTINE_TAG],
    summary: summary ?? `Call ${name}`,
    description,
    responses: { ...answersOf(routine, parts), ...CALL_FAILURES },
  }
}

/** Arguments in the query string: each as text, an array in braces, a variadic one several times. */
function queryArguments(overloads: readonly Routine[], schemas: Schemas): readonly JsonObject[] {
  const found = new Map<string, RoutineParameter>()
  for (const { parameters } of overloads) {
    for (const parameter of parameters) {
      if (!RESERVED.has(parameter.name)) found.set(parameter.name, parameter)
    }
  }
  const isRequired = (name: string) =>
    overloads.every(({ parameters }) => parameters.some(one => one.name === name && one.required))
  return [...found.values()].map(parameter => ({
    name: parameter.name,
    in: 'query',
    required: isRequired(parameter.name),
    schema: queryValue(parameter, schemas),
  }))
}

function queryValue({ type, variadic }: RoutineParameter, schemas: Schemas): JsonObject {
  if (variadic) return { type: 'array', items: { type: 'string' } }
  const schema = schemas.of(type)
  const isPlain = typeof schema['type'] === 'string' && !COMPOUND.has(schema['type'])
  const isNamed = type.kind === 'enum' || schemas.kindOf(type) !== 'other'
  return isPlain || isNamed ? schema : { type: 'string', format: type.formatted }
}

const COMPOUND = new Set(['array', 'object'])

const RESULT_PARAMETERS: readonly string[] = [
  ...['And', 'Or', 'Order', 'Limit', 'Offset', 'Range', 'PreferCall', 'Consistency'],
]

/** What can be asked of rows that a function answers; arguments come before filters of their name. */
function resultParameters(
  overloads: readonly Routine[],
  { scope, filters }: RoutineParts,
  given: ReadonlySet<string> = new Set(),
): readonly JsonObject[] {
  const columns = new Set(overloads.flatMap(one => columnsOf(one, scope)))
  if (columns.size === 0) return ['PreferCall', 'Consistency'].map(parameterRef)
  const free = [...columns].filter(name => !given.has(name)).map(name => ({ name }))
  return [
    parameterRef('Select'),
    ...filters.ofColumns(free),
    ...RESULT_PARAMETERS.map(parameterRef),
  ]
}

/**
 * The columns of rows that a function answers: those of a relation as far as the role may read them, and all of them where
 * the function reads with the rights of its owner.
 */
function columnsOf(
  { returns, securityDefiner }: Routine,
  { catalog, rights }: Scope,
): readonly string[] {
  if (!returns.set) return []
  if (returns.kind === 'record') return returns.columns.map(({ name }) => name)
  if (returns.kind === 'composite') {
    return catalog.types.get(returns.type.baseOid)?.attributes.map(({ name }) => name) ?? []
  }
  if (returns.kind !== 'relation') return []
  const relation = findRelation(catalog, returns.relation.schema, returns.relation.name)
  if (relation === undefined) return []
  const columns = [...relation.columns.values()]
  return columns
    .filter(column => securityDefiner || rights.may('select', relation, column))
    .map(({ name }) => name)
}

const RAW_TYPES: Readonly<Record<string, string>> = Object.freeze({
  json: 'application/json',
  jsonb: 'application/json',
  text: 'text/plain',
  xml: 'text/xml',
  bytea: 'application/octet-stream',
})

/** The arguments as one object, or the whole body for a function with one nameless parameter. */
function bodyOf(overloads: readonly Routine[], { schemas }: RoutineParts): JsonObject | undefined {
  const byType = new Map<string, JsonObject[]>()
  for (const { parameters } of overloads) {
    const [first] = parameters
    if (first === undefined) continue
    const isRaw = parameters.length === 1 && first.name === ''
    const type = isRaw ? RAW_TYPES[first.type.name] : 'application/json'
    if (type === undefined) continue
    const schema = isRaw ? schemas.of(first.type) : argumentsOf(parameters, schemas)
    byType.set(type, [...(byType.get(type) ?? []), schema])
  }
  if (byType.size === 0) return undefined
  const needsBody = overloads.every(({ parameters }) => parameters.some(one => one.required))
  return {
    required: needsBody,
    content: Object.fromEntries(
      Array.from(byType, ([type, found]) => [type, { schema: anyOf(found) }]),
    ),
  }
}

function argumentsOf(parameters: readonly RoutineParameter[], schemas: Schemas): JsonObject {
  const required = parameters.filter(one => one.required).map(({ name }) => name)
  return {
    type: 'object',
    properties: Object.fromEntries(
      parameters.map(({ name, type }) => [name, nullable(schemas.of(type))]),
    ),
    required: required.length > 0 ? required : undefined,
  }
}

/**
 * What all overloads answer, for the shared responses; undefined where all of them answer nothing (`void`).
 */
export function routineResponse(
  { overloads }: VisibleRoutine,
  parts: RoutineParts,
): JsonObject | undefined {
  const answering = overloads.filter(one => one.returns.kind !== 'void')
  if (answering.length === 0) return undefined
  const isPaged = answering.some(one => one.returns.set)
  const isWriting = !answering.every(isReading)
  const headers = {
    ...(isPaged && headerRefs('ContentRange', 'PreferenceApplied')),
    ...(isWriting && headerRefs('Consistency')),
    ...(answering.some(isReading) && parts.caching.headers),
  }
  return {
    description: 'What the function answers.',
    headers: Object.keys(headers).length > 0 ? headers : undefined,
    content: {
      ...merged(answering.map(one => contentOf(one, parts))),
      ...(parts.plans && PLAN_CONTENT),
    },
  }
}

/** By status: nothing for `void`, otherwise what the function makes. */
function answersOf({ overloads }: VisibleRoutine, { answer, plans }: RoutineParts): JsonObject {
  const isVoid = overloads.some(one => one.returns.kind === 'void')
  const isPaged = overloads.some(one => one.returns.set)
  const reference = { $ref: `#/components/responses/${answer}` }
  const isAnswering = overloads.some(one => one.returns.kind !== 'void')
  return {
    ...(plans && { 200: { $ref: '#/components/responses/StatementPlan' } }),
    ...(isAnswering && { 200: reference }),
    ...(isPaged && { 206: reference }),
    ...(isVoid && { 204: { $ref: '#/components/responses/Done' } }),
  }
}

function merged(contents: readonly JsonObject[]): JsonObject {
  const byType = new Map<string, JsonObject[]>()
  for (const content of contents) {
    for (const [type, media] of Object.entries(content)) {
      const { schema } = media as { readonly schema: JsonObject }
      byType.set(type, [...(byType.get(type) ?? []), schema])
    }
  }
  return Object.fromEntries(Array.from(byType, ([type, found]) => [type, { schema: anyOf(found) }]))
}

function contentOf(routine: Routine, parts: RoutineParts): JsonObject {
  const handler = handlerOf(routine)
  if (handler !== undefined) {
    return { [handler.mediaType]: { schema: handler.bytes ? {} : { type: 'string' } } }
  }
  const { returns } = routine
  const row = rowOfResult(routine, parts)
  const one = nullable(row ?? parts.schemas.of(returns.type))
  if (!returns.set) return { ...answerContent(one, one), ...plainContent(routine) }
  if (row === undefined) return answerContent({ type: 'array', items: one }, one)
  const relation = returns.kind === 'relation' ? returns.relation : undefined
  return rowsContent(row, relation, parts.scope.catalog)
}

/** One value of some types can be had as it is, without JSON around it. */
function plainContent({ returns: { kind, type } }: Routine): JsonObject {
  const name = type.name === 'varchar' ? 'text' : type.name
  const isPlain = kind === 'scalar' && type.schema === 'pg_catalog' && !name.startsWith('json')
  const mediaType = isPlain ? RAW_TYPES[name] : undefined
  return mediaType === undefined ? {} : { [mediaType]: { schema: { type: 'string' } } }
}

/** Undefined: the function answers values rather than rows. */
function rowOfResult({ returns }: Routine, { scope, schemas, rowOf }: RoutineParts) {
  switch (returns.kind) {
    case 'relation':
      return rowOf(returns.relation) ?? { type: 'object' }
    case 'record':
      return returns.columns.length === 0
        ? { type: 'object' }
        : partial(objectOf(returns.columns, schemas.of))
    case 'composite':
      return compositeRow(returns.type, scope.catalog, schemas)
    default:
      return undefined
  }
}

function compositeRow(type: TypeRef, catalog: Catalog, schemas: Schemas): JsonObject {
  const attributes = catalog.types.get(type.baseOid)?.attributes ?? []
  if (attributes.length === 0) return schemas.of(type)
  return partial(objectOf(attributes, schemas.of))
}

/** `select` decides what of a row is answered. */
function partial(schema: JsonObject): JsonObject {
  return { ...schema, required: undefined }
}

/** One of several schemas, each of them once. */
function anyOf(schemas: readonly JsonObject[]): JsonObject {
  const distinct = [...new Map(schemas.map(one => [JSON.stringify(one), one])).values()]
  const [first] = distinct
  return distinct.length === 1 && first !== undefined ? first : { anyOf: distinct }
}
