import type { FastifyInstance } from 'fastify'

/** One thing that the server cannot serve without. */
export interface Check {
  readonly name: string
  readonly ok: boolean
  /** What is wrong, or what is known: never anything secret. */
  readonly detail: string
}

export interface HealthServices {
  /** Whether each thing needed is there, at this moment and without waiting. */
  readonly checks: () => readonly Check[]
}

/**
 * `/live`: the process answers. `/ready`: it can serve; 503 otherwise, and while it drains, so that load balancers
 * send their requests elsewhere. Both answer without touching the database; `?verbose` adds the single checks.
 */
export function registerHealth(app: FastifyInstance, { checks }: HealthServices): void {
  app.get('/live', (_request, reply) => reply.send())

  app.get('/ready', (request, reply) => {
    const all = checks()
    const isReady = all.every(({ ok }) => ok)
    const status = isReady ? 'ready' : 'not ready'
    const isVerbose = (request.raw.url ?? '').endsWith('?verbose')
    const body = isVerbose || !isReady ? { status, checks: all } : { status }
    return reply
      .code(isReady ? 200 : 503)
      .type('application/json; charset=utf-8')
      .send(JSON.stringify(body))
  })
}
