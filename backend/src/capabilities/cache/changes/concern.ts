import type { Change, Dependency, Precision } from '../types.ts'

/**
 * The values of a change at a field of an index: those before and after it. `undefined`: not known, so that every test of the
 * field is run.
 */
export type FieldsOf<Data> = (data: Data, field: string) => readonly (string | null)[] | undefined

/** Whether, and how narrowly, a change concerns a dependency on the same tag. */
export function concern<Data>(
  dependency: Dependency<Data>,
  { keys, data }: Change<unknown, Data>,
  fieldsOf: FieldsOf<Data> | undefined,
): Precision | undefined {
  if (keys === undefined) return 'table'
  if (dependency.keys !== undefined) {
    return dependency.keys.some(key => keys.includes(key)) ? 'row' : undefined
  }
  if (data === undefined || isWhole(dependency, fieldsOf)) return 'table'
  return hasIndexed(dependency, data, fieldsOf) && satisfies(dependency, data)
    ? 'predicate'
    : undefined
}

/** Whether it depends on all of the tag, as far as anybody can tell here. */
export function isWhole<Data>(
  { keys, test, index }: Dependency<Data>,
  fieldsOf: FieldsOf<Data> | undefined,
): boolean {
  return keys === undefined && test === undefined && (index === undefined || !fieldsOf)
}

function hasIndexed<Data>(
  { index }: Dependency<Data>,
  data: Data,
  fieldsOf: FieldsOf<Data> | undefined,
): boolean {
  if (index === undefined || fieldsOf === undefined) return true
  const values = fieldsOf(data, index.field)
  return values === undefined || values.includes(index.value)
}

/** A test that fails has not said no. */
export function satisfies<Data>({ test }: Dependency<Data>, data: Data): boolean {
  if (test === undefined) return true
  try {
    return test(data)
  } catch {
    return true
  }
}
