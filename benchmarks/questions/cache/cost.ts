import { interleave, least } from '../../harness/interleave.ts'
import { atMost, type Trial, type TrialBar } from '../../harness/trial.ts'
import { CONTESTANTS, type Contestant } from '../../programs/cache/contestants.ts'
import type { CostReport } from '../../programs/cache/cost.ts'
import { askOnce } from './workers.ts'

const EXTENT = {
  full: { rounds: 3, hits: 150_000, misses: 15_000 },
  quick: { rounds: 1, hits: 30_000, misses: 5_000 },
}

type Nanos = (contestant: Contestant) => number

export const l1Hit: Trial = trialOf('hit', 'l1-hit', 'A value that is in memory', nanos => {
  const slower = Math.max(nanos('S-Tier peek'), nanos('S-Tier get'))
  return [
    atMost("a hit, of lru-cache fetch's", slower / nanos('lru-cache fetch'), 2),
    atMost("a hit, of bentocache's", slower / nanos('bentocache'), 0.25),
  ]
})

export const miss: Trial = trialOf('miss', 'miss', 'A value that is loaded, at no cost', nanos => [
  atMost("a miss, of bentocache's", nanos('S-Tier get') / nanos('bentocache'), 1),
])

function trialOf(
  kind: 'hit' | 'miss',
  name: string,
  title: string,
  judge: (nanos: Nanos) => readonly TrialBar[],
): Trial {
  return {
    name,
    title,
    async run(extent) {
      const { rounds, hits, misses } = EXTENT[extent]
      const order = { kind, calls: kind === 'hit' ? hits : misses }
      const results = await interleave(CONTESTANTS, rounds, contestant =>
        askOnce<CostReport>(contestant, order),
      )
      const nanos: Nanos = contestant => least(results, contestant, report => report.cpuNanos)
      const fetched = nanos('lru-cache fetch')
      return {
        columns: [
          { name: 'CPU, ns a call', digits: 0 },
          { name: "of lru-cache fetch's", digits: 2 },
        ],
        rows: CONTESTANTS.map(each => ({
          name: each,
          values: [nanos(each), nanos(each) / fetched],
        })),
        bars: judge(nanos),
        raw: Object.fromEntries(results),
      }
    },
  }
}
