// The same with the cache that is most used in its place: bentocache, in memory only.
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import fastify from 'fastify'
import { port } from './configuration.ts'
import { askSTier, isKnownCaller, rememberCaller } from './finished-answers.ts'

const memory = bentostore().useL1Layer(memoryDriver({ maxItems: 10_000 }))
const cache = new BentoCache({ default: 'main', ttl: 300_000, stores: { main: memory } })
const app = fastify()

app.get('/*', async (request, reply) => {
  const { authorization = '' } = request.headers
  if (!isKnownCaller(authorization)) {
    const first = await askSTier(request.url, request.headers)
    if (first.status === 200) rememberCaller(authorization)
    return reply.code(first.status).headers(first.headers).send(first.body)
  }
  const { status, headers, body } = await cache.getOrSet({
    key: request.url,
    factory: () => askSTier(request.url, request.headers),
  })
  return reply.code(status).headers(headers).send(body)
})

await app.listen({ port, host: '127.0.0.1' })
