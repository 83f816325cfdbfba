// What does the whole guard add to an answer that is kept?
import { type Contestant, sTier } from '../harness/contestants.ts'
import { interleave, least } from '../harness/interleave.ts'
import { startServer } from '../harness/processes.ts'
import { loadServer } from '../harness/served-load.ts'
import { startStore } from '../harness/store.ts'
import { atMost, type Study, type Trial } from '../harness/trial.ts'

const EXTENT = {
  full: { rounds: 5, requests: 30_000 },
  quick: { rounds: 1, requests: 5_000 },
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

export const guard: Study = { name: 'guard', packages: [], trials: [keptAnswer] }
