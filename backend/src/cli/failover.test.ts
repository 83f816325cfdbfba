import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import pg from 'pg'
import { runnerOf } from '../../tests/support/command-line.ts'
import { type ReplicatedCluster, startReplicated } from '../../tests/support/replicated.ts'

let cluster: ReplicatedCluster
beforeAll(async () => {
  cluster = await startReplicated()
  await cluster.primary.query('create table t (id int)')
})
afterAll(() => cluster.stop())

const writers: pg.Client[] = []
afterEach(async () => {
  for (const writer of writers.splice(0)) await writer.end().catch(() => undefined)
})

const run = runnerOf('failover')

const urls = () => cluster.nodes.map(({ url }) => url)
const place = (index: number) => `127.0.0.1:${cluster.nodes[index]!.port}`
const isStandby = async (index: number) => {
  const [row] = await cluster.nodes[index]!.query<{ is: boolean }>(
    'select pg_is_in_recovery() as is',
  )
  return row!.is
}

test('it tells what is there and does nothing about a primary that lives', async () => {
  const { code, text } = await run(urls())
  expect(code).toBe(0)
  expect(text).toContain(`  ${place(0)}  primary  timeline 1  at `)
  expect(text).toMatch(/standby {2}timeline 1 {2}received \S+ {2}replayed \S+ {2}receiving\n/)
  expect(text).toContain(`${place(0)} is the primary: there is nothing to do\n`)
  // The same from the configuration, of several hosts in one URL.
  const hosts = cluster.nodes.map((_, index) => place(index)).join(',')
  const configured = await run([], { DATABASE_URL: `postgres://postgres@${hosts}/postgres` })
  expect(configured).toMatchObject({ code: 0, text: expect.stringContaining('nothing to do') })
  const two = {
    DATABASE_URL: urls()[0]!,
    STIER_DATABASE_REPLICAS: urls().slice(1).join(','),
  }
  expect((await run(['--switchover'], two)).text).toContain('Nothing was done. Add --yes')
  expect(await isStandby(1)).toBe(true)
})

test.each([
  [[], {}, 3, 's-tier failover postgres://'],
  [['postgres://postgres@127.0.0.1:1/x'], {}, 2, 'at least two nodes'],
  [['postgres://postgres@127.0.0.1:1,127.0.0.1:2/x'], {}, 4, 'ST220'],
  [['mysql://x', 'y'], {}, 3, 'ST030'],
])('%j ends with an error', async (argv, environment, code, text) => {
  expect(await run(argv, environment)).toEqual({ code, text: expect.stringContaining(text) })
})

test('a role without rights is told which it needs', async () => {
  const weak = cluster.nodes.map(({ authenticatorUrl }) => authenticatorUrl)
  const { code, text } = await run([...weak, '--switchover', '--yes'])
  expect(code).toBe(4)
  expect(text).toContain('authenticator may not keep the primary')
  expect(await isStandby(1)).toBe(true)
})

test('a switchover under write load loses nothing that was acknowledged', async () => {
  const [first, second, third] = cluster.nodes
  const writer = new pg.Client(first!.url)
  writers.push(writer)
  writer.on('error', () => undefined)
  await writer.connect()
  let written = 0
  const writing = (async () => {
    for (;;) {
      await writer.query('insert into t values (1)')
      written++
    }
  })().catch(() => undefined)
  await expect.poll(() => written).toBeGreaterThan(10)
  const { code, text } = await run([...urls(), '--switchover', '--to', place(1), '--yes'])
  await writing
  expect(text).toContain(`${place(0)} is read-only, its sessions are ended\n`)
  expect(text).toContain(`${place(1)} is the primary now\n`)
  expect(text).toContain(`${place(2)} receives from ${place(1)}\n`)
  expect(text).toContain(`${place(0)} still runs, read-only. Stop it now`)
  expect(code).toBe(0)
  const [counted] = await second!.query<{ count: number }>('select count(*)::int as count from t')
  expect(counted!.count).toBe(written)
  await expect(first!.query('insert into t values (2)')).rejects.toMatchObject({ code: '25006' })
  await second!.query('insert into t values (3)')
  await third!.caughtUp(await second!.lsn())
  // Said again, it knows who the primary is.
  expect((await run(urls())).text).toContain(`${place(1)} is the primary: there is nothing to do`)
  await cluster.reclone(first!, second!)
})

test('the primary has died: the standby that received most takes its place', async () => {
  const [first, second, third] = cluster.nodes
  await third!.caughtUp(await second!.lsn())
  // The slot that a standby asks for does not come with the promotion.
  await second!.query(`select pg_create_physical_replication_slot('s_third', true)`)
  await third!.query(`alter system set primary_slot_name = 's_third'`)
  await third!.query('select pg_reload_conf()')
  await second!.kill()
  await expect
    .poll(async () => (await run(urls())).text, { timeout: 20_000 })
    .toContain('Nothing was done. Add --yes')
  const { code, text } = await run([...urls(), '--to', place(0), '--yes'])
  expect(text).toContain(`Warning: ${place(1)} does not answer`)
  expect(text).toContain(`${place(0)} is the primary now\n${place(2)} receives from ${place(0)}\n`)
  expect(code).toBe(0)
  await first!.query('insert into t values (4)')
  await third!.caughtUp(await first!.lsn())
  // The dead one comes back as a second primary: that is told, and nothing more is done.
  await second!.start()
  const again = await run([...urls(), '--yes'])
  expect(again).toMatchObject({
    code: 4,
    text: expect.stringContaining('Several nodes take writes'),
  })
})
