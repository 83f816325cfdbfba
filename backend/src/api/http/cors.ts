import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply } from 'fastify'

export type HeaderList = Readonly<Record<string, string>>

/**
 * Cross-origin rules of the whole server, as PostgREST answers them. Not `@fastify/cors`: that one takes every
 * OPTIONS request for itself, and here OPTIONS without a preflight's headers describes a relation.
 */
export interface Cors {
  /** Headers that any answer to this request carries. */
  headersFor(request: IncomingHttpHeaders): HeaderList
  /** The headers of the answer when this is a preflight (Fetch standard, "CORS-preflight request"), else undefined. */
  preflight(method: string, request: IncomingHttpHeaders): HeaderList | undefined
}

/** `origins` empty: every origin may read answers, without credentials. Otherwise those origins, with credentials. */
export function createCors(origins: readonly string[]): Cors {
  const allowed = new Set(origins)

  function originHeaders(origin: string | undefined): HeaderList {
    if (allowed.size === 0) return ANY_ORIGIN
    if (origin === undefined || !allowed.has(origin)) return OTHER_ORIGIN
    return {
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
    }
  }

  return {
    headersFor(request) {
      if (request.origin === undefined) return allowed.size === 0 ? NO_HEADERS : OTHER_ORIGIN
      return { ...originHeaders(request.origin), 'access-control-expose-headers': EXPOSED }
    },

    preflight(method, request) {
      const asked = request['access-control-request-method']
      if (method !== 'OPTIONS' || request.origin === undefined || asked === undefined)
        return undefined
      return {
        ...originHeaders(request.origin),
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': allowedHeaders(request['access-control-request-headers']),
        'access-control-max-age': '86400',
      }
    },
  }
}

type Reply = Pick<FastifyReply, 'getHeader' | 'header'>

/** Headers of this answer that pages of another origin may read too, where they may read any. */
export function expose(reply: Reply, headers: Readonly<Record<string, unknown>>): void {
  const exposed = reply.getHeader('access-control-expose-headers')
  if (exposed === undefined) return
  const before = String(exposed)
  const told = SOMETIMES_EXPOSED.filter(
    name => headers[name.toLowerCase()] !== undefined && !before.includes(name),
  )
  if (told.length === 0) return
  void reply.header('access-control-expose-headers', [before, ...told].join(', '))
}

/** They say when to come again. */
const SOMETIMES_EXPOSED = ['RateLimit', 'RateLimit-Policy', 'Retry-After']

const NO_HEADERS: HeaderList = Object.freeze({})
const ANY_ORIGIN: HeaderList = Object.freeze({ 'access-control-allow-origin': '*' })
const OTHER_ORIGIN: HeaderList = Object.freeze({ vary: 'Origin' })
const METHODS = 'GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD'
const EXPOSED =
  'Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, Server, Transfer-Encoding, Range-Unit, S-Tier-Consistency'

/** A list of header names is echoed only as far as it consists of tokens (RFC 9110). */
function allowedHeaders(asked: string | string[] | undefined): string {
  const names = String(asked ?? '')
    .split(',')
    .map(name => name.trim())
    .filter(name => /^[\w!#$%&'*+.^`|~-]+$/.test(name))
  return ['Authorization', ...names, 'Accept', 'Accept-Language', 'Content-Language'].join(', ')
}
