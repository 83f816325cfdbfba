import { interleave } from '../../harness/interleave.ts'
import { atMost, type Trial } from '../../harness/trial.ts'
import { PLUGINS } from '../../programs/limiter/contestants.ts'
import type { FloodReport } from '../../programs/limiter/flood.ts'
import { withLimiter } from './workers.ts'

const KEYS = { full: 1_000_000, quick: 50_000 }
const VICTIMS_LIMIT = 5
const CONTESTANTS = ['S-Tier', 'rate-limiter-flexible', ...PLUGINS] as const
type Contestant = (typeof CONTESTANTS)[number]
const FROM_COLD: readonly Contestant[] = ['S-Tier', 'rate-limiter-flexible']

export const flood: Trial = {
  name: 'flood',
  title: 'A million callers that come once, and one that has used up its five requests a minute',
  async run(extent) {
    const setup = {
      ...{ dimensions: 1 as const, limit: VICTIMS_LIMIT, windowMs: 60_000 },
      redisUrl: undefined,
    }
    const run = (names: readonly Contestant[], isWarm: boolean) =>
      interleave(names, 1, name => {
        const order = { kind: 'flood' as const, keys: KEYS[extent], limit: VICTIMS_LIMIT, isWarm }
        return withLimiter(name, setup, worker => worker.ask<FloodReport>(order))
      })
    const [warm, cold] = [await run(CONTESTANTS, true), await run(FROM_COLD, false)]
    const report = (name: Contestant) => warm.get(name)?.[0] as FloodReport
    return {
      columns: [
        { name: 'kept, MiB', digits: 1 },
        { name: 'process grown by, MiB', digits: 1 },
        { name: 'by, from a cold start, MiB', digits: 1 },
        { name: 'admitted of the one, of 10', digits: 0 },
        { name: 'µs a caller', digits: 2 },
      ],
      rows: CONTESTANTS.map(name => {
        const { keptMiB, residentMiB, victimAdmitted, microsPerKey } = report(name)
        const fromCold = cold.get(name)?.[0]?.residentMiB
        return { name, values: [keptMiB, residentMiB, fromCold, victimAdmitted, microsPerKey] }
      }),
      bars: [
        atMost('process grown by, MiB', report('S-Tier').residentMiB, 32),
        atMost('admitted of the one', report('S-Tier').victimAdmitted, 0),
      ],
      raw: { warm: Object.fromEntries(warm), cold: Object.fromEntries(cold) },
    }
  },
}
