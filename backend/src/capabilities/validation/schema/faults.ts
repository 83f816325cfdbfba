import type { ErrorObject } from 'ajv'
import { nearest } from '../../../base/index.ts'
import { type Fault, pointerStep } from '../fault.ts'
import { isSchema } from './json-schema.ts'

/** Enough values of an `enum` to see what is meant. */
const SHOWN_MAX = 10

/** What Ajv found, where and in words that say what to do. No value of the body is repeated. */
export function faultOf(error: ErrorObject): Fault {
  const { keyword, instancePath, params } = error
  const missing = textOf(params['missingProperty'])
  if (missing !== undefined) {
    const detail = `The member '${missing}' is missing`
    return faultAt(instancePath + pointerStep(missing), keyword, detail, undefined)
  }
  const unknown = textOf(params['additionalProperty'] ?? params['unevaluatedProperty'])
  if (unknown !== undefined) {
    const detail = `There is no member '${unknown}'`
    const pointer = instancePath + pointerStep(unknown)
    return faultAt(pointer, 'unknown-property', detail, similarTo(unknown, error))
  }
  const { detail, hint } = wordsFor(error)
  const fault = faultAt(instancePath, keyword, detail, hint)
  const bound: unknown = params['limit']
  return typeof bound === 'number' ? { ...fault, bound } : fault
}

function faultAt(pointer: string, rule: string, detail: string, hint: string | undefined): Fault {
  return { pointer, rule, detail, hint }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function similarTo(name: string, { parentSchema }: ErrorObject): string {
  const properties: unknown = parentSchema?.['properties']
  const names = isSchema(properties) ? Object.keys(properties) : []
  const similar = name.length > 100 ? undefined : nearest(name, names)
  return similar === undefined ? 'Leave it out.' : `Perhaps you meant '${similar}'.`
}

interface Words {
  readonly detail: string
  readonly hint?: string | undefined
}

function wordsFor({ keyword, params, message, schema }: ErrorObject): Words {
  switch (keyword) {
    case 'type':
      return { detail: `The value must be of the type ${names(params['type'])}`, hint: NO_COERCION }
    case 'enum':
      return { detail: 'The value is none of those allowed', hint: oneOf(schema) }
    case 'const':
      return { detail: 'The value is not the one allowed', hint: oneOf([schema]) }
    case 'format':
      return { detail: `The text is no ${String(params['format'])}` }
    case 'pattern':
      return {
        detail: 'The text does not match',
        hint: `It must match ${String(params['pattern'])}`,
      }
    case 'false schema':
      return { detail: 'No value is allowed here', hint: 'Leave it out.' }
    default:
      return { detail: `The value ${message ?? 'is not allowed'}` }
  }
}

const NO_COERCION = 'No type is changed into another: 5 is a number, "5" a text.'

function names(types: unknown): string {
  return Array.isArray(types) ? types.join(' or ') : String(types)
}

function oneOf(values: unknown): string | undefined {
  if (!Array.isArray(values) || values.length > SHOWN_MAX) return undefined
  return `Send ${values.map(value => JSON.stringify(value)).join(' or ')}.`
}
