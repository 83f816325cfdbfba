import type { Catalog, TypeDefinition, TypeRef } from '../../query/catalog/index.ts'
import { keywordsOf, narrowed, type ValueKind } from './checks.ts'
import type { Json, JsonObject } from './json.ts'
import type { Names } from './names.ts'

/** The schemas of PostgreSQL's types, as `row_to_json` writes their values. */
export interface Schemas {
  /** Of a value that is not null. Enums, domains and composite types become components and are referred to. */
  of(type: TypeRef): JsonObject
  /** What its constraints can speak of. */
  kindOf(type: TypeRef): ValueKind
  /** The components that were referred to so far, by name. */
  components(): Readonly<Record<string, JsonObject>>
}

const STRING: JsonObject = Object.freeze({ type: 'string' })
const ANY: JsonObject = Object.freeze({})

/**
 * Built-in types that are not plain strings. A `timestamp` has no offset and a `timetz` one without minutes, so neither
 * is of the formats `date-time` and `time`; numbers beyond a double and `NaN` are PostgreSQL's own affair.
 */
const BUILT_IN: Readonly<Record<string, JsonObject>> = Object.freeze({
  bool: { type: 'boolean' },
  int2: { type: 'integer', format: 'int32', minimum: -32_768, maximum: 32_767 },
  int4: { type: 'integer', format: 'int32' },
  int8: { type: 'integer', format: 'int64' },
  float4: { type: 'number', format: 'float' },
  float8: { type: 'number', format: 'double' },
  numeric: { type: 'number' },
  uuid: { type: 'string', format: 'uuid' },
  date: { type: 'string', format: 'date' },
  timestamptz: { type: 'string', format: 'date-time' },
  timestamp: { type: 'string', format: 'date-time-local' },
  time: { type: 'string', format: 'time-local' },
  json: ANY,
  jsonb: ANY,
  record: { type: 'object' },
  void: { type: 'null' },
})

/** `rowOf` gives the schema of a relation's rows, for columns and arguments of its row type. */
export function createSchemas(
  catalog: Catalog,
  names: Names,
  rowOf: (type: TypeRef) => JsonObject | undefined,
): Schemas {
  const components: Record<string, JsonObject> = {}
  const references = new Map<number, JsonObject>()

  function of(type: TypeRef): JsonObject {
    const definition = catalog.types.get(type.oid)
    if (definition === undefined) return rowOf(type) ?? plain(type)
    if (definition.kind === 'domain') return component(definition, () => domain(definition))
    if (definition.castToJson) return ANY
    if (definition.elementOid !== null) return arrayOf(definition.elementOid)
    if (definition.kind === 'enum') return component(definition, () => choice(definition))
    if (definition.kind === 'composite') return composite(definition)
    return plain(definition)
  }

  /** The reference stands before what it refers to is made: a type may lead back to itself. */
  function component(definition: TypeDefinition, make: () => JsonObject): JsonObject {
    const known = references.get(definition.oid)
    if (known !== undefined) return known
    const name = names.claim(definition.name)
    const reference = Object.freeze({ $ref: `#/components/schemas/${name}` })
    references.set(definition.oid, reference)
    components[name] = ANY // Its place, in the order of first use.
    components[name] = { ...make(), description: definition.comment ?? undefined }
    return reference
  }

  function domain(definition: TypeDefinition): JsonObject {
    const base = catalog.types.get(definition.baseOid)
    const { checks, maxLength } = definition
    const schema = base === undefined ? ANY : of(base)
    const limited = maxLength === null ? schema : { ...schema, maxLength }
    return narrowed(limited, keywordsOf(checks, kindOf(definition)))
  }

  function arrayOf(elementOid: number): JsonObject {
    const element = catalog.types.get(elementOid)
    return { type: 'array', items: element === undefined ? ANY : nullable(of(element)) }
  }

  function composite(definition: TypeDefinition): JsonObject {
    if (definition.attributes.length === 0) return rowOf(definition) ?? { type: 'object' }
    return component(definition, () => objectOf(definition.attributes, of))
  }

  function kindOf(type: TypeRef): ValueKind {
    const base = catalog.types.get(type.baseOid)
    if (base === undefined || base.elementOid !== null || base.castToJson) return 'other'
    const schema = plain(base)
    if (schema['type'] === 'integer' || schema['type'] === 'number') return 'number'
    return TEXTS.has(base.name) ? 'string' : 'other'
  }

  return { of, kindOf, components: () => components }
}

function choice({ labels }: TypeDefinition): JsonObject {
  return { type: 'string', enum: labels }
}

const TEXTS = new Set(['text', 'varchar', 'bpchar'])

/** Rows of named values, each of them nullable and all there. */
export function objectOf(
  members: readonly { readonly name: string; readonly type: TypeRef }[],
  schemaOf: (type: TypeRef) => JsonObject,
): JsonObject {
  return {
    type: 'object',
    properties: Object.fromEntries(
      members.map(({ name, type }) => [name, nullable(schemaOf(type))]),
    ),
    required: members.map(({ name }) => name),
  }
}

/** Types of extensions and those that only PostgreSQL itself knows are written as text. */
function plain(type: TypeRef): JsonObject {
  if (type.kind === 'pseudo' && !(type.name in BUILT_IN)) return ANY
  if (type.schema !== 'pg_catalog') return STRING
  return BUILT_IN[type.name] ?? STRING
}

/** The same or null. */
export function nullable(schema: JsonObject): JsonObject {
  const { type, enum: values } = schema
  if ('$ref' in schema) return { anyOf: [schema, NULL] }
  if (typeof type !== 'string' || type === 'null') return schema
  const choices = isList(values) ? { enum: [...values, null] } : {}
  return { ...schema, type: [type, 'null'], ...choices }
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

const NULL: JsonObject = Object.freeze({ type: 'null' })
