/** An object of JSON, and no array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An option that may be given as text: then what its JSON says, `empty` where it says nothing; undefined when it is none. */
export function jsonOf(value: unknown, empty: unknown = {}): unknown {
  if (typeof value !== 'string') return value
  try {
    return value.trim() === '' ? empty : JSON.parse(value)
  } catch {
    return undefined
  }
}

/** An option that is an object; as text its JSON; undefined when it is none. */
export function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const given = jsonOf(value)
  return isObject(given) ? given : undefined
}
