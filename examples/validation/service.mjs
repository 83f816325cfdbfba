// A service that takes orders and comments, and says exactly what is wrong with those that it does not take.
//
//   node examples/validation/service.mjs
import Fastify from 'fastify'
import { encodeCsvCell, recognise, sanitize, validationPlugin } from 's-tier/validation'

const app = Fastify()
// Limits of bodies, and the schemas of routes as they are written: no coercion, no unknown members.
await app.register(validationPlugin, {
  body: { depthMax: 8, itemsMax: 100, stringBytesMax: 10_000 },
})

/** @typedef {{ product: string, quantity: number, price?: string }} Order */
const order = {
  type: 'object',
  properties: {
    product: { type: 'string', minLength: 1, maxLength: 100 },
    quantity: { type: 'integer', minimum: 1 },
    // Money as text: a double would change it.
    price: { type: 'string', pattern: '^\\d{1,12}\\.\\d{2}$' },
  },
  required: ['product', 'quantity'],
}
/** @type {Order[]} */
const orders = []

app.post('/orders', { schema: { body: { type: 'array', items: order } } }, request => {
  orders.push(.../** @type {Order[]} */ (request.body))
  return { taken: orders.length }
})

// What a spreadsheet opens: a product called "=1+1" stays text in it.
app.get('/orders.csv', (_request, reply) => {
  const lines = orders.map(({ product, quantity }) => `${encodeCsvCell(product)},${quantity}`)
  return reply.type('text/csv').send(['product,quantity', ...lines, ''].join('\r\n'))
})

const comment = {
  type: 'object',
  properties: { text: { type: 'string' }, website: { type: 'string', maxLength: 500 } },
  required: ['text'],
}

app.post('/comments', { schema: { body: comment } }, request => {
  const { text, website = '' } = /** @type {{ text: string, website?: string }} */ (request.body)
  const kinds = recognise(text) // For whoever watches; nothing is refused for it.
  if (kinds.length > 0) console.log(`A comment looks like an attack: ${kinds.join()}`)
  return { text: sanitize('markdown', text), website: sanitize('url', website) }
})

// What comes in a URL is text; that it is a number is said by its format.
const querystring = {
  type: 'object',
  properties: { limit: { type: 'string', format: 'integer' } },
}
app.get('/orders', { schema: { querystring } }, request => {
  const { limit = '10' } = /** @type {{ limit?: string }} */ (request.query)
  return orders.slice(0, Number(limit))
})

const address = await app.listen({ port: Number(process.env.PORT ?? 3000) })
console.log(`Serving ${address}`)
process.once('SIGTERM', () => void app.close())
process.once('SIGINT', () => void app.close())
