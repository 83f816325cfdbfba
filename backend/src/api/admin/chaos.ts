import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Chaos } from '../../capabilities/breaker/index.ts'
import type { Operators } from '../http/index.ts'
import { admitWithToken, type Reach } from './admission.ts'
import { keepPrivate, sendJson } from './answer.ts'
import { UnknownExperimentError } from './errors.ts'
import { readExperiment } from './experiment.ts'

/** What is disturbed, and by whom. */
export interface ChaosServices {
  readonly chaos: Pick<Chaos, 'start' | 'stop' | 'status'>
  /** What a request must bring: `chaos.token`. Undefined only where chaos is not enabled. */
  readonly token: string | undefined
  readonly reach: Reach
  /** Hears of those who try, and of what they change. Undefined: nobody does. */
  readonly operators?: Operators | undefined
  /** The names that an experiment can be about. */
  readonly targets: readonly string[]
}

/** Where experiments are begun, seen and ended. */
export const CHAOS_PATH = '/chaos'

interface OfOne {
  readonly Params: { readonly id: string }
}

/**
 * `POST /chaos` begins an experiment with a node (201 with its id), `GET` tells what is going on, `DELETE` ends all, and
 * `DELETE /chaos/<id>` one. For those who run the server, or programs of its machine, and always with the token. Refuses with
 * ST301, ST508, ST515, ST516, and with PGRST125 where nobody is served. Where chaos is not enabled, none of it is there.
 */
export function registerChaos(app: FastifyInstance, services: ChaosServices): void {
  const { chaos, token, reach, operators, targets } = services
  if (token === undefined || !chaos.status().isEnabled) return
  const guarded = { token, reach, operators }

  /** Before the body is read. */
  function guard(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    keepPrivate(reply)
    const { headers, socket } = request
    const { remoteAddress } = socket
    admitWithToken({ headers, remoteAddress }, CHAOS_PATH, guarded)
    done()
  }

  function changes({ headers, socket }: FastifyRequest, detail: string): void {
    const asked = { headers, remoteAddress: socket.remoteAddress }
    operators?.changes(asked, 'chaos.token', { name: 'chaos', detail })
  }

  app.route({
    method: 'GET',
    url: CHAOS_PATH,
    onRequest: guard,
    handler: (request, reply) => sendJson(request, reply, { ...chaos.status(), targets }),
  })
  app.route({
    method: 'POST',
    url: CHAOS_PATH,
    onRequest: guard,
    handler(request, reply) {
      const experiment = readExperiment(request.body, targets)
      changes(request, `${experiment.fault.kind} for ${experiment.target}`)
      const id = chaos.start(experiment, token)
      return sendJson(request, reply.code(201).header('location', `${CHAOS_PATH}/${id}`), { id })
    },
  })
  app.route({
    method: 'DELETE',
    url: CHAOS_PATH,
    onRequest: guard,
    handler(request, reply) {
      changes(request, 'all is ended')
      chaos.stop()
      return reply.code(204).send()
    },
  })
  app.route<OfOne>({
    method: 'DELETE',
    url: `${CHAOS_PATH}/:id`,
    onRequest: guard,
    handler(request, reply) {
      const { id } = request.params
      if (!chaos.status().experiments.some(one => one.id === id)) {
        throw new UnknownExperimentError(id)
      }
      changes(request, 'one is ended')
      chaos.stop(id)
      return reply.code(204).send()
    },
  })
}
