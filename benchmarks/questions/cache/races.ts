import { startRedis } from '../../../backend/tests/support/redis.ts'
import { greatest, interleave } from '../../harness/interleave.ts'
import { atLeast, atMost, type Trial } from '../../harness/trial.ts'
import { CONTESTANTS, type Contestant } from '../../programs/cache/contestants.ts'
import type { RaceReport, StampedeReport } from '../../programs/cache/races.ts'
import { askOnce, startCache } from './workers.ts'

const NAMES = CONTESTANTS.filter(name => name !== 'S-Tier peek')
const EXTENT = { full: { races: 1_000, misses: 50 }, quick: { races: 100, misses: 10 } }
const CALLERS = 8

export const staleFill: Trial = {
  name: 'stale-fill',
  title: 'A value changes and is called old while it is being loaded',
  async run(extent) {
    const { races } = EXTENT[extent]
    const results = await interleave(NAMES, 1, name =>
      askOnce<RaceReport>(name, { kind: 'stale-fill', races }),
    )
    const stale = (name: Contestant) => greatest(results, name, report => report.stale)
    return {
      columns: [
        { name: 'races', digits: 0 },
        { name: 'answered old afterwards', digits: 0 },
      ],
      rows: NAMES.map(name => ({ name, values: [races, stale(name)] })),
      bars: [atMost('answered old', stale('S-Tier get'), 0)],
      raw: Object.fromEntries(results),
    }
  },
}

export const stampede: Trial = {
  name: 'stampede',
  title: `${CALLERS} callers at once ask for what is not there`,
  async run(extent) {
    const { misses } = EXTENT[extent]
    const results = await interleave(NAMES, 1, name =>
      askOnce<StampedeReport>(name, { kind: 'stampede', callers: CALLERS, misses }),
    )
    const loads = (name: Contestant) => greatest(results, name, report => report.loads) / misses
    return {
      columns: [{ name: 'loads a key', digits: 2 }],
      rows: NAMES.map(name => ({ name, values: [loads(name)] })),
      bars: exactlyOne(loads('S-Tier get')),
      raw: Object.fromEntries(results),
    }
  },
}

/** Those that can share a second level in Redis. */
const SHARING = ['S-Tier get', 'bentocache'] as const

export const stampedeOfProcesses: Trial = {
  name: 'stampede-of-processes',
  title: `${CALLERS} processes, one Redis, one caller in each`,
  async run(extent) {
    const { misses } = EXTENT[extent]
    const redis = await startRedis()
    try {
      const results = await interleave(SHARING, 1, async name => {
        await redis.flush()
        return { loads: await loadsOfProcesses(name, redis.url, misses) }
      })
      const loads = (name: (typeof SHARING)[number]) =>
        greatest(results, name, report => report.loads) / misses
      return {
        columns: [{ name: 'loads a key', digits: 2 }],
        rows: SHARING.map(name => ({ name, values: [loads(name)] })),
        bars: exactlyOne(loads('S-Tier get')),
        raw: Object.fromEntries(results),
      }
    } finally {
      await redis.stop()
    }
  },
}

/** Nine processes share the machine: with the usual deadline of a command a process that has to wait for its turn loads for itself. */
const PATIENCE_MS = 2_000

async function loadsOfProcesses(
  contestant: Contestant,
  redisUrl: string,
  misses: number,
): Promise<number> {
  const workers = Array.from({ length: CALLERS }, () =>
    startCache({ contestant, redisUrl, patienceMs: PATIENCE_MS }),
  )
  try {
    await Promise.all(workers.map(worker => worker.ask({ kind: 'meet' })))
    const order = { kind: 'stampede', callers: 1, misses } as const
    const reports = await Promise.all(workers.map(worker => worker.ask<StampedeReport>(order)))
    return reports.reduce((sum, { loads }) => sum + loads, 0)
  } finally {
    await Promise.all(workers.map(worker => worker.stop()))
  }
}

function exactlyOne(loads: number) {
  return [atMost('loads a key', loads, 1), atLeast('loads a key', loads, 1)]
}
