import { createRequire } from 'node:module'
import type { Ajv2020, ErrorObject, Options, ValidateFunction } from 'ajv/dist/2020.js'
import { SchemaError, SchemaUseError } from '../errors.ts'
import type { Fault } from '../fault.ts'
import { requireSafePatterns } from '../pattern/require.ts'
import { closed } from './closed.ts'
import { faultOf } from './faults.ts'
import { FORMATS } from './formats.ts'
import { mayNameInherited } from './inherited.ts'
import type { JsonSchema } from './json-schema.ts'
import { countSeldom } from './lengths.ts'

export interface SchemaOptions {
  /** Schemas that others refer to by their `$id`. Default: none. */
  readonly schemas?: readonly JsonSchema[]
  /** Members that a schema does not name. Default refuse. */
  readonly unknownProperties?: 'refuse' | 'allow'
  /** Faults that are told of one value. Default 20. */
  readonly faultsMax?: number
  /**
   * Values are as `JSON.parse` makes them: no object inherits a member. Checking them is several times as quick. Default false.
   */
  readonly plainValues?: boolean
}

/** Compares values with one schema. It changes nothing: no type, no default, no member. */
export interface SchemaCheck {
  /** All faults, up to `faultsMax`; none: the value suits. */
  find(value: unknown): readonly Fault[]
  /** Throws ST420. */
  check(value: unknown): void
  /** Makes now what the first value would have had to wait for. Throws ST421 for a schema that is none. */
  compile(): void
}

/** A check by this schema, of JSON Schema 2020-12. Throws ST421 for a pattern that could take very long. */
export function createSchemaCheck(schema: JsonSchema, options: SchemaOptions = {}): SchemaCheck {
  return createSchemaCompiler(options)(schema)
}

/** Makes checks of schemas that may refer to the same others. */
export function createSchemaCompiler(
  options: SchemaOptions = {},
): (schema: JsonSchema) => SchemaCheck {
  const {
    schemas = [],
    unknownProperties = 'refuse',
    faultsMax = 20,
    plainValues = false,
  } = options
  for (const schema of schemas) requireSafePatterns(schema)
  const validators = lazily(() => createAjv(schemas, true, true))
  const quickValidators = lazily(() => createAjv(schemas, true, false))
  const originals = lazily(() => createAjv(schemas, false, true))
  const mayInherit = !plainValues || mayNameInherited(schemas)

  return schema => {
    requireSafePatterns(schema)
    const validate = lazily((): ValidateFunction => {
      const judged = unknownProperties === 'refuse' ? closed(schema, schemas) : schema
      return usable(() => {
        originals().compile(schema) // What is closed cannot be as strict about types.
        const asksWhose = mayInherit || mayNameInherited([schema])
        return (asksWhose ? validators : quickValidators)().compile(judged)
      })
    })
    const find = (value: unknown): readonly Fault[] => {
      const judge = validate()
      return judge(value) ? NONE : faultsOf(judge.errors ?? [], faultsMax)
    }
    const check = (value: unknown): void => {
      const faults = find(value)
      if (faults.length > 0) throw new SchemaError(faults)
    }
    return { find, check, compile: () => void validate() }
  }
}

const NONE: readonly Fault[] = Object.freeze([])

const require = createRequire(import.meta.url)

function createAjv(
  schemas: readonly JsonSchema[],
  isClosed: boolean,
  ownProperties: boolean,
): Ajv2020 {
  // It takes a while to load: only for those who have schemas.
  const { Ajv2020: Ajv } = require('ajv/dist/2020.js') as {
    Ajv2020: new (options: Options) => Ajv2020
  }
  return usable(() => {
    const ajv = new Ajv({
      strict: true,
      strictTypes: !isClosed,
      allowUnionTypes: true,
      allErrors: true,
      verbose: true,
      ownProperties, // `toString` is a member only if it was sent.
      coerceTypes: false,
      useDefaults: false,
      removeAdditional: false,
      formats: FORMATS,
    })
    countSeldom(ajv)
    ajv.addSchema([...schemas])
    return ajv
  })
}

function faultsOf(errors: readonly ErrorObject[], faultsMax: number): readonly Fault[] {
  return errors.slice(0, faultsMax).map(faultOf)
}

/** What Ajv says of a schema that is none, as our error. */
function usable<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const detail = `The schema cannot be used: ${why}`
    throw new SchemaUseError([{ pointer: '', rule: 'schema', detail, hint: 'Mend the schema.' }])
  }
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}
