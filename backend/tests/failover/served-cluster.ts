import { onTestFinished } from 'vitest'
import {
  type ReplicatedCluster,
  type ReplicatedOptions,
  startReplicated,
} from '../support/replicated.ts'
import { startServer, type TestServer } from '../support/server.ts'

/** A primary with two standbys, a table on them, and a server before them. */
export interface ServedCluster {
  readonly cluster: ReplicatedCluster
  readonly server: TestServer
  /** Rows of this mark, as the API tells them to a caller with this token. */
  read(mark: string, token?: string): Promise<{ status: number; rows: number }>
  /** Inserts one row; answers the token of the write. */
  write(mark: string): Promise<{ status: number; code?: string | undefined; token?: string }>
}

/** Watches the nodes closely, so that tests need not wait for it. */
const FLAGS = {
  '--database-anon-role': 'anon',
  '--replicas-check-every-ms': '100',
  '--replicas-recheck-every-ms': '50',
  '--replicas-answer-timeout-ms': '500',
  '--replicas-primary-wait-ms': '10000',
  '--pool-size-min': '2',
  '--pool-size-max': '10',
}

/** Everything ends with the test. */
export async function serveCluster(
  options: ReplicatedOptions = {},
  flags: Readonly<Record<string, string>> = {},
): Promise<ServedCluster> {
  const cluster = await startReplicated(options)
  onTestFinished(() => cluster.stop())
  const { primary, standbys } = cluster
  await primary.query(
    'create table mark (id bigint generated always as identity primary key, name text)',
  )
  await primary.query('grant select, insert on mark to anon')
  const lsn = await primary.lsn()
  await Promise.all(standbys.map(standby => standby.caughtUp(lsn)))
  const replicas = standbys.map(({ authenticatorUrl }) => authenticatorUrl).join(',')
  const server = await startServer(primary.authenticatorUrl, {
    ...FLAGS,
    '--database-replicas': replicas,
    ...flags,
  })
  onTestFinished(() => server.stop())
  return { cluster, server, ...callers(server.address) }
}

function callers(address: string): Pick<ServedCluster, 'read' | 'write'> {
  return {
    async read(mark, token) {
      const headers = token === undefined ? {} : { 's-tier-consistency': token }
      const answer = await fetch(`${address}/mark?name=eq.${mark}&select=id`, { headers })
      const body = (await answer.json()) as readonly unknown[]
      return { status: answer.status, rows: answer.ok ? body.length : 0 }
    },
    async write(mark) {
      const answer = await fetch(`${address}/mark`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: mark }),
      })
      const text = await answer.text()
      const token = answer.headers.get('s-tier-consistency')
      const code = answer.ok ? undefined : (JSON.parse(text) as { code: string }).code
      return { status: answer.status, code, ...(token !== null && { token }) }
    },
  }
}
