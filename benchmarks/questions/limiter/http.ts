import { greatest, interleave, least } from '../../harness/interleave.ts'
import { loadServer, type ServedReport } from '../../harness/served-load.ts'
import { atLeast, type Trial } from '../../harness/trial.ts'
import { startWorker } from '../../harness/worker.ts'
import type { LimiterOrder } from '../../programs/limiter.ts'
import { type Served, SERVERS } from '../../programs/limiter/serve.ts'
import { withRedis } from './workers.ts'

const EXTENT = {
  full: { rounds: 3, requests: 16_000 },
  quick: { rounds: 1, requests: 4_000 },
}
const CONNECTIONS = 32

export const http: Trial = {
  name: 'http',
  title: 'A small answer of Fastify, limited',
  run: extent =>
    withRedis(async redis => {
      const { rounds, requests } = EXTENT[extent]
      const results = await interleave(SERVERS, rounds, served =>
        measure(served, redis.url, requests),
      )
      const speed = (name: Served) => greatest(results, name, ({ perSecond }) => perSecond)
      const cpu = (name: Served) => least(results, name, ({ cpuMicros }) => cpuMicros)
      const bare = speed('bare Fastify')
      const ours = speed('S-Tier, three dimensions, Redis')
      return {
        columns: [
          { name: 'requests/s', digits: 0 },
          { name: 'of bare Fastify', digits: 2 },
          { name: 'server CPU, µs a request', digits: 1 },
        ],
        rows: SERVERS.map(name => ({ name, values: [speed(name), speed(name) / bare, cpu(name)] })),
        bars: [
          atLeast('three dimensions on Redis, of bare Fastify', ours / bare, 0.85),
          atLeast(
            'three dimensions on Redis, of @fastify/rate-limit on Redis with one',
            ours / speed('@fastify/rate-limit, one, Redis'),
            1.5,
          ),
        ],
        raw: Object.fromEntries(results),
      }
    }),
}

async function measure(served: Served, redisUrl: string, requests: number): Promise<ServedReport> {
  const worker = startWorker<LimiterOrder>('limiter', 'S-Tier')
  try {
    const port = await worker.ask<number>({ kind: 'serve', served, redisUrl })
    return await loadServer({
      ...{ port, pid: worker.pid, requests, connections: CONNECTIONS },
      request: { method: 'GET', path: '/books' },
      headers: { authorization: 'Bearer one' },
    })
  } finally {
    await worker.stop()
  }
}
