/** An OpenAPI document, or a part of one, of which nothing is known but that it is a JSON object. */
export type Part = Readonly<Record<string, unknown>>

const NOTHING: Part = Object.freeze({})

/** The member as an object; an empty one when it is absent or something else. */
export function partOf(part: Part, name: string): Part {
  const value = part[name]
  return isPart(value) ? value : NOTHING
}

/** The members that are objects, by name. */
export function partsOf(part: Part, name: string): ReadonlyMap<string, Part> {
  return new Map(
    Object.entries(partOf(part, name)).filter((entry): entry is [string, Part] => isPart(entry[1])),
  )
}

/** The elements of the member that are objects. */
export function listOf(part: Part, name: string): readonly Part[] {
  const value = part[name]
  return Array.isArray(value) ? value.filter(isPart) : []
}

/** The member as a list of anything; an empty one when it is absent or no list. */
export function valuesOf(part: Part, name: string): readonly unknown[] {
  const value = part[name]
  return Array.isArray(value) ? value : []
}

export function isPart(value: unknown): value is Part {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The part that `$ref` leads to within the document, however often; the part itself without one, or when it leads away. */
export function resolved(part: Part, document: Part): Part {
  let found = part
  for (let step = 0; step < REFERENCES_MAX; step++) {
    const target = targetOf(found, document)
    if (target === undefined) return found
    found = target
  }
  return found
}

/** More in a row than any honest document has. */
const REFERENCES_MAX = 32

function targetOf({ $ref }: Part, document: Part): Part | undefined {
  if (typeof $ref !== 'string' || !$ref.startsWith('#/')) return undefined
  const names = $ref.slice(2).split('/').map(decodeName)
  const target = names.reduce<unknown>(
    (part, name) => (isPart(part) ? part[name] : undefined),
    document,
  )
  return isPart(target) ? target : undefined
}

/** RFC 6901, section 4, inside of a URI. */
function decodeName(name: string): string {
  return decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~')
}

/** The name of the component that both parts refer to; undefined when they do not refer to the same one. */
export function sameName({ $ref: older }: Part, { $ref: newer }: Part): string | undefined {
  return typeof older === 'string' && older === newer ? older.split('/').at(-1) : undefined
}
