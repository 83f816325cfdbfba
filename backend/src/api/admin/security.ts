import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { SecurityMonitor } from '../../capabilities/security/index.ts'
import { UnknownPathError, UnsupportedMethodError } from '../http/index.ts'
import { admit, admitChange, type Guard } from './admission.ts'
import { keepPrivate, sendJson } from './answer.ts'
import { UnknownMeasureError } from './errors.ts'
import { readBanOrder } from './ban-order.ts'

/** What is told of limits and of security, and what can be changed. */
export interface SecurityServices extends Pick<Guard, 'reach'> {
  /** `http.adminToken`, at this moment. Undefined: what is told needs none, and nothing can be changed. */
  readonly token: () => string | undefined
  /** Limits, at this moment. */
  readonly limits: () => unknown
  /** What was noticed, at this moment. */
  readonly security: () => unknown
  /** Undefined: it is switched off. */
  readonly monitor: () => WatchedMonitor | undefined
  /** Sends a heartbeat to all channels. */
  readonly beat: () => void
}

export type WatchedMonitor = Pick<
  SecurityMonitor,
  'measures' | 'ban' | 'undo' | 'alerts' | 'timeline'
>

export const SECURITY_PATHS = Object.freeze({
  limits: '/metrics/limits',
  security: '/metrics/security',
  bans: '/security/bans',
  alerts: '/security/alerts',
  timeline: '/security/timeline',
  heartbeat: '/security/heartbeat',
})

type Method = 'GET' | 'POST' | 'DELETE'
type Handler = (request: FastifyRequest, reply: FastifyReply) => FastifyReply

/** In the records of what was changed: whoever has the token is one and the same here. */
const BY = 'admin'

/**
 * `/metrics/limits`, `/metrics/security` and `/security/…`: what was noticed, who is refused for it, and letting them in again.
 * Reading is for whom the other reports are for, changing always needs `http.adminToken`. Refuses with ST301, ST435, ST436
 * and PGRST125.
 */
export function registerSecurity(app: FastifyInstance, services: SecurityServices): void {
  const { reach, limits, security, monitor } = services
  const { limits: limitsPath, security: securityPath, ...paths } = SECURITY_PATHS

  function serve(path: string, handlers: Partial<Record<Method, Handler>>): void {
    const known = Object.keys(handlers) as Method[]
    const allow = known.map(method => (method === 'GET' ? 'GET, HEAD' : method)).join(', ')
    const guard = (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
      keepPrivate(reply)
      const { headers, socket, method } = request
      const asked = { headers, remoteAddress: socket.remoteAddress }
      const isChange = known.includes(method as Method) && method !== 'GET'
      ;(isChange ? admitChange : admit)(asked, path, { token: services.token(), reach })
      done()
    }
    for (const method of known) {
      const handler = handlers[method]
      if (handler !== undefined) app.route({ method, url: path, onRequest: guard, handler })
    }
    app.route({
      method: (['POST', 'PUT', 'PATCH', 'DELETE'] as const).filter(
        method => !known.includes(method as Method),
      ),
      url: path,
      onRequest: guard,
      handler(request) {
        throw new UnsupportedMethodError(request.method, allow)
      },
    })
  }

  serve(limitsPath, { GET: (request, reply) => sendJson(request, reply, limits()) })
  serve(securityPath, { GET: (request, reply) => sendJson(request, reply, security()) })
  serve(paths.bans, {
    GET: (request, reply) => sendJson(request, reply, { bans: monitor()?.measures() ?? [] }),
    POST(request, reply) {
      const watched = monitor()
      if (watched === undefined)
        throw new UnknownPathError(paths.bans, 'security.enabled is false.')
      const ban = watched.ban(readBanOrder(request.body), BY)
      return sendJson(request, reply.code(201), ban)
    },
  })
  serve(`${paths.bans}/:id`, {
    DELETE(request, reply) {
      const { id } = request.params as { readonly id: string }
      if (monitor()?.undo(id, BY) !== true) throw new UnknownMeasureError(id)
      return reply.code(204).send()
    },
  })
  serve(paths.alerts, {
    GET: (request, reply) => sendJson(request, reply, { alerts: monitor()?.alerts() ?? [] }),
  })
  serve(paths.timeline, {
    GET: (request, reply) =>
      sendJson(request, reply, { records: monitor()?.timeline(aboutOf(request)) ?? [] }),
  })
  serve(paths.heartbeat, {
    POST(_request, reply) {
      services.beat()
      return reply.code(202).send()
    },
  })
}

/** The query string is not parsed by the app. */
function aboutOf({ raw }: Pick<FastifyRequest, 'raw'>): { ip?: string; user?: string } {
  const [, query = ''] = (raw.url ?? '').split('?', 2)
  const asked = new URLSearchParams(query)
  const [ip, user] = [asked.get('ip'), asked.get('user')]
  return { ...(ip === null ? {} : { ip }), ...(user === null ? {} : { user }) }
}
