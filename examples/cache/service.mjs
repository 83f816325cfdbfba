// A service that keeps what a slow source of prices says, in its memory and, with REDIS_URL, in what all its processes share.
//
//   REDIS_URL=redis://localhost:6379 node examples/cache/service.mjs
import Fastify from 'fastify'
import { createBus, createCache, createLeases, createRedisStore } from 's-tier/cache'
import { createRedis } from 's-tier/redis'

const { REDIS_URL, PRODUCTS = 'tent,boat' } = process.env
const WORK_MS = Number(process.env.WORK_MS ?? 100)

/** The source: a slow one, which can be switched off. @type {Map<string, number>} */
const prices = new Map(PRODUCTS.split(',').map((product, index) => [product, 10 * (index + 1)]))
let isDown = false
let asked = 0

/** @param {string} product @param {AbortSignal} signal */
async function askSource(product, signal) {
  asked++
  await new Promise(resolve => setTimeout(resolve, WORK_MS))
  signal.throwIfAborted()
  if (isDown) throw Object.assign(new Error('The source is down'), { statusCode: 503 })
  return prices.get(product) ?? null
}

const redis = REDIS_URL === undefined ? undefined : createRedis({ url: REDIS_URL })
/** Names what they have in common in Redis: another service takes another one. */
const name = 'prices'
const shared = redis && {
  l2: createRedisStore({ redis, name }),
  leases: createLeases({ redis, name }),
  bus: createBus({ redis, name }),
}
/** @type {import('s-tier/cache').Cache<number | null>} */
const cache = createCache({
  ttlMs: 60_000,
  staleIfErrorMs: 3_600_000, // When the source is down, an hour-old price is better than none.
  ...shared,
  observe: event => console.log(event.kind),
})

const app = Fastify()

app.get('/price/:product', async (request, reply) => {
  const { product } = /** @type {{ product: string }} */ (request.params)
  const { value, from, why, ageMs } = await cache.get(product, async ({ signal }) => {
    const price = await askSource(product, signal)
    return {
      value: price,
      isNegative: price === null, // That there is none is kept for a shorter time.
      dependencies: [{ tag: 'prices', keys: [product] }],
    }
  })
  reply.header('age', Math.floor(ageMs / 1_000))
  return { price: value, from, why }
})

app.put('/price/:product/:price', async request => {
  const { product, price } = /** @type {{ product: string, price: string }} */ (request.params)
  prices.set(product, Number(price)) // First the source, then the word that it has changed.
  await cache.invalidate('prices', [product])
  return { price: Number(price) }
})

app.post('/source/:state', request => {
  const { state } = /** @type {{ state: string }} */ (request.params)
  isDown = state === 'down'
  return { isDown }
})

app.get('/stats', () => ({ asked, ...cache.stats() }))

app.addHook('onClose', async () => {
  await cache.close()
  await shared?.leases.close()
  await redis?.close()
})
const address = await app.listen({ port: Number(process.env.PORT ?? 3000) })
console.log(`Serving ${address}`)
process.once('SIGTERM', () => void app.close())
process.once('SIGINT', () => void app.close())
