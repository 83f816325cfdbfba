import { setTimeout as sleep } from 'node:timers/promises'
import { withCluster } from '../../harness/cluster.ts'
import { greatest, interleave, least } from '../../harness/interleave.ts'
import { startSlowConnects } from '../../harness/slow-connects.ts'
import { atMost, type Trial } from '../../harness/trial.ts'
import type { SpikeReport } from '../../programs/pool/spike.ts'
import { adaptive, pgPool, withPools } from './workers.ts'

// HikariCP's spike (https://github.com/brettwooldridge/HikariCP, "Welcome to the Jungle"): opening takes 150 ms, a query 2 ms.
const CONNECT_MS = 150
const SPIKE = { kind: 'spike', callers: 50, workMs: 2 } as const
const IDLE = 5
/** Connections begun late in a spike arrive after it. */
const AFTERWARDS_MS = 400

const EXTENT = { full: { rounds: 6 }, quick: { rounds: 1 } }

const NAMES = ['S-Tier', 'pg-pool, 5 fixed', 'pg-pool, 5 to 50'] as const
type Name = (typeof NAMES)[number]

interface Spike extends SpikeReport {
  readonly opened: number
}

export const spike: Trial = {
  name: 'spike',
  title: `${SPIKE.callers} callers at once, ${IDLE} connections open, opening one takes ${CONNECT_MS} ms`,
  run: extent => withCluster(cluster => measure(cluster.port, EXTENT[extent].rounds)),
}

async function measure(port: number, rounds: number) {
  const way = await startSlowConnects(port, CONNECT_MS)
  const url = `postgres://postgres@127.0.0.1:${way.port}/postgres`
  const pools = {
    'S-Tier': adaptive(url, { sizeMin: IDLE, sizeMax: SPIKE.callers }),
    'pg-pool, 5 fixed': pgPool(url, IDLE),
    'pg-pool, 5 to 50': pgPool(url, IDLE, SPIKE.callers),
  }
  try {
    return await withPools(pools, async workers => {
      const measureOnce = async (name: Name): Promise<Spike> => {
        await workers[name].ask({ kind: 'renew' })
        const before = way.connectedAt.length
        const report = await workers[name].ask<SpikeReport>(SPIKE)
        await sleep(AFTERWARDS_MS)
        return { ...report, opened: way.connectedAt.length - before }
      }
      await interleave(NAMES, 1, measureOnce) // Compiles.
      return outcomeOf(await interleave(NAMES, rounds, measureOnce))
    })
  } finally {
    await way.stop()
  }
}

function outcomeOf(rounds: Awaited<ReturnType<typeof interleave<Name, Spike>>>) {
  const ms = (name: Name) => least(rounds, name, spike => spike.ms)
  const opened = (name: Name) => greatest(rounds, name, spike => spike.opened)
  return {
    columns: [
      { name: 'all answered, ms', digits: 1 },
      { name: 'slowest round, ms', digits: 1 },
      { name: 'new connections, at most', digits: 0 },
    ],
    rows: NAMES.map(name => ({
      name,
      values: [ms(name), greatest(rounds, name, spike => spike.ms), opened(name)],
    })),
    bars: [
      atMost('time, of a fixed pool of 5', ms('S-Tier') / ms('pg-pool, 5 fixed'), 1.5),
      atMost('time, of pg-pool', ms('S-Tier') / ms('pg-pool, 5 to 50'), 0.25),
      atMost('new connections', opened('S-Tier'), 2),
    ],
    raw: Object.fromEntries(rounds),
  }
}
