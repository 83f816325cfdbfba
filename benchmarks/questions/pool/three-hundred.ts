import type { Trial } from '../../harness/trial.ts'
import { atLeast } from '../../harness/trial.ts'
import type { Work } from '../../programs/pool/work.ts'
import { ofTheBest, runSweep, tableOf } from './sweep.ts'

const CALLERS = 300
/** What the sizing promises of the throughput at the best size, found without being told. */
const SHARE = 0.8

const EXTENT = {
  full: {
    sizes: [10, 50, 100],
    timing: { rounds: 3, settleMs: 14_000, leadInMs: 200, durationMs: 800 },
  },
  quick: {
    sizes: [10, 50],
    timing: { rounds: 1, settleMs: 1_500, leadInMs: 100, durationMs: 300 },
  },
}

export const rows: Trial = trial('rows', 'each reading one row by key', { kind: 'one-row' })
/** Waiting for locks, disks and other servers: time in the database that is not the processor's. */
export const waits: Trial = trial('waits', 'each waiting 5 ms there', { kind: 'sleep', ms: 5 })

function trial(name: string, what: string, work: Work): Trial {
  return {
    name,
    title: `${CALLERS} callers, ${what}, by size of the pool`,
    async run(extent) {
      const settings = { callers: CALLERS, ...EXTENT[extent] }
      const swept = await runSweep({ ...settings, work })
      const { rounds, explanation } = swept
      const bars = [atLeast('throughput, of the best size', ofTheBest(rounds), SHARE, explanation)]
      return { ...tableOf(swept), bars }
    },
  }
}
