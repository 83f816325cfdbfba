// What does the whole guard add to an answer that is kept, and what does the monitor cost by itself?
import { type Contestant, sTier } from '../harness/contestants.ts'
import { interleave, least } from '../harness/interleave.ts'
import { startServer } from '../harness/processes.ts'
import { loadServer } from '../harness/served-load.ts'
import { startStore } from '../harness/store.ts'
import { atMost, type Study, type Trial } from '../harness/trial.ts'
import { startWorker } from '../harness/worker.ts'
import type { SecurityOrder, SecurityReport } from '../programs/security.ts'

const EXTENT = {
  full: { rounds: 5, requests: 30_000, events: 500_000 },
  quick: { rounds: 1, requests: 5_000, events: 50_000 },
}
const CONNECTIONS = 16
const WITHOUT = ['limits', 'validation', 'security'].map(room => `--${room}-enabled=false`)
/** In one address and user, everything counts for the same. */
const SERVED = ['without the guard', 'with the guard'] as const
type Served = (typeof SERVED)[number]

const keptAnswer: Trial = {
  name: 'kept-answer',
  title: 'An answer that is kept, by S-Tier with and without its guard',
  async run(extent) {
    const { rounds, requests } = EXTENT[extent]
    const store = await startStore()
    try {
      const results = await interleave(SERVED, rounds, served => {
        const settings = served === 'with the guard' ? [] : WITHOUT
        return measure(sTier(store.url, { settings }), requests)
      })
      const cpu = (served: Served) => least(results, served, ({ cpuMicros }) => cpuMicros)
      const added = cpu('with the guard') - cpu('without the guard')
      return {
        columns: [{ name: 'server CPU, µs a request', digits: 1 }],
        rows: SERVED.map(served => ({ name: served, values: [cpu(served)] })),
        bars: [atMost('server CPU that the guard adds, µs', added, 6)],
        raw: Object.fromEntries(results),
      }
    } finally {
      await store.stop()
    }
  },
}

async function measure({ command, headers }: Contestant, requests: number) {
  const server = await startServer(command)
  try {
    return await loadServer({
      ...{ port: server.port, pid: server.pid, requests, connections: CONNECTIONS },
      request: { method: 'GET', path: '/rest/v1/products?select=id,name,price&id=eq.17' },
      headers,
    })
  } finally {
    await server.stop()
  }
}

const PRINCIPALS = [1_000, 1_000_000] as const

const monitor: Trial = {
  name: 'monitor',
  title: 'The monitor is told of an ordinary read',
  async run(extent) {
    const { events } = EXTENT[extent]
    const results = await interleave(['1 000', '1 000 000'], 2, async name => {
      const principals = PRINCIPALS[name === '1 000' ? 0 : 1]
      const worker = startWorker<SecurityOrder>('security', {})
      try {
        const all = Math.max(events, principals)
        return await worker.ask<SecurityReport>({ kind: 'tell', events: all, principals })
      } finally {
        await worker.stop()
      }
    })
    const cpu = (name: '1 000' | '1 000 000') => least(results, name, each => each.cpuNanos)
    const grown = (name: '1 000' | '1 000 000') => least(results, name, each => each.grownMiB)
    return {
      columns: [
        { name: 'CPU, ns an event', digits: 0 },
        { name: 'memory grown by, MiB', digits: 1 },
      ],
      rows: (['1 000', '1 000 000'] as const).map(name => ({
        name: `${name} users`,
        values: [cpu(name), grown(name)],
      })),
      bars: [
        atMost('an event, ns', cpu('1 000'), 1_000),
        atMost('memory for a million users, MiB', grown('1 000 000'), 64),
      ],
      raw: Object.fromEntries(results),
    }
  },
}

export const guard: Study = { name: 'guard', packages: [], trials: [monitor, keptAnswer] }
