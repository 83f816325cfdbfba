import { setTimeout as sleep } from 'node:timers/promises'
import type { ReplicatedNode } from '../../../backend/tests/support/replicated.ts'
import type { Contestant, World } from './world.ts'

/** Something goes wrong, and is right again when it resolves. */
export interface Fault {
  readonly name: string
  happen(world: World): Promise<void>
}

/** How long what is away is away. */
const AWAY_MS = 5_000
/** From the primary's end to the order to promote: how long a cluster manager takes to be sure. */
const UNTIL_PROMOTED_MS = 1_000
/** Until the operators of a service that knows one address have given it the new one. */
const UNTIL_TOLD_MS = 1_000
const STORM_CLIENTS = 400

/** In this order, again and again. */
export const FAULTS: readonly Fault[] = [
  { name: 'nothing', happen: async () => undefined },
  {
    name: 'a replica is killed, and comes back',
    async happen(world) {
      const [replica] = replicasOf(world)
      await replica?.kill()
      await sleep(AWAY_MS)
      await replica?.start()
    },
  },
  {
    name: 'a replica is frozen',
    async happen(world) {
      const [replica] = replicasOf(world)
      replica?.freeze()
      await sleep(AWAY_MS)
      replica?.thaw()
    },
  },
  {
    name: 'a replica falls behind',
    async happen(world) {
      const [replica] = replicasOf(world)
      await replica?.pauseReplay()
      await sleep(AWAY_MS)
      await replica?.resumeReplay()
    },
  },
  {
    name: 'Redis is killed, and comes back empty',
    async happen({ redis }) {
      await redis.kill()
      await sleep(AWAY_MS)
      await redis.restart()
    },
  },
  {
    name: 'Redis is frozen',
    async happen({ redis }) {
      redis.freeze()
      await sleep(AWAY_MS)
      redis.thaw()
    },
  },
  {
    name: 'the primary is frozen',
    async happen({ primary }) {
      primary.freeze()
      await sleep(AWAY_MS)
      primary.thaw()
    },
  },
  { name: 'the primary is killed, a replica promoted', happen: failOver },
  {
    name: 'all sessions of the primary are ended',
    async happen({ primary }) {
      await primary.query(`select pg_terminate_backend(pid) from pg_stat_activity
        where backend_type = 'client backend' and pid <> pg_backend_pid()`)
    },
  },
  {
    name: 'an instance is killed, and started again',
    happen: world => both(world, killOne),
  },
  {
    name: 'all instances are replaced, one after the other',
    happen: world => both(world, replaceAll),
  },
  {
    name: `${STORM_CLIENTS} more clients at once`,
    happen: world => both(world, contestant => storm(world, contestant)),
  },
]

function replicasOf({ cluster, primary }: World): readonly ReplicatedNode[] {
  return cluster.nodes.filter(node => node !== primary)
}

async function both(
  { sTier, baseline }: World,
  work: (contestant: Contestant) => Promise<void>,
): Promise<void> {
  await Promise.all([work(sTier), work(baseline)])
}

async function failOver(world: World): Promise<void> {
  const { cluster, primary: before, baseline } = world
  const others = replicasOf(world)
  await before.kill()
  await sleep(UNTIL_PROMOTED_MS)
  const next = await cluster.mostAdvanced(others)
  for (const node of others) if (node !== next) await node.follow(next)
  await next.promote()
  await next.query(`alter system set synchronous_standby_names = 'ANY 1 (*)'`)
  await next.query('select pg_reload_conf()')
  world.primary = next
  await sleep(UNTIL_TOLD_MS)
  await replaceAll(baseline)
  await cluster.reclone(before, next)
}

async function killOne({ instances }: Contestant): Promise<void> {
  const [instance] = instances
  await instance?.kill()
  await sleep(AWAY_MS)
  await instance?.start()
}

async function replaceAll({ instances }: Contestant): Promise<void> {
  for (const instance of instances) {
    await instance.stop()
    await instance.start()
  }
}

async function storm(
  { moreClients }: World,
  { instances, speaksDialect }: Contestant,
): Promise<void> {
  await moreClients.ask({
    kind: 'storm',
    ports: instances.map(({ port }) => port),
    path: speaksDialect ? '/rest/v1/articles?category_id=eq.7' : '/articles?category=7',
    clients: STORM_CLIENTS,
  })
}
