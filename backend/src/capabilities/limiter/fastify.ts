import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'
import type { Decision } from './decision.ts'
import { errorOf } from './errors.ts'
import type { LimitHeaders } from './headers.ts'
import { createLimiter, type Limiter, type LimiterSetup } from './limiter.ts'
import { type Attributes, AttributeSources, RequestSubject } from './request-subject.ts'
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
  const sources = new AttributeSources(attributes)
  /** What answers have cost beyond what is seen here. */
  const told = new WeakMap<FastifyReply, Cost>()
  app.decorate('limiter', limits)
  app.decorateRequest('limitSubject', {
    getter(this: FastifyRequest) {
      return new RequestSubject(this, sources)
    },
  })
  app.decorateReply('tellCost', function (this: FastifyReply, cost: Cost) {
    const decision = decisionOf(this)
    if (decision === undefined) return this
    const before = told.get(this)
    told.set(this, { ...before, ...cost })
    if (before === undefined) settleAtEnd(this, decision)
    return this
  })
  app.decorateReply(DECISION, undefined)
  /** Comes once, whether it was answered or the client has gone. Asked for twice, the second settles nothing. */
  const settleAtEnd = (reply: FastifyReply, decision: Decision): void => {
    reply.raw.once('close', () => limits.settle(decision, realCost(reply, told.get(reply))))
  }
  const shed = (subject: Subject): Refusal | undefined => {
    const tenant = subject.attribute('user') ?? subject.attribute('ip')
    return limits.shed(limits.priorityOf(subject), tenant)
  }
  const follow = (reply: FastifyReply, decision: Decision, next: () => void): void => {
    tellLimits(reply, limits.headersOf(decision))
    if (decision.refusal !== undefined) return void refuse(reply, decision.refusal)
    keepDecision(reply, decision)
    if (decision.isSettledLater) settleAtEnd(reply, decision)
    next()
  }
  app.addHook('onRoute', route => routes.add(route))
  app.addHook('onReady', async () => {
    if (routes.size > 0) limits.setRules({ ...limits.rules, ...routes.rules })
    if (limiter === undefined) await limits.start()
  })
  if (limiter === undefined) app.addHook('onClose', () => limits.stop())
  app.addHook(hook, (request: FastifyRequest, reply: FastifyReply, next: () => void) => {
    const subject = new RequestSubject(request, sources)
    if (routes.haveExempt && subject.route.config.limit === false) return next()
    const overload = limits.isShedding ? shed(subject) : undefined
    if (overload !== undefined) return void refuse(reply, overload)
    const decided = limits.decide(subject)
    if (decided instanceof Promise) void decided.then(decision => follow(reply, decision, next))
    else follow(reply, decided, next)
  })
  done()
}

/** Not only for the plugins inside this one: what the package fastify-plugin does. */
Object.assign(limiterPlugin, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 's-tier-limiter',
})

/** Of a request that was let in. */
const DECISION = Symbol('s-tier.limiter.decision')

interface Decided {
  [DECISION]?: Decision
}

function decisionOf(reply: FastifyReply): Decision | undefined {
  return (reply as Decided)[DECISION]
}

function keepDecision(reply: FastifyReply, decision: Decision): void {
  ;(reply as Decided)[DECISION] = decision
}

/** One by one: whoever loops over them loads and stores by names that V8 cannot know. */
function tellLimits(reply: FastifyReply, headers: LimitHeaders): void {
  const { ratelimit, 'ratelimit-policy': policy } = headers
  if (policy !== undefined) reply.header('ratelimit-policy', policy)
  if (ratelimit !== undefined) reply.header('ratelimit', ratelimit)
}

function realCost(reply: FastifyReply, told: Cost | undefined): Cost {
  const bytes = Number(reply.getHeader('content-length') ?? 0)
  return { bytes: Number.isFinite(bytes) ? bytes : 0, ...told }
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
