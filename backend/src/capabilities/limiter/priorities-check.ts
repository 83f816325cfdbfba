import { objectOf, option } from '../../base/index.ts'

import type { Priority } from './types.ts'

const CLASS = option.oneOf('critical', 'normal', 'low')

/** An object; as text its JSON. */
export const PRIORITIES_CHECK: option.Check<Readonly<Record<string, Priority>>> = Object.freeze({
  expects:
    'an object of classes by condition, such as {"role=service_role": "critical", "endpoint=GET /reports*": "low"}',
  read: (value: unknown) => {
    const given = objectOf(value)
    if (given === undefined || faultOf(given) !== undefined) return undefined
    return Object.freeze(given as Record<string, Priority>)
  },
  fault: (value: unknown) => {
    const given = objectOf(value)
    return given === undefined ? 'That is no JSON object.' : faultOf(given)
  },
  isSwitch: false,
  isSecret: false,
})

function faultOf(given: Readonly<Record<string, unknown>>): string | undefined {
  for (const [condition, priority] of Object.entries(given)) {
    if (!/^[^=]+=.+$/s.test(condition)) return `'${condition}' is not of the form attribute=value.`
    if (CLASS.read(priority) === undefined) {
      return `The class of '${condition}' must be ${CLASS.expects}, not ${JSON.stringify(priority)}.`
    }
  }
  return undefined
}
