import type { Relation, Routine, RoutineParameter } from '../../../query/catalog/index.ts'
import { splitComment } from '../comment.ts'
import type { JsonObject } from '../json.ts'
import { parameterRef } from './parameters.ts'
import { argumentFormat, swaggerType, swaggerValue } from './types.ts'

const OBJECT_TYPES: readonly string[] = [
  'application/vnd.pgrst.object+json;nulls=stripped',
  'application/vnd.pgrst.object+json',
]

/** Media types of bodies and answers. */
export const SWAGGER_MEDIA: readonly string[] = ['application/json', ...OBJECT_TYPES, 'text/csv']

/** The document itself. */
export const ROOT_PATH: JsonObject = Object.freeze({
  get: {
    tags: ['Introspection'],
    summary: 'OpenAPI description (this document)',
    produces: ['application/openapi+json', 'application/json'],
    responses: { 200: { description: 'OK' } },
  },
})

/** What may be done with a relation; one that takes no writes is only read. */
export function relationPath(relation: Relation): JsonObject {
  const { name, columns, comment } = relation
  const common = { tags: [name], ...splitComment(comment) }
  const filters = [...columns.keys()].map(column => `rowFilter.${name}.${column}`)
  const body = `body.${name}`
  const isWritable = relation.insertable || relation.updatable || relation.deletable
  return {
    get: {
      ...common,
      parameters: [
        ...filters,
        ...['select', 'order', 'range', 'rangeUnit', 'offset', 'limit', 'preferCount'],
      ].map(parameterRef),
      responses: {
        200: {
          description: 'OK',
          schema: { items: { $ref: `#/definitions/${name}` }, type: 'array' },
        },
        206: { description: 'Partial Content' },
      },
    },
    ...(isWritable && {
      post: {
        ...common,
        parameters: [body, 'select', 'preferPost'].map(parameterRef),
        responses: { 201: { description: 'Created' } },
      },
      delete: {
        ...common,
        parameters: [...filters, 'preferReturn'].map(parameterRef),
        responses: { 204: { description: 'No Content' } },
      },
      patch: {
        ...common,
        parameters: [...filters, body, 'preferReturn'].map(parameterRef),
        responses: { 204: { description: 'No Content' } },
      },
    }),
  }
}

/** How a function is called. */
export function routinePath(routine: Routine, schema: string): JsonObject {
  const common = {
    tags: [`(rpc) ${routine.name}`],
    ...splitComment(routine.comment),
    produces: ['application/json', ...OBJECT_TYPES],
    responses: { 200: { description: 'OK' } },
  }
  const body = {
    required: true,
    schema: argumentsSchema(routine, schema),
    in: 'body',
    name: 'args',
  }
  const post = { ...common, parameters: [body, parameterRef('preferParams')] }
  if (routine.volatility === 'volatile') return { post }
  const parameters = routine.parameters.map(one => queryArgument(one, schema))
  return { get: { ...common, parameters }, post }
}

function argumentsSchema({ parameters, comment }: Routine, schema: string): JsonObject {
  const required = parameters.filter(one => one.required).map(one => one.name)
  const properties = parameters.map(({ name, type }) => [
    name,
    swaggerValue(argumentFormat(type, schema)),
  ])
  return {
    description: comment ?? undefined,
    required: required.length > 0 ? required : undefined,
    properties: parameters.length > 0 ? (Object.fromEntries(properties) as JsonObject) : undefined,
    type: 'object',
  }
}

/** An array is written in braces; a variadic argument comes several times. */
function queryArgument(
  { name, type, required, variadic }: RoutineParameter,
  schema: string,
): JsonObject {
  const format = argumentFormat(type, schema)
  const common = { name, required, in: 'query' }
  if (variadic) {
    const element = format.replace(/\[\]$/, '')
    const items = { type: swaggerType(element), format: element }
    return { ...common, type: 'array', items, collectionFormat: 'multi' }
  }
  const own = swaggerType(format)
  return { ...common, format, type: own === undefined || own === 'array' ? 'string' : own }
}
