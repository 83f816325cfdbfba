// A server of Fastify that takes bodies, in a process of its own: without schemas, with Fastify's own, or with ours.
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import { validationPlugin } from '../../backend/src/capabilities/validation/index.ts'
import { answerOrders } from './orders.ts'
import { type Route, SIZES } from './validation/routes.ts'
import { SCHEMAS } from './validation/schemas.ts'

export interface ValidationOrder {
  readonly kind: 'serve'
  readonly route: Route
}

answerOrders(serve, async () => undefined)

/** Answers the port. It ends with the process. */
async function serve({ route }: ValidationOrder): Promise<number> {
  const app = fastify()
  if (route === 'S-Tier') await app.register(validationPlugin)
  for (const size of SIZES) {
    const schema = route === 'no schema' ? {} : { body: SCHEMAS[size] }
    app.post(`/${size}`, { schema }, async () => ({ id: 1 }))
  }
  await app.listen({ port: 0, host: '127.0.0.1' })
  return (app.server.address() as AddressInfo).port
}
