import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Cost } from '../../../capabilities/limiter/index.ts'
import { expose } from '../cors.ts'
import type { Asked, Guard } from './guard.ts'
import type { Destination } from './subject.ts'
import type { Outcome, Sought, Visit } from './visit.ts'

/** What a route lets the guard know. Without it, nobody is stopped: health, for example. */
export interface RouteGuard {
  /** Whether it matters who asks, or only from where. Default: what `needsCaller` says, or nobody's name. */
  readonly needsCaller: boolean
  /** What the URL stands for. Default: the route as it was registered. */
  readonly destinationOf?: (url: string) => Destination
  /** What it will cost, as far as the URL says it. Default: one request. */
  readonly costIn?: (url: string) => Cost
  /** The one value that is looked for. Default: none. */
  readonly soughtIn?: (url: string) => Sought | undefined
}

declare module 'fastify' {
  interface FastifyContextConfig {
    guard?: RouteGuard
  }
  interface FastifyRequest {
    /** What the guard knows of it. Undefined: it was not stopped. */
    visit: Visit | undefined
    /** Tells the guard of an answer that is there as a whole. Throws ST430 where it is not to be sent. */
    handOver(answer: WholeAnswer): void
  }
}

/** An answer before it is sent. */
export interface WholeAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body: string | Buffer | null
}

/** Answers that wait at once: those beyond it do not, or the tarpit would hold us rather than them. */
const DELAYED_MAX = 200
/** Stands for an answer that nobody has waited for, as in nginx. */
const GONE = 499
/** What no route is registered for. */
const NOWHERE: RouteGuard = Object.freeze({
  needsCaller: false,
  destinationOf: (url: string) => ({ endpoint: pathOf(url) }),
})

/** Puts the guard before every route that has something to guard, and before those that do not exist. */
export function putGuard(app: FastifyInstance, current: () => Guard | undefined): void {
  app.decorateRequest('visit', undefined)
  app.decorateRequest('handOver', function (this: FastifyRequest, answer: WholeAnswer) {
    const { visit } = this
    if (visit?.isRead !== true) return
    const sought = routeGuardOf(this)?.soughtIn?.(this.raw.url ?? '/')
    const refusal = current()?.handOver(visit, { ...amountOf(answer), sought })
    if (refusal !== undefined) throw refusal
  })
  const delay = createDelay()

  app.addHook('onRequest', (request, reply, done) => {
    const guard = current()
    const route = routeGuardOf(request)
    if (guard === undefined || route === undefined) return done()
    try {
      const visit = guard.arrive(request.raw, askedOf(request, route))
      request.visit = visit
      reply.raw.once('close', () => {
        if (!visit.hasLeft) guard.leave(visit, outcomeOf(request, reply, route))
      })
      const waiting = pass(guard, visit, route, request)
      const go = () => {
        guard.look(visit, request.raw.url ?? '/')
        tellLimits(guard, visit, reply)
        delay(reply, guard.delayOf(visit), done)
      }
      if (waiting === undefined) go()
      else waiting.then(go, done)
    } catch (error) {
      done(error as Error)
    }
  })
}

function pass(
  guard: Guard,
  visit: Visit,
  { needsCaller }: RouteGuard,
  request: FastifyRequest,
): Promise<void> | void {
  if (!needsCaller || request.method === 'OPTIONS') return guard.admit(visit)
  const identified = guard.identify(visit)
  const admit = () => {
    request.identity = visit.identity
    return guard.admit(visit)
  }
  return identified === undefined ? admit() : identified.then(admit)
}

function routeGuardOf({ is404, routeOptions }: FastifyRequest): RouteGuard | undefined {
  return is404 ? NOWHERE : routeOptions.config.guard
}

function askedOf({ raw, routeOptions }: FastifyRequest, route: RouteGuard): Asked {
  const { url = '/' } = raw
  const destination = route.destinationOf?.(url) ?? { endpoint: routeOptions.url ?? '/' }
  return { destination, cost: route.costIn?.(url) }
}

function tellLimits(guard: Guard, visit: Visit, reply: FastifyReply): void {
  const headers = guard.headersOf(visit)
  if (headers['ratelimit'] === undefined) return
  void reply.headers(headers)
  expose(reply, headers)
}

function outcomeOf(request: FastifyRequest, reply: FastifyReply, route: RouteGuard): Outcome {
  if (!reply.raw.writableFinished) return { status: GONE }
  const bytes = Number(reply.getHeader('content-length') ?? 0)
  const { statusCode: status } = reply
  const rows = rowsIn(reply.getHeader('content-range'))
  const isTold = request.visit?.isToldOf === true
  const sought = isTold ? undefined : route.soughtIn?.(request.raw.url ?? '/')
  return { status, rows, bytes, sought }
}

function amountOf({ status, headers, body }: WholeAnswer): Outcome {
  const bytes = body === null ? 0 : Buffer.byteLength(body)
  return { status, rows: rowsIn(headers['content-range']), bytes }
}

/** Of `0-24/300`; of `*` and a number: none. */
export function rowsIn(range: unknown): number | undefined {
  if (typeof range !== 'string') return undefined
  const [, first, last] = /^(\d+)-(\d+)\//.exec(range) ?? []
  return first === undefined ? 0 : Number(last) - Number(first) + 1
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? ''
}

/** Lets an answer wait, unless many do, and not for a client that has gone. */
function createDelay(): (reply: FastifyReply, delayMs: number, go: () => void) => void {
  let delayed = 0
  return (reply, delayMs, go) => {
    if (delayMs === 0 || delayed >= DELAYED_MAX) return go()
    delayed++
    const end = () => {
      delayed--
      clearTimeout(timer)
      reply.raw.off('close', end)
      go()
    }
    const timer = setTimeout(end, delayMs)
    reply.raw.once('close', end)
  }
}
