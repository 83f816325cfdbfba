import type { JsonSchema } from './json-schema.ts'

const INHERITED = new RegExp(`"(?:${Object.getOwnPropertyNames(Object.prototype).join('|')})"`)

/**
 * Whether one of these schemas may name what every object has, such as `toString`. Where none does, a plain object has no member that
 * it does not have itself, and nobody needs to ask whose it is.
 */
export function mayNameInherited(schemas: readonly JsonSchema[]): boolean {
  return schemas.some(schema => INHERITED.test(JSON.stringify(schema)))
}
