import { expect, test } from 'vitest'
import { journaling } from '../support/journaling.ts'
import { serveCluster } from './served-cluster.ts'

const QUICK = { '--journal-tables-every-ms': '50', '--journal-sweep-ms': '20' }
const PATIENT = { timeout: 30_000 }

test('after a failover nothing that only the old primary had is answered, and answers are kept again', async () => {
  const { cluster, server, write, read } = await serveCluster({ standbys: 1 }, QUICK)
  const { primary } = cluster
  const [standby] = cluster.standbys as [(typeof cluster.standbys)[0]]
  await journaling(primary.url, { schemas: 'all', logins: ['authenticator'] })
  const ask = async (token?: string) => {
    const headers = token === undefined ? {} : { 's-tier-consistency': token }
    const answer = await fetch(`${server.address}/mark?select=name&order=id`, { headers })
    const names = (answer.ok ? await answer.json() : []) as readonly { name: string }[]
    return {
      names: names.map(({ name }) => name),
      status: answer.headers.get('cache-status') ?? '',
    }
  }
  const hits = () => expect.poll(async () => (await ask()).status, PATIENT).toMatch(/; hit; ttl=\d/)
  const before = await write('kept')
  await standby.caughtUp(await primary.lsn())
  await hits()
  // Acknowledged by the old primary alone, seen by everybody, and lost with it.
  await standby.stop()
  const lost = await write('lost')
  await expect.poll(async () => (await ask(lost.token)).names, PATIENT).toContain('lost')
  await primary.kill()
  await standby.start()
  await standby.promote()
  await expect.poll(async () => (await write('new')).status, PATIENT).toBe(201)
  await hits()
  const { names } = await ask()
  expect(names).toContain('new')
  expect(names).toEqual(
    (await standby.query<{ name: string }>('select name from mark order by id')).map(
      ({ name }) => name,
    ),
  )
  for (const { token } of [before, lost]) {
    const answer = await ask(token)
    expect(answer).toMatchObject({ names, status: expect.stringContaining('fwd=bypass') })
  }
  expect(await read('new', (await write('other')).token)).toMatchObject({ rows: 1 })
})
