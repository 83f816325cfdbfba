// What does the whole guard add to an answer that is kept?
import { sTier } from '../harness/contestants.ts'
import { interleave, least } from '../harness/interleave.ts'
import { askForOneRow } from '../harness/one-row.ts'
import { startStore } from '../harness/store.ts'
import { atMost, type Study, type Trial } from '../harness/trial.ts'

const EXTENT = {
  full: { rounds: 5, requests: 30_000 },
  quick: { rounds: 1, requests: 5_000 },
}
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
        return askForOneRow(sTier(store.url, { settings }), requests)
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

export const guard: Study = { name: 'guard', packages: [], trials: [keptAnswer] }
