// Does a read see the write before it, when reads go to replicas? With what S-Tier asks the client to send, and without.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ReplicatedCluster } from '../../backend/tests/support/replicated.ts'
import { atLeast, atMost, type Outcome, type Study, type Trial } from '../harness/trial.ts'
import { SEEDED } from '../programs/http/entries.ts'
import type { ByHandReport } from '../programs/http/by-hand.ts'
import type { PairsReport } from '../programs/http/pairs.ts'
import { staleByPgpool } from './replicated/by-pgpool.ts'
import { type Rig, sTier, versionsOf, withReplicas } from './replicated/front.ts'
import { PGPOOL } from './replicated/pgpool.ts'

/** Few enough that the processors have time left: with more, all wait for those, and no longer for replicas. */
const CALLERS = 4
/** What others write meanwhile. */
const WRITE_LOAD = { connections: 1, rows: 200, pauseMs: 20, durationMs: 240_000 }
const EXTENT = {
  full: { pairs: 100_000, controls: 10_000, rounds: 3 },
  quick: { pairs: 5_000, controls: 1_000, rounds: 1 },
}

const pairsTrial: Trial = {
  name: 'pairs',
  title: 'A row is written and read at once, one primary and two replicas',
  run: extent => withReplicas({ standbys: 2 }, rig => measure(rig, EXTENT[extent])),
}

/** Only where pgpool-II is installed, or unpacked. */
const pgpoolTrial = (program: string): Trial => ({
  name: 'pgpool',
  title: 'The same through pgpool-II',
  run: extent =>
    withReplicas({ standbys: 2 }, rig => {
      startWriteLoad(rig)
      return staleByPgpool(rig, program, EXTENT[extent].controls)
    }),
})

export const readYourWrites: Study = {
  name: 'read-your-writes',
  packages: ['pg'],
  trials: PGPOOL === undefined ? [pairsTrial] : [pairsTrial, pgpoolTrial(PGPOOL)],
}

type Pairs = (count: number, withToken: boolean) => Promise<PairsReport>

async function measure(rig: Rig, extent: (typeof EXTENT)['full']): Promise<Outcome> {
  const { cluster, clients, serve } = rig
  startWriteLoad(rig)
  const server = await serve(sTier(cluster))
  const { port } = server
  let nextId = SEEDED + 1
  const pairs: Pairs = async (count, withToken) => {
    const order = { kind: 'pairs', port, callers: CALLERS, pairs: count, firstId: nextId } as const
    nextId += count
    return clients.ask<PairsReport>({ ...order, withToken })
  }
  await pairs(Math.min(1_000, extent.pairs), true) // Plans, compiles and fills the pools.
  const before = await readsOf(cluster)
  const { withToken, without } = await interleaved(pairs, extent)
  await server.stop() // Its sessions tell PostgreSQL what they have counted when they end.
  const onReplicas = await shareOnReplicas(cluster, before, withToken, without)
  const byHand = await askByHand(rig, nextId, extent.controls)
  return outcomeOf({ withToken, without, byHand, onReplicas }, await versionsOf(cluster))
}

/** It ends with the rig. */
function startWriteLoad({ cluster, moreClients }: Rig): void {
  const order = { kind: 'write-load', primary: cluster.primary.url, ...WRITE_LOAD } as const
  moreClients()
    .ask(order)
    .catch(() => undefined)
}

