import type { TypeDefinition } from '../../../query/catalog/index.ts'
import type { Refusal } from './fault.ts'
import type { Input, TypeRules } from './input.ts'
import { JsonText } from './json-text.ts'

/** An array type of PostgreSQL's own kind. */
export function isPlainArray({ elementOid, kind, name }: TypeDefinition): boolean {
  return elementOid !== null && kind === 'base' && name.startsWith('_')
}

const NO_LIST: Refusal = Object.freeze({
  code: '22P02',
  message: 'expected JSON array',
  rule: 'type',
  hint: 'Send an array, such as [1, 2].',
})

/**
 * What a list is refused for: it is none, or one of its items. A string is a list in PostgreSQL's own notation, and a list of lists
 * has a form to keep: both are left to it.
 */
export function listOf(items: TypeRules): Input {
  const isFree = items.input === undefined && items.ofNull === undefined
  return (text, kind) => {
    if (kind === 'string') return undefined
    if (kind !== 'array') return NO_LIST
    return isFree ? undefined : refusedItem(text, items)
  }
}

function refusedItem(text: string, { input, ofNull }: TypeRules): Refusal | undefined {
  const json = new JsonText(text)
  json.opensArray()
  if (json.closesArray()) return undefined
  do {
    if (!json.readValue() || json.kind === 'array') return undefined
    const refusal = json.kind === 'null' ? ofNull : input?.(json.valueText(), json.kind)
    if (refusal !== undefined) return isFlat(json) ? refusal : undefined
  } while (json.passesComma())
  return undefined
}

/** Whether what follows in the list is no list either. */
function isFlat(json: JsonText): boolean {
  while (json.passesComma()) if (!json.readValue() || json.kind === 'array') return false
  return true
}
