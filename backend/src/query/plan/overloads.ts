import { type Catalog, type Routine, relationKey } from '../catalog/index.ts'
import { SchemaNotExposedError } from './errors.ts'
import type { ArgumentsRequest, CallRequest } from './request.ts'
import { AmbiguousRoutineError, RoutineNotFoundError } from './routine-errors.ts'

/** What tells the overloads of a function apart. */
export type CalledBy = Pick<CallRequest, 'schema' | 'name' | 'arguments'>

/**
 * The one function that a call means: the overload whose parameters the arguments fill, else the one that takes the whole
 * body. Throws PGRST106, PGRST202 with the nearest name or parameters, and PGRST203 where several fit.
 * PostgREST: references/api/functions, "Overloaded functions".
 */
export function findRoutine(catalog: Catalog, call: CalledBy): Routine {
  const { schema, name } = call
  if (!catalog.schemas.includes(schema)) throw new SchemaNotExposedError(schema, catalog.schemas)
  const overloads = overloadsOf(catalog, schema, name)
  const named = overloads.filter(routine => isFilledBy(routine, call.arguments))
  const found =
    named.length > 0 ? named : overloads.filter(routine => takesBody(routine, call.arguments))
  const [first, second] = found
  if (first === undefined) throw new RoutineNotFoundError(catalog, overloads, call)
  if (second !== undefined) throw new AmbiguousRoutineError(found)
  return first
}

/** All functions of a name, those with fewer parameters first. */
export function overloadsOf(catalog: Catalog, schema: string, name: string): readonly Routine[] {
  return catalog.routines.get(relationKey(schema, name)) ?? NONE
}

/** Some overload takes a whole body of this type. */
export function hasOverloadForBody(
  catalog: Catalog,
  { schema, name }: Pick<CalledBy, 'schema' | 'name'>,
  type: BodyType,
): boolean {
  return overloadsOf(catalog, schema, name).some(routine => takes(routine, type))
}

type BodyType = Extract<ArgumentsRequest, { kind: 'raw' }>['type']

/** The parameter that takes the whole body: the only one, and without a name. */
export function bodyParameter({ parameters }: Routine) {
  const [only] = parameters
  return parameters.length === 1 && only?.name === '' ? only : undefined
}

const NONE: readonly Routine[] = Object.freeze([])

/** Every required parameter is given, and nothing that is no parameter. */
function isFilledBy({ parameters }: Routine, given: ArgumentsRequest): boolean {
  const names = namesOf(given)
  if (names === undefined) return false
  if (parameters.length === 0) return names.length === 0 && !isRawText(given)
  if (parameters.some(({ name }) => name === '')) return false
  const isGiven = new Set(names)
  const isMissing = parameters.some(({ name, required }) => required && !isGiven.has(name))
  return !isMissing && names.every(name => parameters.some(parameter => parameter.name === name))
}

/** Undefined: a body of JSON that has no keys. */
function namesOf(given: ArgumentsRequest): readonly string[] | undefined {
  switch (given.kind) {
    case 'named':
      return given.values.map(([name]) => name)
    case 'json':
      return given.names
    case 'raw':
      return given.type === 'json' ? undefined : []
  }
}

function isRawText(given: ArgumentsRequest): boolean {
  return given.kind === 'raw'
}

function takesBody(routine: Routine, given: ArgumentsRequest): boolean {
  if (given.kind === 'named') return false
  return takes(routine, given.kind === 'json' ? 'json' : given.type)
}

function takes(routine: Routine, type: BodyType): boolean {
  const name = bodyParameter(routine)?.type.name
  return name === type || (type === 'json' && name === 'jsonb')
}
