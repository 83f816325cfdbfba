import type { ErrorObject } from 'ajv'
import { isPart, type Part, partOf, resolved } from '../../src/api/openapi/diff/document.ts'
import { derivedNames } from './derived-names.ts'
import { schemasOf } from './openapi-check.ts'

/** A request and its answer, as far as a document speaks of them. */
export interface Exchange {
  readonly method: string
  /** From the first slash on, below the server URL of the document. */
  readonly target: string
  readonly status: number
  /** `content-type` of the answer. */
  readonly contentType: string | undefined
  readonly body: string
}

/** Holds answers against a document. */
export interface Validation {
  /** What the document has against the answer, in words. Empty: it is as documented. */
  complaints(exchange: Exchange): readonly string[]
  /** Operations that were answered with success so far, such as `GET relation` and `POST function`. */
  readonly answered: ReadonlySet<string>
}

/** An operation, and where it is in the document. */
interface Found {
  readonly pointer: string
  readonly operation: Part
}

/** `document` as it was sent, as JSON. */
export function validationOf(document: Part): Validation {
  const schemas = schemasOf(document)
  const answered = new Set<string>()

  function complaints(exchange: Exchange): readonly string[] {
    if (exchange.method === 'OPTIONS') return []
    const [path = '', query = ''] = exchange.target.split('?')
    const found = operationOf(path, exchange.method)
    return found === undefined
      ? complaintsBeside(path, exchange)
      : complaintsAbout(found, path, query, exchange)
  }

  /** What is not documented is refused, in the words of any refusal. */
  function complaintsBeside(path: string, exchange: Exchange): readonly string[] {
    const { method, status } = exchange
    if (status >= 400) return bodyComplaints('#/components/responses/Failure', exchange, '')
    return [`${method} ${path} is not documented, but is answered with ${status}`]
  }

  function complaintsAbout(
    { pointer, operation }: Found,
    path: string,
    query: string,
    exchange: Exchange,
  ): readonly string[] {
    const { method, status } = exchange
    const isListed = Object.hasOwn(partOf(operation, 'responses'), String(status))
    if (!isListed && (status < 300 || status === 304)) {
      return [`${method} ${path} has no answer ${status}`]
    }
    if (status < 300) {
      answered.add(`${method} ${path.startsWith('/rpc/') ? 'function' : 'relation'}`)
    }
    const name = isListed ? String(status) : 'default'
    return bodyComplaints(`${pointer}/responses/${name}`, exchange, query)
  }

  function operationOf(path: string, method: string): Found | undefined {
    const name = encodePath(path)
    const verb = method === 'HEAD' ? 'get' : method.toLowerCase()
    const operation = partOf(partOf(partOf(document, 'paths'), name), verb)
    if (Object.keys(operation).length === 0) return undefined
    return { pointer: `#/paths/${escape(name)}/${verb}`, operation }
  }

  function bodyComplaints(pointer: string, exchange: Exchange, query: string): readonly string[] {
    if (exchange.method === 'HEAD' || exchange.body === '') return []
    const response = at(pointer)
    const home = typeof response['$ref'] === 'string' ? response['$ref'] : pointer
    const content = partOf(resolved(response, document), 'content')
    const type = (exchange.contentType ?? '').split(';', 1)[0] ?? ''
    if (!Object.hasOwn(content, type)) {
      if (Object.hasOwn(content, ANY)) return []
      return [`${pointer} has no media type ${type}, only ${Object.keys(content).join(', ')}`]
    }
    if (!/[/+]json$/.test(type)) return []
    const validate = schemas.at(`${home}/content/${escape(type)}/schema`)
    const value = withoutDerived(JSON.parse(exchange.body), derivedNames(selectOf(query)))
    return validate(value) ? [] : (validate.errors ?? []).map(words)
  }

  function at(pointer: string): Part {
    const part = pointer
      .slice(2)
      .split('/')
      .map(name => decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>((inside, name) => (isPart(inside) ? inside[name] : undefined), document)
    return isPart(part) ? part : {}
  }

  return { complaints, answered }
}

/** Of a handler that makes any media type. */
const ANY = '*/*'

function words({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath} ${message ?? ''} ${JSON.stringify(params)}`
}

/** Paths of documents have names encoded; requests write them as they like. */
function encodePath(path: string): string {
  return path.split('/').map(decodeURIComponent).map(encodeURIComponent).join('/')
}

/** A name inside of a JSON Pointer inside of a URI. */
function escape(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))
}

function selectOf(query: string): string {
  return new URLSearchParams(query).get('select') ?? ''
}

function withoutDerived(value: unknown, derived: ReadonlySet<string>): unknown {
  if (derived.size === 0) return value
  if (Array.isArray(value)) return value.map(one => withoutDerived(one, derived))
  if (!isPart(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => !derived.has(name)))
}
