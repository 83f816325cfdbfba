import type { TypeDefinition } from '../../../query/catalog/index.ts'
import type { Refusal } from './fault.ts'
import { type Input, type TypeRules, UNSURE } from './input.ts'
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
    if (kind === 'string') return UNSURE
    if (kind !== 'array') return NO_LIST
    return isFree && isFlatList(text) ? undefined : refusedItem(text, items)
  }
}

/** Without a list or a string in it that may look like one, nothing is inside anything. */
function isFlatList(text: string): boolean {
  return text.indexOf('[', 1) < 0
}

function refusedItem(text: string, { input, ofNull }: TypeRules): ReturnType<Input> {
  let verdict: typeof UNSURE | undefined
  const json = new JsonText(text)
  json.opensArray()
  if (json.closesArray()) return undefined
  do {
    if (!json.readValue() || json.kind === 'array') return UNSURE
    const found = json.kind === 'null' ? ofNull : input?.(json.valueText(), json.kind)
    if (found === UNSURE) verdict = UNSURE
    else if (found !== undefined) return verdict ?? (isFlat(json) ? found : UNSURE)
  } while (json.passesComma())
  return verdict
}

/** Whether what follows in the list is no list either. */
function isFlat(json: JsonText): boolean {
  while (json.passesComma()) if (!json.readValue() || json.kind === 'array') return false
  return true
}
