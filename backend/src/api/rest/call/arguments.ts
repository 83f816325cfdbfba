import { parameter } from '../../../base/index.ts'
import type { ArgumentsRequest, CallPlan } from '../../../query/plan/index.ts'
import { arrayLiteral } from '../parse/index.ts'
import type { Payload } from './payload.ts'

/** The same without their values, each of which becomes a parameter behind the first `before` ones. */
export function argumentsRequest(given: Payload, before: number): ArgumentsRequest {
  const first = before + 1
  switch (given.kind) {
    case 'named':
      return {
        kind: 'named',
        values: given.names.map((name, index) => [name, parameter(first + index)]),
      }
    case 'json': {
      const { names, isArray } = given
      const value = parameter(first)
      return names === undefined
        ? { kind: 'raw', type: 'json', value }
        : { kind: 'json', names, isArray, value }
    }
    case 'raw':
      return { kind: 'raw', type: given.type, value: parameter(first) }
  }
}

/**
 * The values that the plan takes, in the order in which `argumentsRequest` numbered them: of a name that came twice the
 * last one, of a variadic parameter all of them as an array.
 */
export function argumentValues(given: Payload, plan: CallPlan): readonly (string | null)[] {
  if (given.kind !== 'named') return plan.arguments.kind === 'named' ? [] : [given.text]
  const variadic = plan.routine.parameters.find(one => one.variadic)?.name
  return given.values.map((values, index) =>
    given.names[index] === variadic
      ? arrayLiteral(values.filter(isPresent))
      : (values.at(-1) ?? null),
  )
}

/** Equal for arguments that differ in values alone. */
export function argumentsKey(given: Payload): string {
  switch (given.kind) {
    case 'named':
      return JSON.stringify(given.names)
    case 'json':
      return `${given.isArray} ${JSON.stringify(given.names)}`
    case 'raw':
      return given.type
  }
}

function isPresent(value: string | null): value is string {
  return value !== null
}
