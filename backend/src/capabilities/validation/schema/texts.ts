import { SchemaUseError } from '../errors.ts'
import { pointerStep } from '../fault.ts'
import { isSchema, type JsonSchema } from './json-schema.ts'

const NOT_TEXT: ReadonlySet<unknown> = new Set(['integer', 'number', 'boolean', 'null'])

/**
 * What comes in a URL or a header is text. A schema that asks for a number there can never be met unless values are changed,
 * so it is refused when it is written: ST421.
 */
export function requireTexts({ properties }: JsonSchema): void {
  if (!isSchema(properties)) return
  for (const [name, schema] of Object.entries(properties)) {
    const type: unknown = isSchema(schema) ? schema['type'] : undefined
    if (!NOT_TEXT.has(type)) continue
    const pointer = `/properties${pointerStep(name)}/type`
    const detail = `'${name}' comes as text and can never be of the type ${String(type)}`
    const hint = `Write { "type": "string", "format": "${String(type)}" }, and make a ${String(type)} of it in the handler.`
    throw new SchemaUseError([{ pointer, rule: 'type', detail, hint }])
  }
}
