import { sTier } from '../../harness/contestants.ts'
import { interleave, least } from '../../harness/interleave.ts'
import { askForOneRow } from '../../harness/one-row.ts'
import { startStore } from '../../harness/store.ts'
import { atMost, type Trial } from '../../harness/trial.ts'

const EXTENT = {
  full: { rounds: 3, kept: 30_000, read: 12_000 },
  quick: { rounds: 1, kept: 3_000, read: 1_500 },
}
const OFF = '--security-enabled=false'
const UNCACHED = '--cache-enabled=false'

const CASES = ['kept, unwatched', 'kept', 'read, unwatched', 'read'] as const
type Case = (typeof CASES)[number]
const SETTINGS: Readonly<Record<Case, readonly string[]>> = {
  'kept, unwatched': [OFF],
  kept: [],
  'read, unwatched': [UNCACHED, OFF],
  read: [UNCACHED],
}
const ROWS = [
  { name: 'kept in memory', watched: 'kept', unwatched: 'kept, unwatched' },
  { name: 'read from PostgreSQL', watched: 'read', unwatched: 'read, unwatched' },
] as const

export const throughput: Trial = {
  name: 'throughput',
  title: 'An answer of S-Tier, with and without its monitor',
  async run(extent) {
    const { rounds, kept, read } = EXTENT[extent]
    const store = await startStore()
    try {
      const results = await interleave(CASES, rounds, one => {
        const requests = one.startsWith('kept') ? kept : read
        return askForOneRow(sTier(store.url, { settings: SETTINGS[one] }), requests)
      })
      const cpu = (one: Case) => least(results, one, ({ cpuMicros }) => cpuMicros)
      const more = ({ watched, unwatched }: (typeof ROWS)[number]) =>
        (100 * (cpu(watched) - cpu(unwatched))) / cpu(unwatched)
      return {
        columns: [
          { name: 'server CPU without, µs a request', digits: 1 },
          { name: 'with, µs', digits: 1 },
          { name: 'more, %', digits: 1 },
        ],
        rows: ROWS.map(row => ({
          name: row.name,
          values: [cpu(row.unwatched), cpu(row.watched), more(row)],
        })),
        bars: ROWS.map(row => atMost(`${row.name}: more server CPU, %`, more(row), 3)),
        raw: Object.fromEntries(results),
      }
    } finally {
      await store.stop()
    }
  },
}
