import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { bodyBeside, type RouteGuard, UnsupportedMethodError } from '../http/index.ts'
import { allowOf, allowOfFunction } from './info.ts'
import { call } from './call/call.ts'
import { costIn, destinationOf, soughtIn } from './destination.ts'
import type { RestInput } from './input.ts'
import { read } from './read/read.ts'
import { besideCors, type RestResponse } from './response.ts'
import { root } from './root.ts'
import type { RestServices } from './services.ts'
import { splitUrl, type Target, targetOf } from './target.ts'
import { write } from './write/write.ts'
import { profileOf } from './understood.ts'
import { unpacked } from './validation/body-limits.ts'
import { type Judge, judgeFor } from './validation/judge.ts'
import { remarksOf } from './validation/remarks.ts'

/** Every method is routed, so that an unknown one is answered in PostgREST's words. */
const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE']
const READABLE = 'OPTIONS, GET, HEAD'

/** Serves the dialect below `rest.prefix`. A request keeps the services that are current when it comes. */
export function registerRest(app: FastifyInstance, current: () => RestServices): void {
  const { prefix } = current().rules.rest
  const handler = (request: FastifyRequest, reply: FastifyReply) =>
    answerRest(request, reply, current())
  const urls = prefix === '/' ? ['/', '/*'] : [prefix, `${prefix}/`, `${prefix}/*`]
  const config = { guard: restGuard(prefix) }
  for (const url of urls) app.route({ method: METHODS, url, config, handler })
}

/** How the guard sees requests of the dialect. */
export function restGuard(prefix: string): RouteGuard {
  return {
    needsCaller: true,
    destinationOf: url => destinationOf(url, prefix),
    costIn,
    soughtIn: url => soughtIn(url, prefix),
  }
}

/** One request of the dialect, for a route that hands it on. */
export async function answerRest(
  request: FastifyRequest,
  reply: FastifyReply,
  services: RestServices,
): Promise<FastifyReply> {
  const { path, queryString } = splitUrl(request.raw.url ?? '/')
  const target = targetFor(request, path, services)
  if (request.method === 'OPTIONS') return describe(request, reply, target, services)
  const identity = request.identity ?? (await services.identity.identify(request.headers))
  request.identity = identity
  const route = routeOf(request.method, target)
  const judge = judgeFor(services.rules.validation, route)
  const input = {
    method: request.method,
    name: target.kind === 'root' ? '' : target.name,
    path,
    queryString,
    headers: request.headers,
    body: request.body as Buffer | undefined, // The app reads every body as bytes.
    identity,
    signal: new ClientSignal(reply),
    judge,
  }
  const { tally } = services
  try {
    const asked =
      request.headers['content-encoding'] === undefined ? input : await unpacked(input, judge.rules)
    const response = await verbOf(target, asked)(asked, counting(services, request))
    remark(request, judge, response.status)
    request.handOver(response)
    tally?.answered(route, undefined, judge.watched)
    return await send(reply, response)
  } catch (error) {
    if (request.visit?.isToldOf !== true) remark(request, judge, undefined)
    tally?.answered(route, error, judge.watched)
    throw error
  }
}

/** What the guard tells the monitor beside how it ended. To who has the answer already nothing is shown. */
function remark({ visit }: FastifyRequest, judge: Judge, status: number | undefined): void {
  if (visit === undefined) return
  const remarks = remarksOf(judge)
  const isShown = status !== undefined && status < 300
  visit.remarks = isShown ? remarks : remarks.filter(({ kind }) => kind !== 'read.personal')
}

/** Throws PGRST125. */
function targetFor({ method }: FastifyRequest, path: string, services: RestServices): Target {
  try {
    return targetOf(path, services.rules.rest.prefix)
  } catch (error) {
    services.tally?.answered(`${method} ${path}`, error, [])
    throw error
  }
}

/** What is written into `validation.routes`. */
function routeOf(method: string, target: Target): string {
  const verb = method === 'HEAD' ? 'GET' : method
  if (target.kind === 'root') return `${verb} /`
  return target.kind === 'function' ? `${verb} /rpc/${target.name}` : `${verb} /${target.name}`
}

/** Where a limit counts what requests cost the database, this one is found out to. */
function counting(services: RestServices, { visit }: FastifyRequest): RestServices {
  const { costs, executor } = services
  if (costs?.isCounted !== true || visit?.countsPlanCost !== true) return services
  return { ...services, executor: costs.counted(executor, visit) }
}

type Verb = (input: RestInput, services: RestServices) => Promise<RestResponse>

/** What a request wants of a relation, a function or the root. Throws PGRST117. */
export function verbOf(target: Target, { method }: Pick<RestInput, 'method'>): Verb {
  if (target.kind === 'root') return root
  if (target.kind === 'function') return call
  if (method === 'GET' || method === 'HEAD') return read
  if (isWrite(method)) return write
  throw new UnsupportedMethodError(method, 'OPTIONS, GET, HEAD, POST, PUT, PATCH, DELETE')
}

function isWrite(method: string): boolean {
  return ['POST', 'PUT', 'PATCH', 'DELETE'].includes(method)
}

/** OPTIONS without a preflight's headers: what may be done here. */
function describe(
  request: FastifyRequest,
  reply: FastifyReply,
  target: Target,
  { catalog, rules }: RestServices,
): FastifyReply {
  if (target.kind === 'root') return reply.header('allow', READABLE).send()
  const snapshot = catalog()
  const { schema } = profileOf('GET', request.headers, snapshot)
  if (rules.http.corsOrigins.length === 0) void reply.header('access-control-allow-origin', '*')
  const allowed = target.kind === 'function' ? allowOfFunction : allowOf
  return reply.header('allow', allowed(snapshot, schema, target.name)).send()
}

function send(reply: FastifyReply, { status, headers, body }: RestResponse): FastifyReply {
  const vary = reply.getHeader('vary')
  void reply.code(status).headers(besideCors(headers, vary === undefined ? vary : String(vary)))
  exposeCaching(reply, headers)
  return body === null ? reply.send() : reply.send(bodyBeside(reply.getHeaders(), body))
}

/** To pages of another origin, where there is a cache. Without one, CORS names the headers that PostgREST names. */
function exposeCaching(reply: FastifyReply, { 'cache-status': status }: RestResponse['headers']) {
  if (status === undefined) return
  const exposed = reply.getHeader('access-control-expose-headers')
  if (exposed === undefined) return
  reply.header('access-control-expose-headers', `${String(exposed)}, Age, Cache-Status, ETag`)
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
