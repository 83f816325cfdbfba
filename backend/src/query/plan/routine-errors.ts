import { STierError } from '../../base/index.ts'
import type { Catalog, Routine } from '../catalog/index.ts'
import type { ArgumentsRequest, CallRequest } from './request.ts'
import { similarName } from './similar-names.ts'

type Searched = Pick<CallRequest, 'schema' | 'name' | 'arguments'>

/** No function of that name takes these arguments. The words are PostgREST's. */
export class RoutineNotFoundError extends STierError {
  readonly code = 'PGRST202'
  readonly status = 404

  constructor(catalog: Catalog, overloads: readonly Routine[], searched: Searched) {
    const called = `${searched.schema}.${searched.name}`
    const { inMessage, inDetails } = describe(searched.arguments)
    super(`Could not find the function ${called}${inMessage} in the schema cache`, {
      details:
        `Searched for the function ${called}${inDetails}, ` +
        'but no matches were found in the schema cache.',
      hint: hintFor(catalog, overloads, searched),
    })
  }
}

/** Several overloads take these arguments, which only differ in their types. */
export class AmbiguousRoutineError extends STierError {
  readonly code = 'PGRST203'
  readonly status = 300

  constructor(found: readonly Routine[]) {
    super(
      `Could not choose the best candidate function between: ${found.map(signatureOf).join(', ')}`,
      {
        hint:
          'Try renaming the parameters or the function itself in the database ' +
          'so function overloading can be resolved',
      },
    )
  }
}

interface Description {
  readonly inMessage: string
  readonly inDetails: string
}

function describe(given: ArgumentsRequest): Description {
  if (given.kind === 'raw') {
    const type = given.type === 'json' ? 'json/jsonb' : given.type
    const inDetails = ` with a single unnamed ${type} parameter`
    return { inMessage: '', inDetails }
  }
  const names = namesOf(given)
  const orBody = given.kind === 'json' ? ' or with a single unnamed json/jsonb parameter' : ''
  if (names.length === 0) {
    const without = ' without parameters'
    return { inMessage: without, inDetails: without + orBody }
  }
  const all = names.join(', ')
  const parameters = names.length > 1 ? 'parameters' : 'parameter'
  return { inMessage: `(${all})`, inDetails: ` with ${parameters} ${all}${orBody}` }
}

/** In alphabetical order, as PostgREST tells them. */
function namesOf(given: Exclude<ArgumentsRequest, { kind: 'raw' }>): readonly string[] {
  return (given.kind === 'named' ? given.values.map(([name]) => name) : [...given.names]).sort()
}

/** As lax as PostgREST's own hint: parameters of a function whose name is known are no secret. */
const PARAMETERS_LIKENESS_MIN = 0.33

/** Longer lists of parameters are not compared. */
const PARAMETERS_LENGTH_MAX = 500

/** More overloads are not listed. */
const LISTED_MAX = 3

/**
 * Another function where none has this name, other parameters where one does: the nearest ones, as PostgREST, and where none
 * is near all that there are.
 */
function hintFor(
  catalog: Catalog,
  overloads: readonly Routine[],
  { schema, name, arguments: given }: Searched,
): string | undefined {
  const meant = 'Perhaps you meant to call the function'
  if (overloads.length === 0) {
    const similar = similarName(name, routineNames(catalog, schema))
    return similar && `${meant} ${schema}.${similar}`
  }
  const similar = similarParameters(overloads, given)
  if (similar !== undefined) return `${meant} ${schema}.${name}${similar}`
  const ways = overloads.slice(0, LISTED_MAX).map(one => `${schema}.${name}${wayToCall(one)}`)
  return `${meant} ${ways.join(' or ')}`
}

function similarParameters(
  overloads: readonly Routine[],
  given: ArgumentsRequest,
): string | undefined {
  if (given.kind === 'raw') return undefined
  const lists = overloads.map(namesInList)
  return similarName(listOf(namesOf(given)), lists, PARAMETERS_LIKENESS_MIN, PARAMETERS_LENGTH_MAX)
}

/** What has no name is given as the whole body. */
function wayToCall(routine: Routine): string {
  const [first] = routine.parameters
  if (first?.name !== '') return namesInList(routine)
  return ` with a whole body of type ${first.type.formatted}`
}

function namesInList({ parameters }: Routine): string {
  return listOf(parameters.map(one => one.name))
}

function* routineNames({ routines }: Catalog, schema: string): Generator<string> {
  for (const [routine] of routines.values()) {
    if (routine?.schema === schema) yield routine.name
  }
}

function listOf(names: readonly string[]): string {
  return `(${[...names].sort().join(', ')})`
}

function signatureOf({ schema, name, parameters }: Routine): string {
  const list = parameters.map(one => `${one.name} => ${one.type.formatted}`)
  return `${schema}.${name}(${list.join(', ')})`
}
