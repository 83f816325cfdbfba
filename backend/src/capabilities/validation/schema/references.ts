import { isSchema, type JsonSchema } from './json-schema.ts'

/** Finds what a `$ref` means; undefined where that is not plain to see. */
export type Resolve = (reference: string) => JsonSchema | undefined

/** References within `root`, and to schemas that are known by their `$id`. */
export function resolverFor(root: JsonSchema, known: readonly JsonSchema[]): Resolve {
  return reference => {
    const [id = '', fragment = ''] = reference.split('#')
    const target = id === '' ? root : known.find(schema => isNamed(schema, id))
    return target && follow(target, fragment)
  }
}

function isNamed({ $id }: JsonSchema, id: string): boolean {
  return typeof $id === 'string' && $id.replace(/#$/, '') === id
}

function follow(schema: JsonSchema, fragment: string): JsonSchema | undefined {
  let found: unknown = schema
  for (const step of fragment.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    found = isSchema(found) || Array.isArray(found) ? Reflect.get(found, name) : undefined
  }
  return isSchema(found) ? found : undefined
}
