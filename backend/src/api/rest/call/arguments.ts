import { type Parameter, parameter } from '../../../base/index.ts'
import type { ArgumentsRequest, CallPlan } from '../../../query/plan/index.ts'
import { arrayLiteral } from '../parse/index.ts'
import type { NamedValue, Payload } from './payload.ts'

/** The same without their values, each of which becomes a parameter behind the first `before` ones. */
export function argumentsRequest(given: Payload, before: number): ArgumentsRequest {
  const value: Parameter = parameter(before + 1)
  switch (given.kind) {
    case 'named': {
      const names = namesOf(given.pairs)
      return {
        kind: 'named',
        values: names.map((name, index) => [name, parameter(before + 1 + index)]),
      }
    }
    case 'json': {
      const { names, isArray } = given
      return names === undefined
        ? { kind: 'raw', type: 'json', value }
        : { kind: 'json', names, isArray, value }
    }
    case 'raw':
      return { kind: 'raw', type: given.type, value }
  }
}

/** The values that the plan takes, in the order in which `argumentsRequest` numbered them. */
export function argumentValues(given: Payload, plan: CallPlan): readonly (string | null)[] {
  if (given.kind !== 'named') return plan.arguments.kind === 'named' ? [] : [given.text]
  const variadic = plan.routine.parameters.find(one => one.variadic)?.name
  const lists = new Map<string, (string | null)[]>()
  for (const [name, value] of given.pairs) {
    const list = lists.get(name)
    if (list === undefined) lists.set(name, [value])
    else list.push(value)
  }
  return Array.from(lists, ([name, values]) =>
    name === variadic ? arrayLiteral(values.filter(isPresent)) : (values.at(-1) ?? null),
  )
}

/** Equal for arguments that differ in values alone. */
export function argumentsKey(given: Payload): string {
  switch (given.kind) {
    case 'named':
      return JSON.stringify(namesOf(given.pairs))
    case 'json':
      return `${given.isArray} ${JSON.stringify(given.names)}`
    case 'raw':
      return given.type
  }
}

/** Each once, in the order in which they first came. */
function namesOf(pairs: readonly NamedValue[]): readonly string[] {
  return pairs.length < 2 ? pairs.map(([name]) => name) : [...new Set(pairs.map(([name]) => name))]
}

function isPresent(value: string | null): value is string {
  return value !== null
}
