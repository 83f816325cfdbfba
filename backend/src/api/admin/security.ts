import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { bannedNetworks, type SecurityMonitor } from '../../capabilities/security/index.ts'
import {
  type Change,
  type Operators,
  UnknownPathError,
  UnsupportedMethodError,
} from '../http/index.ts'
import { admit, admitChange, type Guard } from './admission.ts'
import { keepPrivate, sendJson } from './answer.ts'
import { UnknownMeasureError } from './errors.ts'
import { readBanOrder } from './ban-order.ts'

/** What is told of limits and of security, and what can be changed. */
export interface SecurityServices extends Pick<Guard, 'reach'> {
  /** Hears of those who try, and of what they change. Undefined: nobody does. */
  readonly operators?: Operators | undefined
  /** `http.adminToken`, at this moment. Undefined: what is told needs none, and nothing can be changed. */
  readonly token: () => string | undefined
  /** Limits, at this moment. */
  readonly limits: () => unknown
  /** What was asked for and what validation made of it, at this moment. */
  readonly validation: () => unknown
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
  validation: '/metrics/validation',
  security: '/metrics/security',
  bans: '/security/bans',
  alerts: '/security/alerts',
  timeline: '/security/timeline',
  heartbeat: '/security/heartbeat',
  bannedNetworks: '/security/bans/networks',
})

type Method = 'GET' | 'POST' | 'DELETE'
type Handler = (request: FastifyRequest, reply: FastifyReply) => FastifyReply

/** In the records of what was changed: whoever has the token is one and the same here. */
const BY = 'admin'
/** What is changed here. */
const BANS = 'security.bans'

/**
 * `/metrics/limits`, `/metrics/validation`, `/metrics/security` and `/security/…`: what was noticed, who is refused for it, and letting them in again.
 * Reading is for whom the other reports are for, changing always needs `http.adminToken`. Refuses with ST301, ST435, ST436
 * and PGRST125.
 */
export function registerSecurity(app: FastifyInstance, services: SecurityServices): void {
  const { reach, limits, validation, security, monitor, operators } = services
  const {
    limits: limitsPath,
    validation: validationPath,
    security: securityPath,
    ...paths
  } = SECURITY_PATHS

  function serve(path: string, handlers: Partial<Record<Method, Handler>>): void {
    const known = Object.keys(handlers) as Method[]
    const allow = known.map(method => (method === 'GET' ? 'GET, HEAD' : method)).join(', ')
    const guard = (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
      keepPrivate(reply)
      const { headers, socket, method } = request
      const asked = { headers, remoteAddress: socket.remoteAddress }
      const isChange = known.includes(method as Method) && method !== 'GET'
      ;(isChange ? admitChange : admit)(asked, path, { token: services.token(), reach, operators })
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

  function changes({ headers, socket }: FastifyRequest, change: Change): void {
    const asked = { headers, remoteAddress: socket.remoteAddress }
    operators?.changes(asked, 'http.adminToken', change)
  }

  serve(limitsPath, { GET: (request, reply) => sendJson(request, reply, limits()) })
  serve(validationPath, { GET: (request, reply) => sendJson(request, reply, validation()) })
  serve(securityPath, { GET: (request, reply) => sendJson(request, reply, security()) })
  serve(paths.bans, {
    GET: (request, reply) => sendJson(request, reply, { bans: monitor()?.measures() ?? [] }),
    POST(request, reply) {
      const watched = monitor()
      if (watched === undefined)
        throw new UnknownPathError(paths.bans, 'security.enabled is false.')
      const order = readBanOrder(request.body)
      changes(request, { name: BANS, detail: `${order.user ?? ''} ${order.ip ?? ''} is banned` })
      const ban = watched.ban(order, BY)
      return sendJson(request, reply.code(201), ban)
    },
  })
  serve(paths.bannedNetworks, {
    GET({ raw }, reply) {
      const withLogin = /[?&]login(?:[=&]|$)/.test(raw.url ?? '')
      const networks = bannedNetworks(monitor()?.measures() ?? [], { withLogin })
      const text = networks.map(network => `${network}\n`).join('')
      return reply.type('text/plain; charset=utf-8').send(text)
    },
  })
  serve(`${paths.bans}/:id`, {
    DELETE(request, reply) {
      const { id } = request.params as { readonly id: string }
      const watched = monitor()
      const measure = watched?.measures().find(one => one.id === id)
      if (measure === undefined) throw new UnknownMeasureError(id)
      changes(request, { name: BANS, detail: `the ${measure.kind} of ${measure.rule} is undone` })
      watched?.undo(id, BY)
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
