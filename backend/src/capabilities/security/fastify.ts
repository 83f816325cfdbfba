import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'
import { BannedError } from './errors.ts'
import { createSecurityMonitor, type SecuritySetup } from './monitor.ts'
import type { SecurityMonitor } from './monitor-types.ts'
import type { Measure, Response, SecurityEvent } from './types.ts'

/** What a route says of itself. */
export interface RouteSecurity {
  /** Somebody is let in here: who they say they are. Bans of logins hold for it. */
  readonly login: (request: FastifyRequest) => string | undefined
}

/** An event without what the request says itself. */
export type ToldOfRequest = Omit<SecurityEvent, 'atMs' | 'ip' | 'route'>

declare module 'fastify' {
  interface FastifyInstance {
    security: SecurityMonitor
  }
  interface FastifyRequest {
    /** Tells the monitor something about this request. Throws ST430 where it is to be refused now. */
    tellSecurity(event: ToldOfRequest): Response
  }
  interface FastifyContextConfig {
    security?: RouteSecurity
  }
}

export interface SecurityPluginOptions {
  /** One that is there already; it is not started and stopped here. Default: a new one. */
  readonly monitor?: SecurityMonitor
  /** For a new one. */
  readonly setup?: SecuritySetup
  /** Who a request is of, once its hooks have found out. Default: nobody is known. */
  readonly userOf?: (request: FastifyRequest) => string | undefined
}

/** Answers that wait in a tarpit at once: those beyond it do not, or the tarpit would hold us and not them. */
const WAITING_MAX = 200
const NAME_LENGTH_MAX = 200

/**
 * `app.register(securityPlugin)` gives `app.security`, and `request.tellSecurity` to its handlers. Who is banned is refused before any
 * work, 403 as `application/problem+json`; routes that do not exist are told; a route that lets somebody in says so:
 *
 * ```ts
 * app.post('/login', { config: { security: { login: request => request.body.user } } }, handler)
 * ```
 *
 * Addresses are Fastify's `request.ip`: behind a proxy set its `trustProxy`.
 */
export const securityPlugin: FastifyPluginCallback<SecurityPluginOptions> = (
  app,
  { monitor, setup, userOf },
  done,
) => {
  const security = monitor ?? createSecurityMonitor(setup)
  const tarpit = createTarpit()
  app.decorate('security', security)
  app.decorateRequest('tellSecurity', function (this: FastifyRequest, event: ToldOfRequest) {
    const response = security.tell(eventOf(this, event))
    if (response.kind === 'ban') throw bannedBy(response.measure)
    return response
  })
  if (monitor === undefined) {
    app.addHook('onReady', () => security.start())
    app.addHook('onClose', () => security.stop())
  }

  app.addHook('onRequest', async (request, reply) => {
    const ban = security.banOf(request.ip) ?? (request.is404 ? told(request) : undefined)
    if (ban !== undefined) return refuse(reply, ban)
    await tarpit(reply, security.tarpitOf(request.ip))
  })

  /** An unknown route may be the one that is too many. */
  function told(request: FastifyRequest): Measure | undefined {
    const [path = ''] = request.url.split('?', 1)
    const name = path.slice(0, NAME_LENGTH_MAX)
    const response = security.tell(eventOf(request, { kind: 'route.unknown', name, status: 404 }))
    return response.kind === 'ban' ? response.measure : undefined
  }

  app.addHook('preHandler', async (request, reply) => {
    const user = userOf?.(request)
    const login = request.routeOptions.config.security?.login
    const ban =
      (user === undefined ? undefined : security.banOf(request.ip, user)) ??
      (login === undefined ? undefined : security.loginBanOf(request.ip, login(request)))
    if (ban !== undefined) return refuse(reply, ban)
    await tarpit(reply, user === undefined ? 0 : security.tarpitOf(request.ip, user))
  })
  done()
}

/** Not only for the plugins inside this one: what the package fastify-plugin does. */
Object.assign(securityPlugin, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 's-tier-security',
})

function eventOf(request: FastifyRequest, event: ToldOfRequest): SecurityEvent {
  const { ip, method, routeOptions } = request
  const route = routeOptions.url === undefined ? undefined : `${method} ${routeOptions.url}`
  return { ...event, atMs: Date.now(), ip, route }
}

function bannedBy({ untilMs }: Measure): BannedError {
  return new BannedError(untilMs - Date.now())
}

/** RFC 9457. */
function refuse(reply: FastifyReply, ban: Measure): FastifyReply {
  const { status, code, message, hint, headers } = bannedBy(ban)
  return reply
    .code(status)
    .headers(headers)
    .type('application/problem+json')
    .send(JSON.stringify({ title: message, status, code, detail: hint }))
}

/** Lets an answer wait, unless many do, and not for a client that has gone. */
function createTarpit(): (reply: FastifyReply, delayMs: number) => Promise<void> {
  let waiting = 0
  return async (reply, delayMs) => {
    if (delayMs === 0 || waiting >= WAITING_MAX) return
    waiting++
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, delayMs)
      reply.raw.once('close', () => {
        clearTimeout(timer)
        resolve()
      })
    })
    waiting--
  }
}
