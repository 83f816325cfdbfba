import {
  breaking,
  breakingIf,
  type Change,
  type Direction,
  harmless,
  type Place,
  within,
} from './change.ts'
import { isPart, listOf, type Part, partsOf, resolved, sameName, valuesOf } from './document.ts'
import { compareFormats, compareLimits } from './limits.ts'

/** Two documents whose schemas are compared. Each pair of named schemas is looked at once for each direction. */
export class SchemaComparison {
  readonly #old: Part
  readonly #new: Part
  readonly #seen = new Set<string>()

  constructor(oldDocument: Part, newDocument: Part) {
    this.#old = oldDocument
    this.#new = newDocument
  }

  /**
   * What changed between two schemas. A request must still be accepted: nothing may become narrower. A response must
   * still be understood: nothing may become wider. JSON Schema 2020-12, as far as OpenAPI documents use it.
   */
  compare(older: Part, newer: Part, direction: Direction, place: Place): readonly Change[] {
    const name = sameName(older, newer)
    const key = `${direction} ${String(older['$ref'])} ${String(newer['$ref'])}`
    if ('$ref' in older || '$ref' in newer) {
      if (this.#seen.has(key)) return []
      this.#seen.add(key)
    }
    const here = name === undefined ? place : { at: `schema ${name}`, steps: [WAY[direction]] }
    return this.#inline(resolved(older, this.#old), resolved(newer, this.#new), direction, here)
  }

  #inline(older: Part, newer: Part, direction: Direction, place: Place): readonly Change[] {
    if (isChoice(older) || isChoice(newer)) return this.#choices(older, newer, direction, place)
    return [
      ...compareTypes(older, newer, direction, place),
      ...compareEnums(older, newer, direction, place),
      ...compareFormats(older, newer, direction, place),
      ...compareLimits(older, newer, direction, place),
      ...this.#properties(older, newer, direction, place),
      ...this.#member('items', 'each element', older, newer, direction, place),
      ...this.#member('additionalProperties', 'other members', older, newer, direction, place),
      ...this.#conjunction(older, newer, direction, place),
    ]
  }

