import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { ReplicatedNode } from '../../../backend/tests/support/replicated.ts'
import type { Outcome } from '../../harness/trial.ts'
import type { ByHandReport } from '../../programs/http/by-hand.ts'
import { SEEDED } from '../../programs/http/entries.ts'
import { type Rig, versionsOf } from './front.ts'
import { startPgpool, versionOfPgpool } from './pgpool.ts'

/** Rows that are written and read at once through pgpool, on connections of a pool as services have them. */
export async function staleByPgpool(
  { cluster, clients }: Rig,
  program: string,
  pairs: number,
): Promise<Outcome> {
  const pool = await startPgpool(program, cluster)
  const { url } = pool
  const asked = { kind: 'by-hand', callers: 4, firstId: SEEDED + 1, pairs } as const
  const report = await clients.ask<ByHandReport>({ ...asked, primary: url, replica: url })
  await pool.stop()
  const stale = (100 * report.stale) / report.pairs
  return {
    columns: [
      { name: 'pairs', digits: 0 },
      { name: 'stale reads', digits: 0 },
      { name: 'stale, %', digits: 2 },
    ],
    rows: [{ name: 'through pgpool-II', values: [report.pairs, report.stale, stale] }],
    bars: [],
    versions: { ...(await versionsOf(cluster)), 'pgpool-II': versionOfPgpool(program) },
    raw: report,
  }
}

/** From the kill to the order to promote, as in the trial of S-Tier. */
const UNTIL_PROMOTED_MS = 1_000
const GIVE_UP_MS = 30_000

/** The primary is killed and a standby promoted, by others; pgpool has to find out. */
export async function failoverByPgpool(
  { cluster }: Rig,
  program: string,
  repetitions: number,
): Promise<Outcome> {
  const times: number[] = []
  let primary = cluster.primary
  for (let turn = 1; turn <= repetitions; turn++) {
    const pool = await startPgpool(program, { nodes: cluster.nodes, primary })
    const others = cluster.nodes.filter(node => node !== primary)
    const writer = createWriter(pool.url, SEEDED + turn * 100_000)
    await writer.firstWriteMs()
    await primary.kill()
    await sleep(UNTIL_PROMOTED_MS)
    const successor = await cluster.mostAdvanced(others)
    for (const node of others) if (node !== successor) await node.follow(successor)
    const promoted = promote(successor)
    times.push(await writer.firstWriteMs())
    await promoted
    await pool.stop()
    await cluster.reclone(primary, successor)
    primary = successor
  }
  return {
    columns: [{ name: 'first write after promotion, ms', digits: 0 }],
    rows: times.map((ms, index) => ({
      name: `failover ${index + 1}`,
      values: [ms < GIVE_UP_MS ? ms : `none in ${GIVE_UP_MS / 1000} s`],
    })),
    bars: [],
    versions: {
      ...(await versionsOf({ ...cluster, primary })),
      'pgpool-II': versionOfPgpool(program),
    },
    raw: times,
  }
}

async function promote(successor: ReplicatedNode): Promise<void> {
  await successor.promote()
  await successor.query(`alter system set synchronous_standby_names = 'ANY 1 (*)'`)
  await successor.query('select pg_reload_conf()')
}

/** Writes row after row, each on a connection of its own, as soon as it can. */
function createWriter(url: string, firstId: number) {
  let id = firstId
  return {
    /** Time until a write is answered; the most when none is. */
    async firstWriteMs(): Promise<number> {
      const startedAt = performance.now()
      while (performance.now() - startedAt < GIVE_UP_MS) {
        if (await isWritten(url, id++)) return performance.now() - startedAt
        await sleep(10)
      }
      return GIVE_UP_MS
    },
  }
}

const WRITE_MS = 1_000

async function isWritten(url: string, id: number): Promise<boolean> {
  const limits = { connectionTimeoutMillis: WRITE_MS, query_timeout: WRITE_MS }
  const client = new pg.Client({ connectionString: url, ...limits })
  client.on('error', () => undefined) // The query rejects.
  try {
    await client.connect()
    await client.query('insert into entries values ($1, $2)', [id, `entry ${id}`])
    return true
  } catch {
    return false
  } finally {
    void client.end().catch(() => undefined)
  }
}
