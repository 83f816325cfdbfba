import type { Catalog, Routine } from '../catalog/index.ts'
import { planNode } from './node.ts'
import { bodyParameter, findRoutine } from './overloads.ts'
import { type PlanRules, startPlanning } from './planning.ts'
import type { ArgumentsRequest, CallRequest } from './request.ts'
import { relationOfResult } from './results.ts'
import type { Arguments, CallPlan, Source } from './types.ts'

/**
 * A call, checked: which overload is meant, how each parameter gets its value, and what is asked of the result. Pure, and
 * independent of values, as `planRead` is. Throws what `findRoutine` and `planRead` throw.
 */
export function planCall(catalog: Catalog, request: CallRequest, rules: PlanRules): CallPlan {
  const routine = findRoutine(catalog, request)
  const planning = startPlanning(catalog, request.schema, rules)
  const source: Source = Object.freeze({
    kind: 'call',
    routine,
    relation: relationOfResult(catalog, routine),
  })
  const { read } = request
  const select = read.select.length > 0 ? read.select : ([{ kind: 'star' }] as const)
  // One value or row needs no cap on rows.
  const place = { depth: 0, toOne: !routine.returns.set, spread: false }
  return Object.freeze({
    kind: 'call',
    routine,
    arguments: Object.freeze(planArguments(routine, request.arguments)),
    returning: planNode(planning, source, { ...read, select }, place),
  })
}

/** In the order of the function's parameters: the order of the request makes no difference. */
function planArguments(routine: Routine, given: ArgumentsRequest): Arguments {
  const whole = bodyParameter(routine)
  if (whole !== undefined && given.kind !== 'named') {
    return { kind: 'raw', parameter: whole, value: given.value }
  }
  switch (given.kind) {
    case 'named': {
      const values = new Map(given.values)
      return {
        kind: 'named',
        values: routine.parameters.flatMap(parameter => {
          const value = values.get(parameter.name)
          return value === undefined ? [] : [{ parameter, value }]
        }),
      }
    }
    case 'json': {
      const parameters = routine.parameters.filter(({ name }) => given.names.includes(name))
      if (parameters.length === 0) return NO_ARGUMENTS
      return { kind: 'json', parameters, isArray: given.isArray, value: given.value }
    }
    case 'raw':
      return NO_ARGUMENTS
  }
}

const NO_ARGUMENTS: Arguments = Object.freeze({ kind: 'named', values: Object.freeze([]) })
