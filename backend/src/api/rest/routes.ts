import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { bodyBeside, UnknownPathError, UnsupportedMethodError } from '../http/index.ts'
import { allowOf } from './info.ts'
import { read } from './read.ts'
import type { RestResponse } from './respond.ts'
import type { RestServices } from './services.ts'
import { splitUrl, type Target, targetOf } from './target.ts'
import { profileOf } from './understand.ts'

/** Every method is routed, so that an unknown one is answered in PostgREST's words. */
const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE']
const READABLE = 'OPTIONS, GET, HEAD'

/** Serves the dialect below `rest.prefix`. */
export function registerRest(app: FastifyInstance, services: RestServices): void {
  const { prefix } = services.rules.rest
  const handler = (request: FastifyRequest, reply: FastifyReply) => serve(request, reply, services)
  const urls = prefix === '/' ? ['/', '/*'] : [prefix, `${prefix}/`, `${prefix}/*`]
  for (const url of urls) app.route({ method: METHODS, url, handler })
}

async function serve(
  request: FastifyRequest,
  reply: FastifyReply,
  services: RestServices,
): Promise<FastifyReply> {
  const { path, queryString } = splitUrl(request.raw.url ?? '/')
  const target = targetOf(path, services.rules.rest.prefix)
  if (request.method === 'OPTIONS') return describe(request, reply, target, services)
  const identified = services.identity.identify(request.headers)
  const identity = identified instanceof Promise ? await identified : identified
  request.identity = identity
  const method = readMethod(request.method)
  if (target.kind !== 'relation') throw new UnknownPathError(path)
  const input = {
    method,
    relation: target.name,
    path,
    queryString,
    headers: request.headers,
    identity,
    role: identity.role,
    signal: new ClientSignal(reply),
  }
  return send(reply, await read(input, services))
}

function readMethod(method: string): 'GET' | 'HEAD' {
  if (method === 'GET' || method === 'HEAD') return method
  throw new UnsupportedMethodError(method, READABLE)
}

/** OPTIONS without a preflight's headers: what may be done here. */
function describe(
  request: FastifyRequest,
  reply: FastifyReply,
  target: Target,
  { catalog, rules }: RestServices,
): FastifyReply {
  if (target.kind === 'root') return reply.header('allow', READABLE).send()
  if (target.kind === 'function') throw new UnknownPathError(splitUrl(request.url).path)
  const snapshot = catalog()
  const { schema } = profileOf('GET', request.headers, snapshot)
  if (rules.http.corsOrigins.length === 0) void reply.header('access-control-allow-origin', '*')
  return reply.header('allow', allowOf(snapshot, schema, target.name)).send()
}

function send(reply: FastifyReply, { status, headers, body }: RestResponse): FastifyReply {
  const vary = reply.getHeader('vary') // CORS may have said already by what the answer varies: both hold.
  void reply.code(status).headers(headers)
  if (vary !== undefined) reply.header('vary', [vary, headers['vary']].flat().join(', '))
  return body === null ? reply.send() : reply.send(bodyBeside(headers, body))
}

/** Whether the client has gone, asked rather than told: nothing to register for, nothing to forget. */
class ClientSignal {
  readonly #reply: FastifyReply

  constructor(reply: FastifyReply) {
    this.#reply = reply
  }

  get aborted(): boolean {
    const { raw } = this.#reply
    return raw.destroyed && !raw.writableFinished
  }
}
