import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'
import type { Decision } from './decision.ts'
import { errorOf } from './errors.ts'
import { createLimiter, type Limiter, type LimiterSetup } from './limiter.ts'
import { type Attributes, RequestSubject } from './request-subject.ts'
import { type RouteLimit, RouteRules } from './route-rules.ts'
import type { Cost, Refusal, Subject } from './types.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The limits of this server: for its routes, and for what else it counts. */
    limiter: Limiter
  }
  interface FastifyRequest {
    /** Who asks: for `app.limiter.decide`, where one connection asks many things. */
    limitSubject: Subject
  }
  interface FastifyReply {
    /** What this answer has cost beyond what the plugin sees itself: rows, for example. */
    tellCost(cost: Cost): FastifyReply
  }
  interface FastifyContextConfig {
    /** A limit of this route alone, beside the others. False: no limit holds for it. */
    limit?: RouteLimit | false
  }
}

export interface LimiterPluginOptions {
  /** The one that is there already; who made it starts and stops it. Default: a new one. */
  readonly limiter?: Limiter
  /** For a new one. */
  readonly setup?: LimiterSetup
  /** What rules may ask for beside `ip`, `method`, `endpoint` and `apiKey`: `user`, for example. */
  readonly attributes?: Attributes
  /** When it is decided: `onRequest`, before all else, or `preHandler`, when it is known who asks. Default `onRequest`. */
  readonly hook?: 'onRequest' | 'preHandler'
}

/**
 * `app.register(limiterPlugin, { setup: { rules } })` holds all requests to the rules, and each route to its own:
 *
 * ```ts
 * app.post('/login', { config: { limit: { limit: 5, windowMs: 60_000, per: ['ip'] } } }, handler)
 * ```
 *
 * Refused is 429 as `application/problem+json`, with `Retry-After`. Register it before the routes.
 */
export const limiterPlugin: FastifyPluginCallback<LimiterPluginOptions> = (
  app,
  { limiter, setup, attributes = {}, hook = 'onRequest' },
  done,
) => {
  const limits = limiter ?? createLimiter(setup)
  const routes = new RouteRules()
  const decisions = new WeakMap<FastifyReply, Deciding>()
  app.decorate('limiter', limits)
  app.decorateRequest('limitSubject', {
    getter(this: FastifyRequest) {
      return new RequestSubject(this, attributes)
    },
  })
  app.decorateReply('tellCost', function (this: FastifyReply, cost: Cost) {
    const deciding = decisions.get(this)
    if (deciding !== undefined) deciding.cost = { ...deciding.cost, ...cost }
    return this
  })
  app.addHook('onRoute', route => routes.add(route))
  app.addHook('onReady', async () => {
    if (routes.size > 0) limits.setRules({ ...limits.rules, ...routes.rules })
    if (limiter === undefined) await limits.start()
  })
  if (limiter === undefined) app.addHook('onClose', () => limits.stop())
  app.addHook(hook, (request: FastifyRequest, reply: FastifyReply, next: () => void) => {
    if (request.routeOptions.config.limit === false) return next()
    const subject = request.limitSubject
    const tenant = subject.attribute('user') ?? subject.attribute('ip')
    const overload = limits.shed(limits.priorityOf(subject), tenant)
    if (overload !== undefined) return void refuse(reply, overload)
    const decided = limits.decide(subject)
    const follow = (decision: Decision): void => {
      reply.headers(limits.headersOf(decision))
      if (decision.refusal !== undefined) return void refuse(reply, decision.refusal)
      const deciding: Deciding = { cost: {} }
      decisions.set(reply, deciding)
      // Comes once, whether it was answered or the client has gone.
      reply.raw.once('close', () => limits.settle(decision, realCost(reply, deciding)))
      next()
    }
    if (decided instanceof Promise) void decided.then(follow)
    else follow(decided)
  })
  done()
}

/** Not only for the plugins inside this one: what the package fastify-plugin does. */
Object.assign(limiterPlugin, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 's-tier-limiter',
})

interface Deciding {
  cost: Cost
}

function realCost(reply: FastifyReply, { cost }: Deciding): Cost {
  const bytes = Number(reply.getHeader('content-length') ?? 0)
  return { bytes: Number.isFinite(bytes) ? bytes : 0, ...cost }
}

/** RFC 9457. */
function refuse(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { status, code, message, details, hint, headers } = errorOf(refusal)
  return reply
    .code(status)
    .headers(headers)
    .type('application/problem+json')
    .send(JSON.stringify({ title: message, status, code, detail: details ?? hint }))
}
