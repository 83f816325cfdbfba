import type {
  FastifyInstance,
  FastifyPluginCallback,
  FastifyReply,
  FastifyRequest,
  RouteOptions,
} from 'fastify'
import { type Breakers, type BreakersSetup, createBreakers } from './breakers.ts'
import type { Chaos } from './chaos.ts'
import { RefusedError } from './errors.ts'
import type { Ending } from './gate.ts'
import type { BreakerOptions } from './options.ts'

/** What a route says of its breaker. */
export interface RouteBreaker extends BreakerOptions {
  readonly name: string
  /** Answers instead while it refuses; what it sends is not judged. Default: 503 as `application/problem+json`. */
  readonly fallback?: (request: FastifyRequest, reply: FastifyReply, error: RefusedError) => unknown
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The breakers of this server, by name: for routes and for its own calls elsewhere. */
    breakers: Breakers
  }
  interface FastifyContextConfig {
    /** The breaker that stands before this route's handler. */
    breaker?: string | RouteBreaker
  }
}

export interface BreakersPluginOptions {
  /** Those that are there already. Default: new ones. */
  readonly breakers?: Breakers
  /** For new ones. */
  readonly setup?: BreakersSetup
  /** Experiments whose target is the URL of a route, as it was registered; its breaker judges them. Default: none. */
  readonly chaos?: Pick<Chaos, 'disturb'>
}

/**
 * `app.register(breakersPlugin)` gives `app.breakers`, and a breaker to each route that asks for one:
 *
 * ```ts
 * app.get('/reports', { config: { breaker: 'reports' } }, handler)
 * ```
 *
 * Routes of the same name share it. An answer of 500 and more is a failure, except 501; any other is a success; a client that
 * went away before the answer is neither. Register it before the routes.
 */
export const breakersPlugin: FastifyPluginCallback<BreakersPluginOptions> = (
  app,
  { breakers, setup, chaos },
  done,
) => {
  const known = breakers ?? createBreakers(setup)
  app.decorate('breakers', known)
  app.addHook('onRoute', route => guard(route, known, chaos))
  if (chaos !== undefined) {
    app.addHook('preHandler', async ({ routeOptions: { url = '', config } }) => {
      if (config.breaker === undefined) await chaos.disturb(url)
    })
  }
  done()
}

/** Not only for the plugins inside this one: what the package fastify-plugin does. */
Object.assign(breakersPlugin, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 's-tier-breakers',
})

function guard(
  route: RouteOptions,
  breakers: Breakers,
  chaos: BreakersPluginOptions['chaos'],
): void {
  const asked = route.config?.breaker
  if (asked === undefined) return
  const { name, fallback, ...options } = typeof asked === 'string' ? { name: asked } : asked
  const { handler } = route

  // Not asynchronous by itself: a handler that answers later returns nothing, and so must this.
  route.handler = function (this: FastifyInstance, request, reply): unknown {
    const breaker = breakers.get(name, options)
    try {
      const permit = breaker.enter()
      // Comes once, whether it was answered or the client has gone; Fastify's own hooks miss one or the other.
      reply.raw.once('close', () => breaker.leave(permit, endingOf(reply), reply.elapsedTime))
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      return fallback === undefined ? refuse(reply, error) : fallback(request, reply, error)
    }
    const answer = () => handler.call(this, request, reply)
    // What goes wrong on purpose does so behind the breaker, like all else.
    return chaos?.disturb(route.url)?.then(async () => (await answer()) ?? reply) ?? answer()
  }
}

function endingOf({ raw, statusCode }: FastifyReply): Ending {
  if (!raw.writableEnded) return 'neutral' // The client has gone.
  return statusCode >= 500 && statusCode !== 501 ? 'failure' : 'success'
}

/** RFC 9457. */
function refuse(reply: FastifyReply, error: RefusedError): FastifyReply {
  const { status, code, message, hint } = error
  return reply
    .code(status)
    .headers(error.headers)
    .type('application/problem+json')
    .send(JSON.stringify({ title: message, status, code, detail: error.details ?? hint }))
}
