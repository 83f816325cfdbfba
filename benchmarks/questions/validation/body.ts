import type { Rounds } from '../../harness/interleave.ts'
import { atLeast, type Extent, type Row, type Trial } from '../../harness/trial.ts'
import { startWorker, type Worker } from '../../harness/worker.ts'
import type { ValidationOrder } from '../../programs/validation.ts'
import { type Route, ROUTES, type Size, SIZES } from '../../programs/validation/routes.ts'
import { BODIES, sizeOf } from './bodies.ts'
import { middleOf, ratio, takeTurns, type TurnReport } from './turns.ts'

/** So that a turn takes about a tenth of a second. */
const REQUESTS: Readonly<Record<Size, number>> = {
  ...{ object: 4_000, order: 3_000 },
  ...{ rows: 100, text: 800 },
}
/** Of each route. */
const PROCESSES = 4
const TITLES: Readonly<Record<Size, string>> = {
  object: 'one object',
  order: 'an order of eight lines',
  rows: '1,000 rows',
  text: 'one text',
}

type Results = Rounds<Route, TurnReport>

export const body: Trial = {
  name: 'body',
  title: 'A POST, answered by Fastify',
  async run(extent) {
    const servers = await startServers()
    try {
      const results = new Map<Size, Results>()
      for (const size of SIZES) results.set(size, await measure(servers, size, extent))
      const all = [...results]
      return {
        columns: [
          { name: 'requests/s', digits: 0 },
          { name: 'server CPU, µs a request', digits: 1 },
          { name: 'CPU, of that without a schema', digits: 3 },
        ],
        rows: all.flatMap(([size, rounds]) => ROUTES.map(route => rowOf(size, route, rounds))),
        bars: all.map(([size, rounds]) =>
          atLeast(
            `${TITLES[size]}: throughput, of that without a schema`,
            throughputOf(rounds, 'S-Tier'),
            0.95,
            `with Fastify's own schema it is ${throughputOf(rounds, "Fastify's schema").toFixed(3)}`,
          ),
        ),
        raw: Object.fromEntries(all.map(([size, rounds]) => [size, Object.fromEntries(rounds)])),
      }
    } finally {
      await Promise.all([...servers.values()].flat().map(({ worker }) => worker.stop()))
    }
  },
}

interface Server {
  readonly worker: Worker<ValidationOrder>
  readonly port: number
}

type Servers = ReadonlyMap<Route, readonly Server[]>

async function startServers(): Promise<Servers> {
  const servers = new Map<Route, readonly Server[]>()
  for (const route of ROUTES) {
    const same: Server[] = []
    while (same.length < PROCESSES) same.push(await startOne(route))
    servers.set(route, same)
  }
  return servers
}

async function startOne(route: Route): Promise<Server> {
  const worker = startWorker<ValidationOrder>('validation', route)
  return { worker, port: await worker.ask<number>({ kind: 'serve', route }) }
}

function measure(servers: Servers, size: Size, extent: Extent): Promise<Results> {
  const request = { method: 'POST', path: `/${size}`, body: BODIES[size] }
  return takeTurns(ROUTES, extent, route =>
    (servers.get(route) ?? []).map(({ port, worker }) => {
      return { port, pid: worker.pid, request, requests: REQUESTS[size] }
    }),
  )
}

function throughputOf(rounds: Results, route: Route): number {
  return ratio(rounds, route, 'no schema', ({ perSecond }) => perSecond)
}

function rowOf(size: Size, route: Route, rounds: Results): Row {
  const cpu = ({ cpuMicros }: TurnReport) => cpuMicros
  return {
    name: `${TITLES[size]} (${sizeOf(BODIES[size])}), ${route}`,
    values: [
      middleOf(rounds, route, ({ perSecond }) => perSecond),
      middleOf(rounds, route, cpu),
      ratio(rounds, route, 'no schema', cpu),
    ],
  }
}
