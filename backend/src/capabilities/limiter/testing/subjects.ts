import type { Subject } from '../types.ts'

/** Somebody with these attributes. */
export function subject(attributes: Readonly<Record<string, string>> = {}): Subject {
  return { attribute: name => (Object.hasOwn(attributes, name) ? attributes[name] : undefined) }
}