/** With and without in turn, so that both have the same machine; the last portion takes what is left. */
async function interleaved(
  pairs: Pairs,
  { pairs: all, controls, rounds }: (typeof EXTENT)['full'],
) {
  const [withToken, without]: [PairsReport[], PairsReport[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    const share = Math.floor(all / rounds) + (round === 0 ? all % rounds : 0)
    withToken.push(await pairs(share, true))
    without.push(await pairs(Math.floor(controls / rounds), false))
  }
  return { withToken, without }
}

/** Straight to the nodes, as programs do that know which is which. */
async function askByHand({ cluster, clients }: Rig, firstId: number, pairs: number) {
  const [replica] = cluster.standbys
  return clients.ask<ByHandReport>({
    ...{ kind: 'by-hand', primary: cluster.primary.url, replica: replica?.url ?? '' },
    ...{ callers: CALLERS, pairs, firstId },
  })
}

interface Measured {
  readonly withToken: readonly PairsReport[]
  readonly without: readonly PairsReport[]
  readonly byHand: ByHandReport
  readonly onReplicas: number
}

function outcomeOf(measured: Measured, versions: Record<string, string>): Outcome {
  const { withToken, without, byHand, onReplicas } = measured
  const added = least(withToken) - least(without)
  return {
    columns: [
      { name: 'pairs', digits: 0 },
      { name: 'stale reads', digits: 0 },
      { name: 'stale, %', digits: 2 },
      { name: 'failed', digits: 0 },
      { name: 'write p50, ms', digits: 2 },
      { name: 'read p50, ms', digits: 2 },
      { name: 'read p99, ms', digits: 2 },
    ],
    rows: [
      { name: 'S-Tier, token sent', values: valuesOf(withToken) },
      { name: 'S-Tier, token not sent', values: valuesOf(without) },
      {
        name: 'primary, then replica, by hand',
        values: [byHand.pairs, byHand.stale, (100 * byHand.stale) / byHand.pairs],
      },
    ],
    bars: [
      atMost('stale reads with the token', sum(withToken, 'stale'), 0),
      atMost('failed requests', sum(withToken, 'failed'), 0, withToken[0]?.firstFailure),
      atLeast('control: stale share without the token', staleShare(without), 0.5),
      atLeast('share of reads on replicas', onReplicas, 0.8),
      atMost('added to a read at the median, ms', added, 1.5),
    ],
    ...{ versions, raw: measured },
  }
}

function valuesOf(reports: readonly PairsReport[]): readonly number[] {
  const [pairs, stale] = [sum(reports, 'pairs'), sum(reports, 'stale')]
  const lowest = (figure: 'writeP50Ms' | 'readP99Ms') =>
    Math.min(...reports.map(one => one[figure]))
  return [
    ...[pairs, stale, (100 * stale) / pairs, sum(reports, 'failed')],
    ...[lowest('writeP50Ms'), least(reports), lowest('readP99Ms')],
  ]
}

function staleShare(reports: readonly PairsReport[]): number {
  return sum(reports, 'stale') / sum(reports, 'pairs')
}

function least(reports: readonly PairsReport[]): number {
  return Math.min(...reports.map(({ readP50Ms }) => readP50Ms))
}

function sum(reports: readonly PairsReport[], figure: 'pairs' | 'stale' | 'failed'): number {
  return reports.reduce((total, report) => total + report[figure], 0)
}

/** Reads by key that each node has answered, as PostgreSQL itself counts them. */
async function readsOf({ nodes }: ReplicatedCluster): Promise<readonly number[]> {
  return Promise.all(
    nodes.map(async node => {
      const [row] = await node.query<{ reads: string }>(READS)
      return Number(row?.reads)
    }),
  )
}

const READS = `select coalesce(sum(idx_scan), 0) as reads from pg_stat_user_tables where relname = 'entries'`
const STATISTICS_MS = 5_000

async function shareOnReplicas(
  cluster: ReplicatedCluster,
  before: readonly number[],
  ...reports: (readonly PairsReport[])[]
): Promise<number> {
  const reads = reports.reduce((total, each) => total + sum(each, 'pairs'), 0)
  const until = performance.now() + STATISTICS_MS
  for (;;) {
    const now = await readsOf(cluster)
    const [primary = 0, ...replicas] = now.map((count, index) => count - (before[index] ?? 0))
    const onReplicas = replicas.reduce((total, count) => total + count, 0)
    const isComplete = primary + onReplicas >= reads
    if (isComplete || performance.now() > until) return onReplicas / (primary + onReplicas)
    await sleep(100)
  }
}
