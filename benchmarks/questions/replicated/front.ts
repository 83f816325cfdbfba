import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  type ReplicatedCluster,
  type ReplicatedOptions,
  startReplicated,
} from '../../../backend/tests/support/replicated.ts'
import { type RunningServer, type ServerCommand, startServer } from '../../harness/processes.ts'
import { query } from '../../harness/store.ts'
import { startWorker, type Worker } from '../../harness/worker.ts'
import type { HttpOrder } from '../../programs/http.ts'
import { ENTRIES } from '../../programs/http/entries.ts'

const S_TIER = fileURLToPath(new URL('../../../backend/bin/s-tier.js', import.meta.url))
const S_TIER_BUILD = fileURLToPath(new URL('../../../backend/dist/main.js', import.meta.url))
const TWO_POOLS = fileURLToPath(
  new URL('../../dist/benchmarks/peers/two-pools.js', import.meta.url),
)

/** What a trial with replicas works with. */
export interface Rig {
  readonly cluster: ReplicatedCluster
  readonly clients: Worker<HttpOrder>
  /** Starts a server before the nodes; it is stopped with the rest. */
  serve(command: ServerCommand): Promise<RunningServer>
  /** Clients of another process, for load at the same time. */
  moreClients(): Worker<HttpOrder>
}

/** Gives `work` a primary and its standbys, with the table of entries. */
export async function withReplicas<T>(
  options: ReplicatedOptions,
  work: (rig: Rig) => Promise<T>,
): Promise<T> {
  const cluster = await startReplicated(options)
  const [servers, workers]: [RunningServer[], Worker<HttpOrder>[]] = [[], []]
  const moreClients = () => {
    const worker = startWorker<HttpOrder>('http', {})
    workers.push(worker)
    return worker
  }
  try {
    await query(cluster.primary.url, ENTRIES)
    const lsn = await cluster.primary.lsn()
    await Promise.all(cluster.standbys.map(standby => standby.caughtUp(lsn)))
    return await work({
      ...{ cluster, clients: moreClients(), moreClients },
      async serve(command) {
        const server = await startServer(command)
        servers.push(server)
        return server
      },
    })
  } finally {
    await Promise.all(workers.map(worker => worker.stop()))
    await Promise.all(servers.map(server => server.stop()))
    await cluster.stop()
  }
}

/** S-Tier before all nodes. `flags` as on the command line. */
export function sTier(
  { primary, standbys }: ReplicatedCluster,
  flags: readonly string[] = [],
): ServerCommand {
  if (!existsSync(S_TIER_BUILD)) throw new Error('S-Tier is not built yet: npm run build')
  const replicas = standbys.flatMap(({ authenticatorUrl }) => ['--replica', authenticatorUrl])
  return {
    arguments: port => [
      ...[S_TIER, 'serve', primary.authenticatorUrl, ...replicas, '--http-port', String(port)],
      ...['--database-anon-role', 'anon', '--rest-prefix', '/', ...flags],
    ],
    environment: () => ({}),
  }
}

/** What a team writes by hand for the same. */
export function twoPools({ primary, standbys }: ReplicatedCluster): ServerCommand {
  return {
    arguments: () => [TWO_POOLS],
    environment: port => ({
      ...{ PORT: String(port), POOL_SIZE: '10', DATABASE_URL: primary.url },
      REPLICA_URLS: standbys.map(({ url }) => url).join(','),
    }),
  }
}

/** The version of the nodes, as results name it. */
export async function versionsOf({ primary }: ReplicatedCluster): Promise<Record<string, string>> {
  const [row] = await primary.query<{ server_version: string }>('show server_version')
  return { PostgreSQL: row?.server_version ?? '' }
}
