// Carts as streams of what happened to them: decided on by their own events, counted by a subscriber.
//
//   DATABASE_URL=postgres://app@localhost/app node examples/events/service.mjs
import Fastify from 'fastify'
import { BEGINNING, createStreams } from 's-tier/events'
import { createPool, parseTarget } from 's-tier/pool'

const pool = createPool({
  target: parseTarget(process.env.DATABASE_URL ?? 'postgres://localhost/postgres'),
  sizeMin: 1,
  sizeMax: 10,
})
const streams = createStreams({
  database: pool,
  // Long ago an item was one piece, and was said to be so by its type alone.
  upcasters: [
    {
      from: 'item-put',
      to: 'item-put.v2',
      up: data => ({ .../** @type {object} */ (data), count: 1 }),
    },
  ],
})

/** @typedef {{ items: Record<string, number>, isOrdered: boolean }} Cart */

/**
 * What a cart is after one more event: the only place that knows what events mean.
 * @param {Cart} cart
 * @param {import('s-tier/events').StreamEvent} event
 * @returns {Cart}
 */
function after(cart, { type, data }) {
  if (type === 'ordered') return { ...cart, isOrdered: true }
  if (type !== 'item-put.v2') return cart
  const { sku, count } = /** @type {{ sku: string, count: number }} */ (data)
  return { ...cart, items: { ...cart.items, [sku]: (cart.items[sku] ?? 0) + count } }
}

/**
 * The cart now, from its last snapshot and the events since.
 * @param {string} id
 */
async function load(id) {
  const stream = `carts/${id}`
  const snapshot = await streams.loadSnapshot(stream)
  const from = (snapshot?.version ?? 0) + 1
  const { events, version } = await streams.read(stream, { from })
  /** @type {Cart} */
  const start = { items: {}, isOrdered: false }
  const cart = events.reduce(after, /** @type {Cart} */ (snapshot?.data ?? start))
  if (events.length >= 50) await streams.saveSnapshot(stream, { version, data: cart })
  return { stream, cart, version }
}

const app = Fastify()

app.get('/carts/:id', async request => {
  const { id } = /** @type {{ id: string }} */ (request.params)
  const { cart, version } = await load(id)
  return { ...cart, version }
})

// Who sends the same Idempotency-Key again, after an answer was lost, puts nothing twice: it is the id of the event (a UUID).
app.post('/carts/:id/items', async (request, reply) => {
  const { id } = /** @type {{ id: string }} */ (request.params)
  const data = /** @type {{ sku: string, count: number }} */ (request.body)
  const key = request.headers['idempotency-key']
  const event = { type: 'item-put.v2', data, ...(typeof key === 'string' && { id: key }) }
  const { version, isRepeated } = await streams.append(`carts/${id}`, event, {
    expectedVersion: 'any',
    metadata: { requestId: request.id },
  })
  return reply.code(isRepeated ? 200 : 201).send({ version })
})

// A decision: it holds for the events that it was made on, and for no others. If one came between, the answer is 409.
app.post('/carts/:id/order', async (request, reply) => {
  const { id } = /** @type {{ id: string }} */ (request.params)
  const { stream, cart, version } = await load(id)
  if (cart.isOrdered || Object.keys(cart.items).length === 0) {
    return reply.code(422).send({ message: 'There is nothing to order' })
  }
  await streams.append(stream, { type: 'ordered' }, { expectedVersion: version })
  await streams.archiveStream(stream)
  return reply.code(201).send(cart)
})

/** @type {Record<string, number>} */
const counted = {}
let counts = BEGINNING
const counter = streams.subscribe({
  from: BEGINNING,
  types: ['item-put.v2'],
  streamPrefix: 'carts/',
  onEvents(events) {
    for (const { data, cursor } of events) {
      // Events may come again after a failure: those up to the last one are counted already.
      if (cursor.xid < counts.xid) continue
      if (cursor.xid === counts.xid && cursor.position <= counts.position) continue
      const { sku, count } = /** @type {{ sku: string, count: number }} */ (data)
      counted[sku] = (counted[sku] ?? 0) + count
      counts = cursor
    }
  },
})
app.get('/counted', () => counted)

app.addHook('onClose', async () => {
  await counter.stop()
  await pool.end(1_000)
})
const address = await app.listen({ port: Number(process.env.PORT ?? 3000) })
console.log(`Serving ${address}`)
process.once('SIGTERM', () => void app.close())
process.once('SIGINT', () => void app.close())
