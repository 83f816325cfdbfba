import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { journaling } from '../../../backend/tests/support/journaling.ts'
import { startRedis, type TestRedis } from '../../../backend/tests/support/redis.ts'
import {
  type ReplicatedCluster,
  type ReplicatedNode,
  startReplicated,
} from '../../../backend/tests/support/replicated.ts'
import { freePort } from '../../harness/processes.ts'
import { startWorker, type Worker } from '../../harness/worker.ts'
import type { UptimeProgramOrder } from '../../programs/uptime.ts'
import { tablesIn } from '../uplift.ts'
import { createInstance, type Instance, type InstanceCommand } from './instance.ts'

/** Some processes that are the same service. */
export interface Contestant {
  readonly name: string
  readonly instances: readonly Instance[]
  readonly speaksDialect: boolean
}

/** Two services on the same database, under the same traffic, with the same faults. */
export interface World {
  readonly cluster: ReplicatedCluster
  readonly redis: TestRedis
  readonly sTier: Contestant
  readonly baseline: Contestant
  readonly clients: Worker<UptimeProgramOrder>
  /** For clients that come beside the others. */
  readonly moreClients: Worker<UptimeProgramOrder>
  /** What takes writes now. */
  primary: ReplicatedNode
}

/** Instances of each. */
const S_TIERS = 3
const BASELINES = 2
/** Database connections of each instance. */
const POOL_SIZE = 10
const SCHEMAS = ['public', 'by_hand'] as const
const ROLE = 'authenticated'

const S_TIER = fileURLToPath(new URL('../../../backend/bin/s-tier.js', import.meta.url))
const S_TIER_BUILD = fileURLToPath(new URL('../../../backend/dist/main.js', import.meta.url))
const BASELINE = fileURLToPath(new URL('../../dist/benchmarks/peers/baseline.js', import.meta.url))

/** Gives `work` a primary, two standbys of which one has every commit, Redis, and the instances of both. */
export async function withWorld<T>(work: (world: World) => Promise<T>): Promise<T> {
  if (!existsSync(S_TIER_BUILD)) throw new Error('S-Tier is not built yet: npm run build')
  const opened: (() => Promise<unknown>)[] = []
  try {
    const redis = await startRedis()
    opened.push(() => redis.stop())
    const cluster = await startReplicated({ standbys: 2, synchronous: true })
    opened.push(() => cluster.stop())
    await fill(cluster)
    const at = { primary: cluster.primary }
    const sTier = await createContestant('S-Tier', S_TIERS, port =>
      sTierCommand(cluster, redis, port),
    )
    const baseline = await createContestant('baseline', BASELINES, port =>
      baselineCommand(at.primary, port),
    )
    const all = [...sTier.instances, ...baseline.instances]
    opened.push(() => Promise.all(all.map(instance => instance.stop())))
    await Promise.all(all.map(instance => instance.start()))
    const workers = [startWorker<UptimeProgramOrder>('uptime', {}), startWorker('uptime', {})]
    opened.push(() => Promise.all(workers.map(worker => worker.stop())))
    const [clients, moreClients] = workers as [World['clients'], World['clients']]
    const contestants = {
      sTier: { ...sTier, speaksDialect: true },
      baseline: { ...baseline, speaksDialect: false },
    }
    const world: World = Object.assign(at, {
      ...{ cluster, redis, clients, moreClients },
      ...contestants,
    })
    return await work(world)
  } finally {
    for (const close of opened.toReversed()) await close()
  }
}

/** The same articles for both; S-Tier's are journaled. */
async function fill({ primary, standbys }: ReplicatedCluster): Promise<void> {
  for (const schema of SCHEMAS) await primary.query(tablesIn(schema))
  const tables = ['public.articles', 'public.article_reviews']
  await journaling(primary.url, { tables, logins: ['authenticator'] })
  const lsn = await primary.lsn()
  await Promise.all(standbys.map(standby => standby.caughtUp(lsn)))
}

async function createContestant(
  name: string,
  count: number,
  command: (port: number) => InstanceCommand,
): Promise<Pick<Contestant, 'name' | 'instances'>> {
  const instances: Instance[] = []
  for (let n = 1; n <= count; n++) {
    const port = await freePort()
    instances.push(createInstance(`${name}-${n}`, port, () => command(port)))
  }
  return { name, instances }
}

/** It knows all nodes from the beginning, and is told of nothing that happens. */
function sTierCommand(
  { primary, standbys }: ReplicatedCluster,
  redis: TestRedis,
  port: number,
): InstanceCommand {
  const replicas = standbys.flatMap(({ authenticatorUrl }) => ['--replica', authenticatorUrl])
  return {
    arguments: [
      ...[S_TIER, 'serve', primary.authenticatorUrl, ...replicas, '--redis-url', redis.url],
      ...['--http-port', String(port), '--database-anon-role', ROLE],
      ...['--pool-size-max', String(POOL_SIZE)],
    ],
    environment: {},
  }
}

/** It knows the primary. After a failover its operators give it the new one's address. */
function baselineCommand({ url }: ReplicatedNode, port: number): InstanceCommand {
  const address = new URL(url)
  address.searchParams.set('options', `-c role=${ROLE} -c search_path=by_hand,public`)
  return {
    arguments: [BASELINE],
    environment: {
      PORT: String(port),
      POOL_SIZE: String(POOL_SIZE),
      DATABASE_URL: address.href,
    },
  }
}
