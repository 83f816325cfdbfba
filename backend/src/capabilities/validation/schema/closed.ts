import { isSchema, type JsonSchema } from './json-schema.ts'
import { type Resolve, resolverFor } from './references.ts'

/**
 * The same schema, refusing members of objects that it does not name: what says `properties` says all of them, unless it has
 * `additionalProperties` or `unevaluatedProperties` of its own. An object of which no member is named stays open.
 */
export function closed(schema: JsonSchema, known: readonly JsonSchema[] = []): JsonSchema {
  return value(schema, resolverFor(schema, known)) as JsonSchema
}

/** Keywords with one schema for another value, with several, and with several by name. */
const ONE = ['items', 'additionalProperties', 'unevaluatedProperties', 'unevaluatedItems']
const LISTED = ['prefixItems']
const NAMED = ['properties', 'patternProperties']
/** The same for the very value. What only asks (`if`, `not`, `contains`) stays as it is: to close it would turn its answer. */
const ONE_HERE = ['then', 'else']
const LISTED_HERE = ['allOf', 'anyOf', 'oneOf']
const NAMED_HERE = ['dependentSchemas', '$defs', 'definitions']

/** What stands for a value by itself: it is closed. */
function value(schema: unknown, resolve: Resolve): unknown {
  if (!isSchema(schema)) return schema
  const inner = part(schema, resolve) as JsonSchema
  if ('additionalProperties' in schema || 'unevaluatedProperties' in schema) return inner
  if (!namesMembers(schema, resolve, new Set())) return inner
  return isPlain(schema)
    ? { ...inner, additionalProperties: false }
    : { ...inner, unevaluatedProperties: false }
}

/** What is one of several that hold for the same value: only what is inside is closed. */
function part(schema: unknown, resolve: Resolve): unknown {
  if (!isSchema(schema)) return schema
  const changed: Record<string, unknown> = { ...schema }
  const change = (names: readonly string[], by: (inner: unknown) => unknown) => {
    for (const name of names) if (Object.hasOwn(schema, name)) changed[name] = by(schema[name])
  }
  const asValue = (inner: unknown) => value(inner, resolve)
  const asPart = (inner: unknown) => part(inner, resolve)
  change(ONE, asValue)
  change(LISTED, inner => eachItem(inner, asValue))
  change(NAMED, inner => eachMember(inner, asValue))
  change(ONE_HERE, asPart)
  change(LISTED_HERE, inner => eachItem(inner, asPart))
  change(NAMED_HERE, inner => eachMember(inner, asPart))
  return changed
}

function eachItem(list: unknown, by: (inner: unknown) => unknown): unknown {
  return Array.isArray(list) ? list.map(by) : list
}

function eachMember(members: unknown, by: (inner: unknown) => unknown): unknown {
  if (!isSchema(members)) return members
  return Object.fromEntries(Object.entries(members).map(([name, inner]) => [name, by(inner)]))
}

const COMPOSED = ['$ref', '$dynamicRef', 'if', 'dependentSchemas', ...ONE_HERE, ...LISTED_HERE]

function isPlain(schema: JsonSchema): boolean {
  return !COMPOSED.some(name => Object.hasOwn(schema, name))
}

/** Whether it, or what holds beside it for the same value, says which members there are. */
function namesMembers(schema: unknown, resolve: Resolve, seen: Set<JsonSchema>): boolean {
  if (!isSchema(schema) || seen.has(schema)) return false
  seen.add(schema)
  if (NAMED.some(name => Object.hasOwn(schema, name))) return true
  return besideIn(schema, resolve).some(other => namesMembers(other, resolve, seen))
}

function besideIn(schema: JsonSchema, resolve: Resolve): readonly unknown[] {
  const { $ref, dependentSchemas } = schema
  return [
    typeof $ref === 'string' ? resolve($ref) : undefined,
    ...[...ONE_HERE, 'if'].map(name => schema[name]),
    ...LISTED_HERE.flatMap(name => schema[name]),
    ...(isSchema(dependentSchemas) ? Object.values(dependentSchemas) : []),
  ]
}
