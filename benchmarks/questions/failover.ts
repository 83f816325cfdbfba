// The primary is killed under load, a standby promoted, and later the old primary comes back: what do clients see?
import { setTimeout as sleep } from 'node:timers/promises'
import type { ReplicatedNode } from '../../backend/tests/support/replicated.ts'
import { atLeast, atMost, type Outcome, type Study, type Trial } from '../harness/trial.ts'
import type { StreamReport, TrafficReport } from '../programs/http/traffic.ts'
import { failoverByPgpool } from './replicated/by-pgpool.ts'
import { type Rig, sTier, versionsOf, withReplicas } from './replicated/front.ts'
import { PGPOOL } from './replicated/pgpool.ts'

const LOAD = { readsPerSecond: 200, writesPerSecond: 100 }
/** From the kill to the order to promote: how long a cluster manager takes to be sure; S-Tier has no part in it. */
const UNTIL_PROMOTED_MS = 1_000
const AFTERWARDS_MS = 4_000
const EXTENT = { full: { repetitions: 8 }, quick: { repetitions: 1 } }
/** Rows of a repetition are numbered apart from those of the others. */
const IDS_EACH = 1_000_000

const killAndPromote: Trial = {
  name: 'kill-and-promote',
  title: `The primary is killed (SIGKILL) and a standby promoted ${UNTIL_PROMOTED_MS / 1000} s later`,
  run: extent =>
    withReplicas({ standbys: 2, synchronous: true }, rig =>
      measure(rig, EXTENT[extent].repetitions),
    ),
}

/** Only where pgpool-II is installed, or unpacked. */
const pgpoolTrial = (program: string): Trial => ({
  name: 'pgpool',
  title: 'The same before pgpool-II',
  run: extent =>
    withReplicas({ standbys: 2, synchronous: true }, rig =>
      failoverByPgpool(rig, program, extent === 'full' ? 3 : 1),
    ),
})

export const failover: Study = {
  name: 'failover',
  packages: ['pg'],
  trials: PGPOOL === undefined ? [killAndPromote] : [killAndPromote, pgpoolTrial(PGPOOL)],
}

interface Repetition {
  readonly firstWriteMs: number
  readonly lost: number
  readonly acknowledged: number
  readonly readsFailed: number
  readonly reads: number
  readonly writesFailed: number
  readonly returnedMs: number
  readonly failures: Record<'reads' | 'writes', StreamReport['failures']>
}

async function measure(rig: Rig, repetitions: number): Promise<Outcome> {
  const { cluster, serve } = rig
  const { port } = await serve(sTier(cluster))
  const results: Repetition[] = []
  let primary = cluster.primary
  for (let turn = 1; turn <= repetitions; turn++) {
    const others = cluster.nodes.filter(node => node !== primary)
    const outcome = await failOver(rig, port, { primary, others, firstId: turn * IDS_EACH })
    primary = outcome.successor
    results.push(outcome.repetition)
  }
  return outcomeOf(results, await versionsOf({ ...cluster, primary }))
}

interface Roles {
  readonly primary: ReplicatedNode
  readonly others: readonly ReplicatedNode[]
  readonly firstId: number
}

async function failOver({ cluster, clients }: Rig, port: number, roles: Roles) {
  const { primary, others, firstId } = roles
  const durationMs = 1_000 + UNTIL_PROMOTED_MS + AFTERWARDS_MS
  const order = { kind: 'traffic', port, durationMs, firstId, ...LOAD } as const
  const reported = clients.ask<TrafficReport>(order)
  await sleep(1_000)
  await primary.kill()
  await sleep(UNTIL_PROMOTED_MS)
  const successor = await cluster.mostAdvanced(others)
  for (const node of others) if (node !== successor) await node.follow(successor)
  const promotedAtMs = performance.timeOrigin + performance.now()
  await successor.promote()
  await makeSynchronous(successor)
  const report = await reported
  const lost = await countLost(successor, report.acknowledged)
  await cluster.reclone(primary, successor)
  const returnedMs = await untilUsed(clients, port, primary)
  const repetition: Repetition = {
    ...{ firstWriteMs: report.writes.gapEndedAtMs - promotedAtMs, lost, returnedMs },
    ...{ acknowledged: report.acknowledged.length, writesFailed: report.writes.failed },
    ...{ readsFailed: report.reads.failed, reads: report.reads.sent },
    failures: { reads: report.reads.failures, writes: report.writes.failures },
  }
  return { successor, repetition }
}

/** As the first primary was: an answered commit is on two nodes. */
async function makeSynchronous(node: ReplicatedNode): Promise<void> {
  await node.query(`alter system set synchronous_standby_names = 'ANY 1 (*)'`)
  await node.query('select pg_reload_conf()')
}

/** Rows whose writing was answered with a success, and that the new primary does not have. */
async function countLost(node: ReplicatedNode, acknowledged: readonly number[]): Promise<number> {
  const [row] = await node.query<{ lost: string }>(
    `select count(*) as lost from unnest($1::bigint[]) given (id)
      where not exists (select from entries where entries.id = given.id)`,
    [acknowledged],
  )
  return Number(row?.lost)
}

const RETURN_MAX_MS = 10_000

/** From a node's taking connections again, now as a standby, to its first read. */
async function untilUsed(
  clients: Rig['clients'],
  port: number,
  node: ReplicatedNode,
): Promise<number> {
  const startedAt = performance.now()
  const load = { readsPerSecond: 200, writesPerSecond: 0, durationMs: 200, firstId: 0 }
  while (performance.now() - startedAt < RETURN_MAX_MS) {
    await clients.ask<TrafficReport>({ kind: 'traffic', port, ...load })
    const [row] = await node.query<{ readers: string }>(READERS)
    if (Number(row?.readers) > 0) return performance.now() - startedAt
  }
  return RETURN_MAX_MS
}

const READERS = `select count(*) as readers from pg_stat_activity
  where usename = 'authenticator' and query like '%entries%'`

function outcomeOf(results: readonly Repetition[], versions: Record<string, string>): Outcome {
  const all = (figure: keyof Repetition) => results.map(one => Number(one[figure]))
  const total = (figure: keyof Repetition) => all(figure).reduce((sum, value) => sum + value, 0)
  const readsGood = 1 - total('readsFailed') / total('reads')
  const failures = [...new Set(results.flatMap(one => Object.keys(one.failures.reads)))].join(', ')
  return {
    columns: [
      { name: 'first write after promotion, ms', digits: 0 },
      { name: 'acknowledged', digits: 0 },
      { name: 'of them lost', digits: 0 },
      { name: 'writes refused', digits: 0 },
      { name: 'reads failed', digits: 0 },
      { name: 'of reads', digits: 0 },
      { name: 'old primary used again, ms', digits: 0 },
    ],
    rows: results.map((one, index) => ({
      name: `failover ${index + 1}`,
      values: [
        ...[one.firstWriteMs, one.acknowledged, one.lost, one.writesFailed],
        ...[one.readsFailed, one.reads, one.returnedMs],
      ],
    })),
    bars: [
      atMost('first write after promotion, ms', Math.max(...all('firstWriteMs')), 1_500),
      atMost('acknowledged writes lost', total('lost'), 0),
      atLeast('reads answered', readsGood, 0.999, failures),
      atMost('old primary used again, ms', Math.max(...all('returnedMs')), 2_000),
    ],
    ...{ versions, raw: results },
  }
}
