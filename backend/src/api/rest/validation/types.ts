import type { Catalog, TypeDefinition, TypeRef } from '../../../query/catalog/index.ts'
import { createCheck, type Check } from './check.ts'
import type { Refusal } from './fault.ts'
import {
  address,
  binaryJson,
  bytes,
  choice,
  float,
  type Input,
  integer,
  numeric,
  opaque,
  truth,
  type TypeRules,
  UNSURE,
  uuid,
} from './input.ts'
import { isPlainArray, listOf } from './lists.ts'
import { length, precision } from './narrowing.ts'
import { time } from './time.ts'

/** Nobody but PostgreSQL knows what it takes. */
const UNKNOWN: TypeRules = Object.freeze({ input: opaque, ofNull: undefined })

/** Undefined: they take everything. */
const BUILT_IN: Readonly<Record<string, Input | undefined>> = Object.freeze({
  text: undefined,
  varchar: undefined,
  bpchar: undefined,
  name: undefined,
  json: undefined,
  jsonb: binaryJson,
  inet: address,
  bool: truth,
  int2: integer('smallint', 16),
  int4: integer('integer', 32),
  int8: integer('bigint', 64),
  float4: float('real', false),
  float8: float('double precision', true),
  numeric,
  uuid,
  bytea: bytes,
  date: time('date'),
  time: time('time'),
  timetz: time('time with time zone'),
  timestamp: time('timestamp'),
  timestamptz: time('timestamp with time zone'),
  interval: time('interval'),
})

/** `path`: the schemas whose types PostgreSQL names without their schema. */
export function typeRules(catalog: Catalog, type: TypeRef, path: readonly string[]): TypeRules {
  const definition = catalog.types.get(type.oid)
  if (definition === undefined || definition.castToJson) return UNKNOWN
  if (definition.kind === 'domain') return domainRules(catalog, definition, path)
  if (definition.kind === 'enum') {
    return { input: choice(nameOf(definition, path), definition.labels), ofNull: undefined }
  }
  if (isPlainArray(definition)) return arrayRules(catalog, definition, path)
  const { schema, name, kind } = definition
  const isKnown = schema === 'pg_catalog' && kind === 'base' && Object.hasOwn(BUILT_IN, name)
  return isKnown ? { input: BUILT_IN[name], ofNull: undefined } : UNKNOWN
}

function arrayRules(catalog: Catalog, definition: TypeDefinition, path: readonly string[]) {
  const element = catalog.types.get(definition.elementOid ?? 0)
  const of = element === undefined ? UNKNOWN : typeRules(catalog, element, path)
  return { input: listOf(of), ofNull: undefined }
}

/** First the type below, narrowed; then its constraints, those of the deepest domain first. */
function domainRules(
  catalog: Catalog,
  definition: TypeDefinition,
  path: readonly string[],
): TypeRules {
  const base = catalog.types.get(definition.baseOid)
  if (base === undefined) return UNKNOWN
  const name = nameOf(definition, path)
  const below = typeRules(catalog, base, path).input
  const narrowed = narrowing(base, definition.baseFormatted)
  const { deterministic, baseFormatted: formatted } = definition
  const value = [{ name: 'VALUE', type: base, formatted, deterministic }]
  const checks = definition.constraints.map(({ name: constraint, expression }) => ({
    check: createCheck(expression, value, catalog),
    refusal: brokenDomain(name, constraint, expression),
  }))
  const ofNull = definition.notNull ? notNullDomain(name) : nullIn(checks)
  return { input: inTurn(below, narrowed, constrained(checks)), ofNull }
}

interface NamedCheck {
  readonly check: Check | undefined
  readonly refusal: Refusal
}

function constrained(checks: readonly NamedCheck[]): Input | undefined {
  if (checks.length === 0) return undefined
  return (text, kind) => {
    let verdict: typeof UNSURE | undefined
    for (const { check, refusal } of checks) {
      const holds = check?.(() => ({ text, kind }))
      if (holds === false) return refusal
      if (holds === undefined) verdict = UNSURE
    }
    return verdict
  }
}

function nullIn(checks: readonly NamedCheck[]): Refusal | undefined {
  return checks.find(({ check }) => check?.(() => null) === false)?.refusal
}

/** What narrows a column or domain beyond its type: `character varying(20)`, `numeric(5,2)`. */
export function narrowing(base: TypeRef, formatted: string): Input | undefined {
  if (base.schema !== 'pg_catalog') return undefined
  if (/\)(?:\[\])+$/.test(formatted)) return opaque
  const [, first, second = '0'] = /\((\d+)(?:,(-?\d+))?\)$/.exec(formatted) ?? []
  if (first === undefined) return undefined
  if (base.name === 'varchar' || base.name === 'bpchar') return length(formatted, Number(first))
  return base.name === 'numeric' ? (precision(Number(first), Number(second)) ?? opaque) : undefined
}

/** The first that has something to say. */
export function inTurn(...inputs: readonly (Input | undefined)[]): Input | undefined {
  const [first, ...others] = inputs.filter(input => input !== undefined)
  if (first === undefined || others.length === 0) return first
  return (text, kind) => {
    const verdict = first(text, kind)
    if (verdict !== undefined) return verdict
    for (const other of others) {
      const next = other(text, kind)
      if (next !== undefined) return next
    }
    return undefined
  }
}

function notNullDomain(name: string): Refusal {
  const message = `domain ${name} does not allow null values`
  return { code: '23502', message, rule: 'required', hint: 'Send a value other than null.' }
}

function brokenDomain(name: string, constraint: string, expression: string): Refusal {
  const message = `value for domain ${name} violates check constraint "${constraint}"`
  return { code: '23514', message, rule: 'check', hint: hintOfCheck(expression) }
}

export function hintOfCheck(expression: string): string {
  return `It has to hold: ${expression}`
}

/** As messages name it: with its schema where the search path does not lead to it. */
function nameOf({ schema, name }: TypeRef, path: readonly string[]): string {
  return path.includes(schema) ? quoted(name) : `${quoted(schema)}.${quoted(name)}`
}

function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}
