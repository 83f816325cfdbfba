// One replica of two freezes: connections to it stay open and nobody answers. What do the rest of the requests notice?
import { setTimeout as sleep } from 'node:timers/promises'
import { atMost, type Outcome, type Study, type Trial } from '../harness/trial.ts'
import { SEEDED } from '../programs/http/entries.ts'
import type { StreamReport, TrafficReport } from '../programs/http/traffic.ts'
import { type Rig, sTier, twoPools, versionsOf, withReplicas } from './replicated/front.ts'

/** Each server gets so much, 200 requests a second. */
const LOAD = { readsPerSecond: 140, writesPerSecond: 60 }
const EXTENT = {
  full: { beforeMs: 20_000, frozenMs: 60_000 },
  quick: { beforeMs: 3_000, frozenMs: 10_000 },
}
/** No number of failures opens these. */
const NO_BREAKER = ['--breaker-failures-to-open', '1000000', '--breaker-failure-ratio', '0']

const frozenReplica: Trial = {
  name: 'frozen-replica',
  title: 'One of two replicas is frozen, 200 requests a second',
  run: extent => withReplicas({ standbys: 2 }, rig => measure(rig, EXTENT[extent])),
}

export const cascade: Study = {
  name: 'cascade',
  packages: ['fastify', 'pg'],
  trials: [frozenReplica],
}

const NAMES = ['S-Tier', 'S-Tier without breaker', 'by hand'] as const
type Name = (typeof NAMES)[number]
type Reports = Readonly<Record<Name, TrafficReport>>

/** All servers at the same time before the same nodes: they see the same freeze. */
async function measure(
  rig: Rig,
  { beforeMs, frozenMs }: (typeof EXTENT)['full'],
): Promise<Outcome> {
  const { cluster } = rig
  const commands = {
    'S-Tier': sTier(cluster),
    'S-Tier without breaker': sTier(cluster, NO_BREAKER),
    'by hand': twoPools(cluster),
  }
  const load = await loadOn(rig, commands)
  await load(2_000) // Plans, compiles and fills the pools.
  const before = await load(beforeMs)
  const [frozen] = cluster.standbys
  const reported = load(frozenMs)
  await sleep(100)
  frozen?.freeze()
  const during = await reported
  frozen?.thaw()
  return outcomeOf(before, during, await versionsOf(cluster))
}

async function loadOn(
  rig: Rig,
  commands: Readonly<Record<Name, Parameters<Rig['serve']>[0]>>,
): Promise<(durationMs: number) => Promise<Reports>> {
  const targets = await Promise.all(
    NAMES.map(async name => {
      const { port } = await rig.serve(commands[name])
      return { name, port, clients: rig.moreClients() }
    }),
  )
  let nextId = SEEDED + 1
  return async durationMs => {
    const reports = await Promise.all(
      targets.map(async ({ name, port, clients }) => {
        const firstId = nextId
        nextId += 100_000
        const order = { kind: 'traffic', port, durationMs, firstId, ...LOAD } as const
        return [name, await clients.ask<TrafficReport>(order)] as const
      }),
    )
    return Object.fromEntries(reports) as Reports
  }
}

function outcomeOf(before: Reports, during: Reports, versions: Record<string, string>): Outcome {
  const ours = { before: before['S-Tier'], during: during['S-Tier'] }
  const failures = JSON.stringify(ours.during.reads.failures)
  return {
    columns: [
      { name: 'requests', digits: 0 },
      { name: 'failed', digits: 0 },
      { name: 'p50, ms', digits: 1 },
      { name: 'p99, ms', digits: 1 },
      { name: 'p99 before, ms', digits: 1 },
    ],
    rows: NAMES.flatMap(name => [
      { name: `${name}: reads`, values: valuesOf(before[name].reads, during[name].reads) },
      { name: `${name}: writes`, values: valuesOf(before[name].writes, during[name].writes) },
    ]),
    bars: [
      atMost('failed writes, which do not use it', ours.during.writes.failed, 0),
      atMost('p99 of writes, of before', ours.during.writes.p99Ms / ours.before.writes.p99Ms, 1.5),
      atMost('failed reads', ours.during.reads.failed, 0, failures),
    ],
    ...{ versions, raw: { before, during } },
  }
}

function valuesOf(before: StreamReport, during: StreamReport): readonly number[] {
  return [during.sent, during.failed, during.p50Ms, during.p99Ms, before.p99Ms]
}
