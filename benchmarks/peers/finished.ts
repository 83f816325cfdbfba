// What a careful team builds: Fastify, the caller known from a Map, the finished body from an lru-cache.
import type { IncomingHttpHeaders } from 'node:http'
import fastify from 'fastify'
import { LRUCache } from 'lru-cache'
import { port } from './configuration.ts'
import { askSTier, type Finished, isKnownCaller, rememberCaller } from './finished-answers.ts'

const answers = new LRUCache<string, Finished>({ max: 10_000, ttl: 300_000 })
const app = fastify()

app.get('/*', async (request, reply) => {
  const { authorization = '' } = request.headers
  const known = isKnownCaller(authorization) ? answers.get(request.url) : undefined
  const { status, headers, body } = known ?? (await learn(request.url, request.headers))
  return reply.code(status).headers(headers).send(body)
})

async function learn(url: string, headers: IncomingHttpHeaders): Promise<Finished> {
  const finished = await askSTier(url, headers)
  if (finished.status === 200) {
    answers.set(url, finished)
    rememberCaller(headers.authorization ?? '')
  }
  return finished
}

await app.listen({ port, host: '127.0.0.1' })
