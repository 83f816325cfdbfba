import { breaking, breakingIf, type Change, harmless, type Place, within } from './change.ts'
import { isPart, listOf, type Part, partOf, partsOf, resolved, sameName } from './document.ts'
import { SchemaComparison } from './schemas.ts'

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'trace']

/** Compares what can be asked and what is answered; `Comparison` holds the documents. */
export class OperationComparison {
  readonly #old: Part
  readonly #new: Part
  readonly #schemas: SchemaComparison

  constructor(oldDocument: Part, newDocument: Part) {
    this.#old = oldDocument
    this.#new = newDocument
    this.#schemas = new SchemaComparison(oldDocument, newDocument)
  }

  /** Every path of both documents, in the order of the old one. */
  paths(): readonly Change[] {
    const before = partsOf(this.#old, 'paths')
    const after = partsOf(this.#new, 'paths')
    const changes = [...before].flatMap(([path, item]) => {
      const now = after.get(path)
      if (now === undefined) return [breaking({ at: path, steps: [] }, 'the path is gone')]
      return this.#path(path, item, now)
    })
    const added = [...after.keys()].filter(path => !before.has(path))
    return [...changes, ...added.map(path => harmless({ at: path, steps: [] }, 'the path is new'))]
  }

  #path(path: string, older: Part, newer: Part): readonly Change[] {
    return METHODS.flatMap(method => {
      const place: Place = { at: `${method.toUpperCase()} ${path}`, steps: [] }
      const [before, after] = [older[method], newer[method]]
      if (!isPart(before)) return isPart(after) ? [harmless(place, 'the operation is new')] : []
      if (!isPart(after)) return [breaking(place, 'the operation is gone')]
      return [
        ...compareNames(before, after, place),
        ...this.#security(before, after, place),
        ...this.#parameters(older, newer, before, after, place),
        ...this.#body(before, after, within(place, 'body')),
        ...this.#responses(before, after, place),
      ]
    })
  }

  /** Anonymous requests are allowed without `security`, and where one of its alternatives asks for nothing. */
  #security(older: Part, newer: Part, place: Place): readonly Change[] {
    const isOpen = (operation: Part, document: Part) => {
      const listed = 'security' in operation ? operation : document
      const requirements = listOf(listed, 'security')
      return requirements.length === 0 || requirements.some(one => Object.keys(one).length === 0)
    }
    const [was, is] = [isOpen(older, this.#old), isOpen(newer, this.#new)]
    if (was === is) return []
    const message = is ? 'it needs no token any more' : 'it needs a token now'
    return [breakingIf(!is, place, message)]
  }

  #parameters(
    oldPath: Part,
    newPath: Part,
    ...[older, newer, place]: [Part, Part, Place]
  ): readonly Change[] {
    const before = parametersOf(oldPath, older, this.#old)
    const after = parametersOf(newPath, newer, this.#new)
    const changes = [...before].flatMap(([name, listed]) => {
      const listedNow = after.get(name)
      const inside = shared('parameter', listed, listedNow) ?? within(place, name)
      if (listedNow === undefined) return [breaking(inside, 'the parameter is gone')]
      const [parameter, now] = [resolved(listed, this.#old), resolved(listedNow, this.#new)]
      return [
        ...compareRequired(parameter, now, inside),
        ...this.#schemas.compare(
          partOf(parameter, 'schema'),
          partOf(now, 'schema'),
          'request',
          inside,
        ),
      ]
    })
    const added = [...after].filter(([name]) => !before.has(name))
    return [
      ...changes,
      ...added.map(([name, parameter]) => {
        const isRequired = resolved(parameter, this.#new)['required'] === true
        const message = isRequired ? 'the parameter is new and required' : 'the parameter is new'
        return breakingIf(isRequired, within(place, name), message)
      }),
    ]
  }

  #body(older: Part, newer: Part, place: Place): readonly Change[] {
    const [had, has] = ['requestBody' in older, 'requestBody' in newer]
    if (!had && !has) return []
    if (!has) return [breaking(place, 'no body is taken any more')]
    const before = resolved(partOf(older, 'requestBody'), this.#old)
    const after = resolved(partOf(newer, 'requestBody'), this.#new)
    if (!had) {
      const isRequired = after['required'] === true
      return [breakingIf(isRequired, place, isRequired ? 'it is required now' : 'one is taken now')]
    }
    return [
      ...compareRequired(before, after, place),
      ...this.#media(before, after, 'request', place),
    ]
  }

  #responses(older: Part, newer: Part, place: Place): readonly Change[] {
    const before = partsOf(older, 'responses')
    const after = partsOf(newer, 'responses')
    const changes = [...before].flatMap(([status, response]) => {
      const now = after.get(status)
      const inside = shared('answer', response, now) ?? within(place, `answer ${status}`)
      // Nobody misses an error that no longer happens.
      if (now === undefined)
        return [breakingIf(isSuccess(status), inside, 'it is not given any more')]
      const [one, other] = [resolved(response, this.#old), resolved(now, this.#new)]
      return [...compareHeaders(one, other, inside), ...this.#media(one, other, 'response', inside)]
    })
    const added = [...after.keys()].filter(status => !before.has(status))
    return [
      ...changes,
      ...added.map(status => harmless(within(place, `answer ${status}`), 'it is new')),
    ]
  }

  #media(
    older: Part,
    newer: Part,
    direction: 'request' | 'response',
    place: Place,
  ): readonly Change[] {
    const before = partsOf(older, 'content')
    const after = partsOf(newer, 'content')
    const changes = [...before].flatMap(([type, media]) => {
      const inside = type === 'application/json' ? place : within(place, type)
      const now = after.get(type)
      if (now === undefined) return [breaking(within(place, type), 'the media type is gone')]
      return this.#schemas.compare(
        partOf(media, 'schema'),
        partOf(now, 'schema'),
        direction,
        inside,
      )
    })
    const added = [...after.keys()].filter(type => !before.has(type))
    return [
      ...changes,
      ...added.map(type => harmless(within(place, type), 'the media type is new')),
    ]
  }
}

/** Generated clients name their functions after it. */
function compareNames(
  { operationId: before }: Part,
  { operationId: after }: Part,
  place: Place,
): readonly Change[] {
  if (before === after || typeof before !== 'string') return []
  const message =
    typeof after === 'string'
      ? `its operationId was ${before} and is ${after}`
      : `its operationId ${before} is gone`
  return [breaking(place, message)]
}

function compareRequired(older: Part, newer: Part, place: Place): readonly Change[] {
  const [was, is] = [older['required'] === true, newer['required'] === true]
  if (was === is) return []
  return [breakingIf(is, place, is ? 'it is required now' : 'it is optional now')]
}

function compareHeaders(older: Part, newer: Part, place: Place): readonly Change[] {
  const before = Object.keys(partOf(older, 'headers'))
  const after = Object.keys(partOf(newer, 'headers'))
  const gone = before.filter(name => !after.includes(name))
  const added = after.filter(name => !before.includes(name))
  return [
    ...gone.map(name => breaking(within(place, `header ${name}`), 'the header is gone')),
    ...added.map(name => harmless(within(place, `header ${name}`), 'the header is new')),
  ]
}

/** Those of the operation and, where it does not say otherwise, those of its path. By place and name. */
function parametersOf(path: Part, operation: Part, document: Part): ReadonlyMap<string, Part> {
  const all = [...listOf(path, 'parameters'), ...listOf(operation, 'parameters')]
  return new Map(
    all.map(parameter => {
      const { in: place, name } = resolved(parameter, document)
      return [`${String(place)} ${String(name)}`, parameter]
    }),
  )
}

/** What several operations refer to is told once, under its own name. */
function shared(kind: string, older: Part, newer: Part | undefined): Place | undefined {
  const name = newer && sameName(older, newer)
  return name === undefined ? undefined : { at: `${kind} ${name}`, steps: [] }
}

function isSuccess(status: string): boolean {
  return /^[23]/.test(status)
}
