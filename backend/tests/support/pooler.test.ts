import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { pgBouncerPath, startPgBouncer } from './pooler.ts'

test.skipIf(pgBouncerPath === undefined)(
  'in transaction mode two transactions of a client may run in different sessions of the server',
  async () => {
    const url = inject('postgresUrl')
    const { hostname, port } = new URL(url)
    const pooler = await startPgBouncer({ target: { host: hostname, port: Number(port) } })
    const clients = [new pg.Client(pooler.urlFor(url)), new pg.Client(pooler.urlFor(url))] as const
    await Promise.all(clients.map(client => client.connect()))
    const pidOf = async (client: pg.Client) =>
      (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid
    const before = await pidOf(clients[0])
    await clients[1].query('begin')
    expect(await pidOf(clients[1])).toBe(before) // It took the session that was free.
    expect(await pidOf(clients[0])).not.toBe(before)
    await clients[1].query('commit')
    await Promise.all(clients.map(client => client.end()))
    await pooler.stop()
    await pooler.stop()
  },
)
