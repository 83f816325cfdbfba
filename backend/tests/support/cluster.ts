import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { isLocked, removeCluster, startEmbedded } from '../../src/cli/embedded/index.ts'

const PREFIX = 's-tier-test-'

/**
 * Durability is of no use to a cluster that is thrown away, compiling statements none to those that run once; logical WAL is
 * what change capture needs.
 */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  wal_level: 'logical',
  jit: 'off',
}

/** The roles of every PostgREST database: the server logs in as one and becomes one of the others. */
export const ROLES = `
  create role anon nologin noinherit;
  create role authenticated nologin noinherit;
  create role service_role nologin noinherit bypassrls;
  create role authenticator login noinherit;
  grant anon, authenticated, service_role to authenticator;
`

export interface TestCluster {
  readonly url: string
  stop(): Promise<void>
}

/** A server in a new folder for temporary files, with the roles. `binDir`: another version's programs. */
export async function startTestCluster(binDir: string | undefined): Promise<TestCluster> {
  await removeAbandoned()
  const folder = mkdtempSync(join(tmpdir(), PREFIX))
  chmodSync(folder, 0o755) // As root, PostgreSQL runs as another user, who must pass.
  const server = await startEmbedded({ dataDir: join(folder, 'data'), binDir, settings: SETTINGS })
  const client = new pg.Client(server.url)
  await client.connect()
  await client.query(ROLES)
  await client.end()
  return {
    url: server.url,
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Stops and removes what killed test runs of ours have left behind. */
async function removeAbandoned(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter(entry => entry.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name)
    const dataDir = join(folder, 'data')
    const isOurs = statSync(folder, { throwIfNoEntry: false })?.uid === process.getuid?.()
    if (!isOurs || !existsSync(`${dataDir}.lock`) || isLocked(dataDir)) continue
    await removeCluster(dataDir)
    rmSync(folder, { recursive: true, force: true })
  }
}
