import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { UnsupportedMethodError } from '../http/index.ts'
import { admit, type Guard } from './admission.ts'
import { keepPrivate, sendJson } from './answer.ts'

/** What is told, and to whom. */
export interface MetricsServices extends Pick<Guard, 'reach' | 'operators'> {
  /** What a request must bring at this moment (`http.adminToken`). Undefined: nothing. */
  readonly token: () => string | undefined
  /** Connections, nodes and the budget of the fleet, at this moment. */
  readonly pool: () => unknown
  /** Circuit breakers, and the experiments with them, at this moment. */
  readonly circuits: () => unknown
  /** What the cache does, at this moment. */
  readonly cache: () => unknown
}

/** Where the reports are: below a path of their own, so that no relation is in the way. */
export const METRICS_PATHS = Object.freeze({
  pool: '/metrics/pool',
  circuits: '/metrics/circuits',
  cache: '/metrics/cache',
})

/**
 * `/metrics/pool`, `/metrics/circuits` and `/metrics/cache`: JSON for operators and their tools, `?pretty` for their eyes.
 * Answered without asking the database. Refuses with ST301 and PGRST125.
 */
export function registerMetrics(app: FastifyInstance, services: MetricsServices): void {
  const { reach, operators } = services
  for (const name of ['pool', 'circuits', 'cache'] as const) {
    const path = METRICS_PATHS[name]
    const ask = (request: FastifyRequest, reply: FastifyReply): void => {
      keepPrivate(reply)
      const { headers, socket } = request
      const { remoteAddress } = socket
      admit({ headers, remoteAddress }, path, { token: services.token(), reach, operators })
    }
    app.get(path, (request, reply) => {
      ask(request, reply)
      return sendJson(request, reply, services[name]())
    })
    app.route({
      method: ['POST', 'PUT', 'PATCH', 'DELETE'],
      url: path,
      handler(request, reply) {
        ask(request, reply)
        throw new UnsupportedMethodError(request.method, 'GET, HEAD')
      },
    })
  }
}
