import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { identityOf } from '../../src/cli/embedded/processes.ts'
import { type ReplicatedCluster, type ReplicatedNode, startReplicated } from './replicated.ts'

/** Machines may be busy. */
const PATIENCE = { timeout: 10_000 }

let cluster: ReplicatedCluster
beforeAll(async () => {
  cluster = await startReplicated({ synchronous: true })
  await cluster.primary.query('create table kept (id int)')
})
afterAll(() => cluster.stop())

const count = async (node: ReplicatedNode): Promise<number> => {
  const [row] = await node.query<{ count: number }>('select count(*)::int as count from kept')
  return row?.count ?? -1
}
const write = (node: ReplicatedNode, id: number) => node.query('insert into kept values ($1)', [id])

async function caughtUp(primary: ReplicatedNode, ...standbys: ReplicatedNode[]): Promise<void> {
  const lsn = await primary.lsn()
  await Promise.all(standbys.map(standby => standby.caughtUp(lsn)))
}

test('standbys stream from the primary, read only, with the roles of the server', async () => {
  const { primary, standbys, nodes } = cluster
  expect(nodes.map(({ name }) => name)).toEqual(['node-1', 'node-2', 'node-3'])
  await write(primary, 1)
  await caughtUp(primary, ...standbys)
  expect(await Promise.all(standbys.map(count))).toEqual([1, 1])
  await expect(write(standbys[0]!, 2)).rejects.toMatchObject({ code: '25006' })
  const client = new pg.Client(standbys[1]!.authenticatorUrl)
  await client.connect()
  await client.query('set role anon')
  await client.end()
  const streaming = await primary.query(
    'select application_name as name, sync_state as state from pg_stat_replication order by 1',
  )
  expect(streaming).toEqual([
    { name: 'node-2', state: 'quorum' },
    { name: 'node-3', state: 'quorum' },
  ])
})

test('a standby whose replay is paused falls behind and catches up', async () => {
  const [standby] = cluster.standbys as [ReplicatedNode, ReplicatedNode]
  const before = await count(standby)
  await standby.pauseReplay()
  await write(cluster.primary, 3)
  await caughtUp(cluster.primary, cluster.standbys[1]!)
  expect(await count(standby)).toBe(before)
  await standby.resumeReplay()
  await caughtUp(cluster.primary, standby)
  expect(await count(standby)).toBe(before + 1)
})

test('a frozen standby answers when it thaws, and holds no commit up', async () => {
  const [standby] = cluster.standbys as [ReplicatedNode, ReplicatedNode]
  standby.freeze()
  let answered = false
  const asked = count(standby).then(rows => {
    answered = true
    return rows
  })
  await write(cluster.primary, 4)
  expect(answered).toBe(false)
  standby.thaw()
  expect(await asked).toBeGreaterThan(0)
})

test('without any standby a synchronous commit waits', async () => {
  for (const standby of cluster.standbys) standby.freeze()
  let committed = false
  const writing = write(cluster.primary, 5).then(() => (committed = true))
  await new Promise(done => setTimeout(done, 100))
  expect(committed).toBe(false)
  for (const standby of cluster.standbys) standby.thaw()
  await writing
})

test('a stopped standby comes back on its port', async () => {
  const [standby] = cluster.standbys as [ReplicatedNode, ReplicatedNode]
  await standby.stop()
  await expect(count(standby)).rejects.toThrow('ECONNREFUSED')
  await standby.start()
  await caughtUp(cluster.primary, standby)
})

test('failover: killed, promoted, followed, cloned again; nothing that was answered is lost', async () => {
  const { primary, standbys } = cluster
  const acknowledged = await writeUntilKilled(primary)
  const next = await cluster.mostAdvanced()
  const other = standbys.find(node => node !== next)!
  await next.promote()
  await write(next, -1)
  const rows = await next.query<{ id: number }>('select id from kept')
  const ids = new Set(rows.map(({ id }) => id))
  expect(acknowledged.filter(id => !ids.has(id))).toEqual([])
  await other.follow(next)
  await caughtUp(next, other)
  expect(await count(other)).toBe(rows.length)
  await cluster.reclone(primary, next)
  await caughtUp(next, primary)
  expect(await count(primary)).toBe(rows.length)
  await expect(write(primary, -2)).rejects.toMatchObject({ code: '25006' })
})

/** Inserts one row after the other on one connection, kills the server and tells which inserts it had answered. */
async function writeUntilKilled(node: ReplicatedNode): Promise<number[]> {
  const client = new pg.Client(node.url)
  client.on('error', () => undefined)
  await client.connect()
  const acknowledged: number[] = []
  const writing = (async () => {
    for (let id = 1_000; ; id++) {
      await client.query('insert into kept values ($1)', [id])
      acknowledged.push(id)
    }
  })().catch(() => undefined)
  await expect.poll(() => acknowledged.length, PATIENCE).toBeGreaterThan(20)
  await node.kill()
  await writing
  return acknowledged
}

test('a former primary that is only started again takes writes: two of them', async () => {
  const pair = await startReplicated({ standbys: 1 })
  const [standby] = pair.standbys as [ReplicatedNode]
  await pair.primary.query('create table kept (id int)')
  await caughtUp(pair.primary, standby)
  await pair.primary.kill()
  await standby.promote()
  await pair.primary.start()
  await write(pair.primary, 1)
  await write(standby, 2)
  await pair.stop()
  await pair.stop()
})

test('nothing is left when it has stopped, frozen or not', async () => {
  const alone = await startReplicated({ standbys: 1 })
  const places = await Promise.all(alone.nodes.map(placeOf))
  alone.primary.freeze()
  await alone.stop()
  await expect(alone.primary.query('select 1')).rejects.toThrow('ECONNREFUSED')
  expect(places.filter(({ folder }) => existsSync(folder))).toEqual([])
})

test('a test process that is killed leaves neither servers, even frozen, nor data', async () => {
  const module = new URL('./replicated.ts', import.meta.url).href
  const script = `
    import { startReplicated } from '${module}'
    const { nodes } = await startReplicated({ standbys: 1 })
    const places = []
    for (const node of nodes) places.push(...await node.query(\`${PLACE}\`))
    nodes[0].freeze()
    process.stdout.write(JSON.stringify(places))
    setInterval(() => {}, 1000)
  `
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script]
  const user = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(user.stdout, 'data')) as [Buffer]
  const places = JSON.parse(line.toString()) as Place[]
  const pids = places.flatMap(({ pids: own }) => own)
  expect(pids.length).toBeGreaterThan(8)
  user.kill('SIGKILL')
  const alive = () => pids.filter(pid => identityOf(pid) !== undefined)
  await expect.poll(alive, PATIENCE).toEqual([])
  const left = () => places.filter(({ folder }) => existsSync(folder))
  await expect.poll(left, PATIENCE).toEqual([])
})

interface Place {
  readonly folder: string
  /** Of the server's processes that a statement can see. */
  readonly pids: readonly number[]
}

const PLACE = `select current_setting('data_directory') as folder,
  (select array_agg(pid) from pg_stat_activity where pid <> pg_backend_pid()) as pids`

async function placeOf(node: ReplicatedNode): Promise<Place> {
  const [place] = await node.query<Place>(PLACE)
  return place!
}
