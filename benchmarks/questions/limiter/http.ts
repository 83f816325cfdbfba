import { cpuMicrosOf } from '../../harness/cpu.ts'
import { interleave, type Rounds } from '../../harness/interleave.ts'
import { type LoadGenerator, startLoadGenerator } from '../../harness/load.ts'
import { median } from '../../harness/statistics.ts'
import { atLeast, type Trial } from '../../harness/trial.ts'
import { startWorker } from '../../harness/worker.ts'
import type { LimiterOrder } from '../../programs/limiter.ts'
import { type Served, SERVERS } from '../../programs/limiter/serve.ts'
import { type LimiterWorker, withRedis } from './workers.ts'

/** Rounds are so short that what else the machine does falls on all servers. */
const EXTENT = {
  full: { rounds: 9, requests: 4_000 },
  quick: { rounds: 2, requests: 2_000 },
}
const CONNECTIONS = 32
const TIME_MAX_MS = 20_000

/** Of one round. */
interface Portion {
  readonly perSecond: number
  readonly cpuMicros: number
}

export const http: Trial = {
  name: 'http',
  title: 'A small answer of Fastify, limited',
  run: extent =>
    withRedis(redis =>
      withServers(redis.url, async servers => {
        const { rounds, requests } = EXTENT[extent]
        const load = startLoadGenerator()
        const portion = (name: Served) => measure(load, servers.get(name) as Server, requests)
        try {
          await interleave(SERVERS, 2, portion) // Nothing counts before all is compiled.
          return outcomeOf(await interleave(SERVERS, rounds, portion))
        } finally {
          load.stop()
        }
      }),
    ),
}

function outcomeOf(results: Rounds<Served, Portion>) {
  const middle = (name: Served, figure: (portion: Portion, round: number) => number) =>
    median((results.get(name) ?? []).map(figure))
  /** Each round by the same round of the other. */
  const ratio = (name: Served, other: Served) =>
    middle(name, ({ perSecond }, round) => perSecond / perSecondOf(results, other, round))
  const ofBare = (name: Served) => ratio(name, 'bare Fastify')
  return {
    columns: [
      { name: 'requests/s', digits: 0 },
      { name: 'of bare Fastify', digits: 2 },
      { name: 'server CPU, µs a request', digits: 1 },
    ],
    rows: SERVERS.map(name => ({
      name,
      values: [
        middle(name, ({ perSecond }) => perSecond),
        ofBare(name),
        middle(name, ({ cpuMicros }) => cpuMicros),
      ],
    })),
    bars: [
      atLeast('three dimensions on Redis, of bare Fastify', ofBare('S-Tier, three, Redis'), 0.85),
      atLeast(
        'three dimensions on Redis, of @fastify/rate-limit on Redis with one',
        ratio('S-Tier, three, Redis', '@fastify/rate-limit, one, Redis'),
        1.5,
      ),
    ],
    raw: Object.fromEntries(results),
  }
}

function perSecondOf(results: Rounds<Served, Portion>, name: Served, round: number): number {
  return results.get(name)?.[round]?.perSecond ?? Number.NaN
}

interface Server {
  readonly worker: LimiterWorker
  readonly port: number
}

/** All servers at once; one at a time has something to do. */
async function withServers<Result>(
  redisUrl: string,
  use: (servers: ReadonlyMap<Served, Server>) => Promise<Result>,
): Promise<Result> {
  const servers = new Map<Served, Server>()
  try {
    for (const served of SERVERS) {
      const worker = startWorker<LimiterOrder>('limiter', 'S-Tier')
      servers.set(served, { worker, port: 0 })
      const port = await worker.ask<number>({ kind: 'serve', served, redisUrl })
      servers.set(served, { worker, port })
    }
    return await use(servers)
  } finally {
    for (const { worker } of servers.values()) await worker.stop()
  }
}

async function measure(
  load: LoadGenerator,
  { worker, port }: Server,
  requestsMax: number,
): Promise<Portion> {
  const portion = await load.open({
    ...{ port, connections: CONNECTIONS, requestsMax, durationMs: TIME_MAX_MS },
    requests: [{ method: 'GET', path: '/books' }],
    headers: { authorization: 'Bearer one' },
  })
  const before = cpuMicrosOf(worker.pid) ?? Number.NaN
  const { requests, errors, firstError, elapsedMs } = await portion.run()
  const cpuMicros = ((cpuMicrosOf(worker.pid) ?? Number.NaN) - before) / requests
  await portion.close()
  if (errors > 0) throw new Error(`${errors} errors: ${firstError}`)
  return { perSecond: (requests * 1_000) / elapsedMs, cpuMicros }
}
