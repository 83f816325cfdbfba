// A service that depends on another one, and goes on answering while that one fails.
//
//   UPSTREAM=http://localhost:4000 node examples/breaker/service.mjs
import Fastify from 'fastify'
import { breakersPlugin, classifyHttp } from 's-tier/breaker'

const UPSTREAM = process.env.UPSTREAM ?? 'http://localhost:4000'
const OPEN_FOR_MS = Number(process.env.OPEN_FOR_MS ?? 60_000)

const app = Fastify()
// Five failures in a row open a breaker; after a minute one trial at a time passes; two good ones close it.
await app.register(breakersPlugin, {
  setup: {
    openForMs: OPEN_FOR_MS,
    observe(event) {
      if (event.kind === 'breaker.changed') {
        console.log(`${event.name}: ${event.from} -> ${event.to} (${event.reason})`)
      }
    },
  },
})

class UpstreamError extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`The upstream answered ${status}`)
    this.status = status // What `classifyHttp` looks at.
  }
}

/** @param {string} path @param {AbortSignal | undefined} signal */
async function ask(path, signal) {
  const response = await fetch(`${UPSTREAM}${path}`, signal === undefined ? {} : { signal })
  if (!response.ok) throw new UpstreamError(response.status)
  return { price: await response.json(), isStale: false }
}

/** What it answered last, for when it does not. @type {Map<string, unknown>} */
const known = new Map()

app.get('/price/:product', request => {
  const { product } = /** @type {{ product: string }} */ (request.params)
  const path = `/price/${encodeURIComponent(product)}`
  return app.breakers.get('prices').run(
    async signal => {
      const answer = await ask(path, signal)
      known.set(path, answer.price)
      return answer
    },
    {
      timeoutMs: 500,
      classify: classifyHttp, // A 404 is an answer; a 503, a 429 or a broken connection is a failure.
      retry: { isSafe: error => classifyHttp(error) === 'failure', triesMax: 2 }, // Asking twice does no harm.
      fallback: reason => {
        if (!known.has(path)) throw reason
        return { price: known.get(path), isStale: true }
      },
    },
  )
})

// A whole route behind a breaker: what it answers decides, 500 and more is a failure.
app.get('/report', { config: { breaker: 'report' } }, () => ask('/report', undefined))

app.get('/circuits', () => app.breakers.status())

const address = await app.listen({ port: Number(process.env.PORT ?? 3000) })
console.log(`Serving ${address}`)
process.once('SIGTERM', () => void app.close())
process.once('SIGINT', () => void app.close())
