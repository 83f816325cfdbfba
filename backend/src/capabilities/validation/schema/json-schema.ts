/** A schema of JSON Schema 2020-12 that is an object; the others are `true` and `false`. */
export type JsonSchema = Readonly<Record<string, unknown>>

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
