// A service that says how often who may ask, and refuses the rest: by address, by customer, by what an answer costs.
//
//   node examples/limiter/service.mjs
import Fastify from 'fastify'
import { limiterPlugin } from 's-tier/limiter'

const PER_MINUTE = Number(process.env.PER_MINUTE ?? 100)

const app = Fastify()
await app.register(limiterPlugin, {
  setup: {
    mode: 'enforce', // The default is to look first: `shadow`.
    rules: {
      // Whoever has no key is counted by address; the key of a customer by itself, whatever the address.
      address: { limit: 20, windowMs: 60_000, per: ['ip'], unless: { apiKey: '*' } },
      customer: { limit: PER_MINUTE, windowMs: 60_000, per: ['apiKey'] },
      // What answers cost is known only afterwards. Over the limit, the next one waits.
      rows: { limit: 1_000, windowMs: 60_000, per: ['ip'], weight: 'rows' },
      // Who looks after the service is never refused.
      operators: {
        limit: 'none',
        when: { endpoint: 'GET /limits' },
        replaces: ['address', 'customer', 'rows'],
      },
      // A stricter limit, tried out before it refuses anybody: `/limits` tells whom it would.
      trial: { limit: 10, windowMs: 60_000, per: ['ip'], mode: 'shadow' },
    },
    observe: event => console.log(JSON.stringify(event)),
  },
})

app.get('/price/:product', () => ({ price: 12 }))

// A limit of this route alone: five tries a minute for each address.
app.post('/login', { config: { limit: { limit: 5, windowMs: 60_000, per: ['ip'] } } }, () => ({
  isWelcome: true,
}))

app.get('/report', (request, reply) => {
  const { rows = '100' } = /** @type {{ rows?: string }} */ (request.query)
  const lines = Array.from({ length: Number(rows) }, (_, line) => line)
  return reply.tellCost({ rows: lines.length }).send(lines)
})

// Many questions in one request count as many.
app.post('/batch', async (request, reply) => {
  const answers = []
  for (const question of /** @type {string[]} */ (request.body)) {
    const decision = await app.limiter.decide(request.limitSubject)
    answers.push(decision.allowed ? { question, price: 12 } : { question, ...decision.refusal })
    app.limiter.settle(decision)
  }
  return reply.send(answers)
})

app.get('/limits', () => app.limiter.report())

const address = await app.listen({ port: Number(process.env.PORT ?? 3000) })
console.log(`Serving ${address}`)
process.once('SIGTERM', () => void app.close())
process.once('SIGINT', () => void app.close())
