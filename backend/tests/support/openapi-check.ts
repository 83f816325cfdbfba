import { createConfig, lintFromString } from '@redocly/openapi-core'
import addFormats from 'ajv-formats'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

/** Errors that a lint of the whole document finds: structure, references, names, security. Empty: it is right. */
export async function lintErrors(document: unknown): Promise<readonly string[]> {
  const config = await createConfig({ extends: ['recommended'] })
  const source = JSON.stringify(document)
  const problems = await lintFromString({ source, absoluteRef: 'document.json', config })
  return problems
    .filter(({ severity }) => severity === 'error')
    .map(({ ruleId, message, location }) => `${ruleId} at ${location[0]?.pointer}: ${message}`)
}

/** Validators of the schemas of a document, which is JSON as it was sent. */
export interface DocumentSchemas {
  readonly names: readonly string[]
  /** Compiles the component of that name. Throws when it is no valid schema. */
  component(name: string): ValidateFunction
  /** Compiles a schema of the document by its JSON Pointer: `#/paths/~1books/get/…`. */
  at(pointer: string): ValidateFunction
}

const KEY = 'document'

export function schemasOf(document: object): DocumentSchemas {
  const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false })
  addFormats.default(ajv)
  ajv.addSchema(document, KEY)
  const { components } = document as { components: { schemas: Record<string, unknown> } }
  const at = (pointer: string) => ajv.compile({ $ref: `${KEY}${pointer}` })
  return {
    names: Object.keys(components.schemas),
    component: name => at(`#/components/schemas/${name}`),
    at,
  }
}
