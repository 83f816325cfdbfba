import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbedded } from '../../backend/src/cli/embedded/index.ts'
import { MEASUREMENTS } from '../programs/pool/work.ts'
import { query } from './store.ts'
import type { Outcome } from './trial.ts'

/** A PostgreSQL with the table of measurements, which nobody changes. */
export interface Cluster {
  readonly url: string
  readonly port: number
  stop(): Promise<void>
  /** The same data on the same port again; resolves when it takes connections. */
  start(): Promise<void>
}

const SETTINGS = {
  shared_buffers: '256MB',
  max_connections: '400',
  autovacuum: 'off',
  fsync: 'off',
}

/** Gives `work` the cluster, and adds its version to what that answers. Its data is kept among the temporary files: the next trial begins at once. */
export async function withCluster<T extends object>(
  work: (cluster: Cluster) => Promise<T>,
): Promise<T & Pick<Outcome, 'versions'>> {
  const dataDir = join(tmpdir(), 's-tier-trials')
  let server = await startEmbedded({ dataDir, settings: SETTINGS })
  const { url, port } = server
  try {
    await ensureLoaded(url)
    const [row] = await query<{ server_version: string }>(url, 'show server_version')
    const result = await work({
      ...{ url, port, stop: () => server.stop() },
      async start() {
        server = await startEmbedded({ dataDir, port, settings: SETTINGS })
      },
    })
    return { ...result, versions: { PostgreSQL: row?.server_version ?? '' } }
  } finally {
    await server.stop()
  }
}

/** The whole script is one transaction: there is all of it or nothing. */
async function ensureLoaded(url: string): Promise<void> {
  const found = await query(url, `select from pg_class where relname = 'measurements'`)
  if (found.length === 0) await query(url, MEASUREMENTS)
}
