// A route of Fastify that takes an order, in a process of its own: without a schema, with Fastify's own, or with ours.
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import { validationPlugin } from '../../backend/src/capabilities/validation/index.ts'
import { answerOrders } from './orders.ts'
import type { Route } from './validation/routes.ts'

export interface ValidationOrder {
  readonly kind: 'serve'
  readonly route: Route
}

const line = {
  type: 'object',
  additionalProperties: false,
  required: ['sku', 'quantity'],
  properties: {
    sku: { type: 'string', pattern: '^[A-Z]{2}-[0-9]{4}$' },
    quantity: { type: 'integer', minimum: 1, maximum: 1_000 },
    note: { type: 'string', maxLength: 200 },
  },
}
const order = {
  type: 'object',
  additionalProperties: false,
  required: ['customer', 'lines'],
  properties: {
    customer: { type: 'integer', minimum: 1 },
    email: { type: 'string', maxLength: 254 },
    express: { type: 'boolean' },
    lines: { type: 'array', minItems: 1, maxItems: 100, items: line },
  },
}

answerOrders(serve, async () => undefined)

/** Answers the port. It ends with the process. */
async function serve({ route }: ValidationOrder): Promise<number> {
  const app = fastify()
  if (route === 'S-Tier') await app.register(validationPlugin)
  const schema = route === 'no schema' ? {} : { body: order }
  app.post('/orders', { schema }, async () => ({ id: 1 }))
  await app.listen({ port: 0, host: '127.0.0.1' })
  return (app.server.address() as AddressInfo).port
}
