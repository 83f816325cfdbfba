import { interleave } from '../../harness/interleave.ts'
import { startLoadGenerator } from '../../harness/load.ts'
import type { ServedReport } from '../../harness/served-load.ts'
import { median } from '../../harness/statistics.ts'
import { atLeast, type Trial } from '../../harness/trial.ts'
import { takeTurn } from '../../harness/turns.ts'
import { startWorker } from '../../harness/worker.ts'
import type { LimiterOrder } from '../../programs/limiter.ts'
import { type Served, SERVERS } from '../../programs/limiter/serve.ts'
import { type LimiterWorker, withRedis } from './workers.ts'

/**
 * Turns are so short that what else the machine does falls on all servers, and so many that a few odd ones do not matter. Processes that do
 * the same differ for as long as they live, so each server is started several times.
 */
const EXTENT = {
  full: { starts: 5, rounds: 9, requests: 2_500 },
  quick: { starts: 1, rounds: 2, requests: 1_000 },
}
const WARM_UP_ROUNDS = 4
const CONNECTIONS = 32
const ORDER = {
  request: { method: 'GET', path: '/books' },
  headers: { authorization: 'Bearer one' },
  connections: CONNECTIONS,
}

const [BARE, ...LIMITED] = SERVERS
const REDIS_OF_THEIRS = '@fastify/rate-limit, one, Redis'

/** A turn of the bare server, and right after it one of another. */
interface Pair {
  readonly bare: ServedReport
  readonly limited: ServedReport
}
type Pairs = ReadonlyMap<Served, readonly Pair[]>

export const http: Trial = {
  name: 'http',
  title: 'A small answer of Fastify, limited',
  run: extent =>
    withRedis(async redis => {
      const pairs = new Map<Served, Pair[]>(LIMITED.map(name => [name, []]))
      for (let start = 0; start < EXTENT[extent].starts; start++) {
        for (const [name, more] of await pairsOf(redis.url, extent)) pairs.get(name)?.push(...more)
      }
      return outcomeOf(pairs)
    }),
}

function pairsOf(redisUrl: string, extent: keyof typeof EXTENT): Promise<Pairs> {
  const { rounds, requests } = EXTENT[extent]
  return withServers(redisUrl, async servers => {
    const load = startLoadGenerator()
    const turn = (name: Served) =>
      takeTurn(load, servers.get(name) as Server, { ...ORDER, requests })
    const pair = async (name: Served) => ({ bare: await turn(BARE), limited: await turn(name) })
    try {
      await interleave(LIMITED, WARM_UP_ROUNDS, pair) // Nothing counts before all is compiled.
      return await interleave(LIMITED, rounds, pair)
    } finally {
      load.stop()
    }
  })
}

function outcomeOf(pairs: Pairs) {
  const of = (name: Served) => pairs.get(name) ?? []
  /** How much of its requests a second a server keeps, and how much of its processor time that leaves for the route. */
  const kept = (name: Served) =>
    median(of(name).map(({ bare, limited }) => limited.perSecond / bare.perSecond))
  const keptCpu = (name: Served) =>
    median(of(name).map(({ bare, limited }) => bare.cpuMicros / limited.cpuMicros))
  const row = (name: Served, reports: readonly ServedReport[], ratios: readonly number[]) => {
    const perSecond = median(reports.map(report => report.perSecond))
    const cpuMicros = median(reports.map(report => report.cpuMicros))
    return { name, values: [perSecond, ratios[0], cpuMicros, ratios[1]] }
  }
  const limited = (name: Served) => of(name).map(each => each.limited)
  const ofBare = kept('S-Tier, three, Redis')
  return {
    columns: [
      { name: 'requests/s', digits: 0 },
      { name: 'of bare Fastify', digits: 2 },
      { name: 'server CPU, µs a request', digits: 1 },
      { name: 'of it, bare Fastify', digits: 2 },
    ],
    rows: [
      row(
        BARE,
        [...pairs.values()].flat().map(({ bare }) => bare),
        [1, 1],
      ),
      ...LIMITED.map(name => row(name, limited(name), [kept(name), keptCpu(name)])),
    ],
    bars: [
      atLeast('three dimensions on Redis, of bare Fastify', ofBare, 0.85),
      atLeast(
        'three dimensions on Redis, of @fastify/rate-limit on Redis with one',
        ofBare / kept(REDIS_OF_THEIRS),
        1.5,
      ),
    ],
    raw: Object.fromEntries(pairs),
  }
}

interface Server {
  readonly worker: LimiterWorker
  readonly port: number
  readonly pid: number
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
      servers.set(served, { worker, port: 0, pid: worker.pid })
      const port = await worker.ask<number>({ kind: 'serve', served, redisUrl })
      servers.set(served, { worker, port, pid: worker.pid })
    }
    return await use(servers)
  } finally {
    for (const { worker } of servers.values()) await worker.stop()
  }
}