  #properties(older: Part, newer: Part, direction: Direction, place: Place): readonly Change[] {
    const before = partsOf(older, 'properties')
    const after = partsOf(newer, 'properties')
    const [required, requiredNow] = [requiredOf(older), requiredOf(newer)]
    const names = new Set([...before.keys(), ...after.keys(), ...required, ...requiredNow])
    return [...names].flatMap(name => {
      const inside = within(place, name)
      const [was, is] = [before.get(name), after.get(name)]
      if (was !== undefined && is === undefined) return [breaking(inside, 'the property is gone')]
      const isNew = was === undefined && is !== undefined
      if (isNew) return [newProperty(requiredNow.has(name), direction, inside)]
      return [
        ...(was === undefined || is === undefined ? [] : this.compare(was, is, direction, inside)),
        ...comparePresence(required.has(name), requiredNow.has(name), direction, inside),
      ]
    })
  }

  /** A keyword whose value is one schema, where both have it. */
  #member(
    keyword: string,
    words: string,
    older: Part,
    newer: Part,
    ...[direction, place]: [Direction, Place]
  ): readonly Change[] {
    const before = older[keyword]
    const after = newer[keyword]
    if (!isPart(before) || !isPart(after)) return []
    return this.compare(before, after, direction, within(place, words))
  }

  /** `allOf`: a request must satisfy one more, or a response promises one less. */
  #conjunction(older: Part, newer: Part, direction: Direction, place: Place): readonly Change[] {
    const before = listOf(older, 'allOf')
    const after = listOf(newer, 'allOf')
    const shared = Math.min(before.length, after.length)
    const changes = before
      .slice(0, shared)
      .flatMap((schema, index) => this.compare(schema, after[index] ?? {}, direction, place))
    if (after.length > shared) {
      changes.push(breakingIf(direction === 'request', place, 'it must satisfy a further schema'))
    }
    if (before.length > shared) {
      const message = 'it satisfies one schema less'
      changes.push(breakingIf(direction === 'response', place, message))
    }
    return changes
  }

  /** Every alternative that there was has to be among those that there are; for a response the other way round. */
  #choices(older: Part, newer: Part, direction: Direction, place: Place): readonly Change[] {
    const before = alternativesOf(older)
    const after = alternativesOf(newer)
    const lost = before.filter(one => !after.some(other => this.#fits(one, other, direction)))
    const added = after.filter(one => !before.some(other => this.#fits(other, one, direction)))
    const [onlyLost, onlyAdded] = [lost[0], added[0]]
    if (lost.length === 1 && added.length === 1 && onlyLost && onlyAdded) {
      return this.compare(onlyLost, onlyAdded, direction, place)
    }
    return [
      ...lost.map(one =>
        breakingIf(direction === 'request', place, `it cannot be ${describe(one)} any more`),
      ),
      ...added.map(one =>
        breakingIf(direction === 'response', place, `it can also be ${describe(one)}`),
      ),
      ...before.flatMap(one => {
        const match = after.find(other => sameName(one, other) !== undefined)
        return match === undefined ? [] : this.compare(one, match, direction, place)
      }),
    ]
  }

  /** Whether two alternatives are the same one, perhaps changed inside: by name, otherwise by what they hold. */
  #fits(older: Part, newer: Part, direction: Direction): boolean {
    if ('$ref' in older && '$ref' in newer) return older['$ref'] === newer['$ref']
    const apart = new SchemaComparison(this.#old, this.#new)
    const changes = apart.compare(older, newer, direction, { at: '', steps: [] })
    return !changes.some(change => change.breaking)
  }
}

/** For places in named schemas, which are used both ways. */
const WAY: Readonly<Record<Direction, string>> = { request: 'as sent', response: 'as answered' }

function requiredOf(schema: Part): ReadonlySet<string> {
  return new Set(valuesOf(schema, 'required').map(String))
}

function newProperty(isRequired: boolean, direction: Direction, place: Place): Change {
  if (!isRequired) return harmless(place, 'the property is new')
  return breakingIf(direction === 'request', place, 'the property is new and required')
}

function comparePresence(
  was: boolean,
  is: boolean,
  direction: Direction,
  place: Place,
): readonly Change[] {
  if (was === is) return []
  if (is) return [breakingIf(direction === 'request', place, 'it is required now')]
  return [breakingIf(direction === 'response', place, 'it need not be there any more')]
}

function isChoice(schema: Part): boolean {
  return 'anyOf' in schema || 'oneOf' in schema
}

/** The schemas of which one holds; a list of types is a choice too. */
function alternativesOf(schema: Part): readonly Part[] {
  const listed = [...listOf(schema, 'anyOf'), ...listOf(schema, 'oneOf')]
  if (listed.length > 0) return listed
  const types = valuesOf(schema, 'type')
  return types.length > 1 ? types.map(type => ({ ...schema, type })) : [schema]
}

function describe(schema: Part): string {
  const { $ref, type } = schema
  if (typeof $ref === 'string') return $ref.split('/').at(-1) ?? $ref
  return typeof type === 'string' ? type : JSON.stringify(schema)
}

/** The types of a schema; undefined: any. */
function typesOf({ type }: Part): ReadonlySet<string> | undefined {
  if (typeof type === 'string') return new Set([type])
  return Array.isArray(type) ? new Set(type.map(String)) : undefined
}

function compareTypes(
  older: Part,
  newer: Part,
  direction: Direction,
  place: Place,
): readonly Change[] {
  const before = typesOf(older)
  const after = typesOf(newer)
  const isNarrower = !isWithin(before, after)
  const isWider = !isWithin(after, before)
  if (!isNarrower && !isWider) return []
  const message = `its type was ${words(before)} and is ${words(after)}`
  return [breakingIf(direction === 'request' ? isNarrower : isWider, place, message)]
}

/** Whether every value of the first types is one of the second. */
function isWithin(
  inner: ReadonlySet<string> | undefined,
  outer: ReadonlySet<string> | undefined,
): boolean {
  if (outer === undefined) return true
  if (inner === undefined) return false
  return [...inner].every(type => outer.has(type) || (type === 'integer' && outer.has('number')))
}

function words(types: ReadonlySet<string> | undefined): string {
  return types === undefined ? 'any' : [...types].join(' or ')
}

function compareEnums(
  older: Part,
  newer: Part,
  direction: Direction,
  place: Place,
): readonly Change[] {
  const before = allowedBy(older)
  const after = allowedBy(newer)
  if (before === undefined && after === undefined) return []
  if (before === undefined) {
    return [breakingIf(direction === 'request', place, 'only certain values are left')]
  }
  if (after === undefined) {
    return [breakingIf(direction === 'response', place, 'its values are no longer a closed list')]
  }
  const gone = before.filter(value => !after.includes(value))
  const added = after.filter(value => !before.includes(value))
  return [
    ...gone.map(value => breakingIf(direction === 'request', place, `${value} is gone`)),
    ...added.map(value => breakingIf(direction === 'response', place, `${value} is new`)),
  ]
}

/** As JSON text, which can be compared. */
function allowedBy(schema: Part): readonly string[] | undefined {
  if ('const' in schema) return [JSON.stringify(schema['const'])]
  return Array.isArray(schema['enum'])
    ? schema['enum'].map(value => JSON.stringify(value))
    : undefined
}
