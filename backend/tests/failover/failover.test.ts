import { expect, onTestFinished, test } from 'vitest'
import { serveCluster, type ServedCluster } from './served-cluster.ts'

/** Writes and reads until told to stop, and remembers what came of it. */
function keepBusy({ read, write }: ServedCluster) {
  const acknowledged: string[] = []
  const refused: (string | undefined)[] = []
  const readFailures: number[] = []
  let reads = 0
  let isOn = true
  const writers = Array.from({ length: 4 }, async (_, caller) => {
    for (let round = 0; isOn; round++) {
      const mark = `busy-${caller}-${round}`
      const { status, code } = await write(mark)
      if (status === 201) acknowledged.push(mark)
      else refused.push(code)
    }
  })
  const readers = Array.from({ length: 4 }, async () => {
    while (isOn) {
      const { status } = await read('busy-0-0')
      reads++
      if (status !== 200) readFailures.push(status)
    }
  })
  async function stop(): Promise<void> {
    isOn = false
    await Promise.allSettled([...writers, ...readers])
  }
  onTestFinished(stop)
  return { acknowledged, refused, readFailures, reads: () => reads, stop }
}

/** Waits longer than `expect.poll` by itself: a failover takes as long as it takes. */
function eventually<T>(look: () => T) {
  return expect.poll(look, { timeout: 20_000 })
}

test('writes go on at the promoted node without a restart, and none that was acknowledged is lost', async () => {
  const served = await serveCluster({ synchronous: true })
  const { cluster, server } = served
  const busy = keepBusy(served)
  await eventually(() => busy.acknowledged.length).toBeGreaterThan(20)

  await cluster.primary.kill()
  const next = await cluster.mostAdvanced()
  await next.promote()
  // The rule that made the old primary wait for a standby came along; nobody follows the new one yet.
  await next.query(`alter system reset synchronous_standby_names`)
  await next.query('select pg_reload_conf()')
  const before = busy.acknowledged.length
  await eventually(() => busy.acknowledged.length).toBeGreaterThan(before + 20)
  await busy.stop()

  const kept = await next.query<{ name: string }>('select name from mark')
  const names = new Set(kept.map(({ name }) => name))
  expect(busy.acknowledged.filter(mark => !names.has(mark))).toEqual([])
  expect(names.size).toBe(kept.length) // Nothing was written twice.
  expect(busy.readFailures.length).toBeLessThanOrEqual(busy.reads() / 1_000)
  expect(new Set(busy.refused)).toEqual(new Set(busy.refused.filter(code => OUTAGES.has(code))))
  const changes = server.events.filter(({ kind }) => kind === 'replicas.changed')
  expect(changes.at(-1)).toMatchObject({ to: `127.0.0.1:${next.port}`, takesWrites: true })

  // What was the primary comes back as a standby of the new one, and serves again.
  await cluster.reclone(cluster.primary, next)
  const roles = async () => {
    const { nodes } = (await (await fetch(`${server.address}/metrics/pool`)).json()) as {
      nodes: { name: string; role: string; isUp: boolean }[]
    }
    return nodes.find(({ name }) => name.endsWith(`:${cluster.primary.port}`))
  }
  await eventually(roles).toMatchObject({ role: 'standby', isUp: true })
})

/** What a client may hear while there is no primary. */
const OUTAGES: ReadonlySet<string | undefined> = new Set(['PGRST000', 'PGRST001', 'ST501', 'ST502'])

test('of two nodes that take writes only the newer one gets any, and it is told', async () => {
  const served = await serveCluster({ standbys: 1 })
  const { cluster, server, write } = served
  const [standby] = cluster.standbys as [(typeof cluster.standbys)[0]]
  await standby.promote()
  const isSplit = () => server.events.some(({ kind }) => kind === 'replicas.split-brain')
  await eventually(isSplit).toBe(true)
  for (let round = 0; round < 20; round++) expect((await write(`after-${round}`)).status).toBe(201)
  const marks = `select count(*)::int as count from mark where name like 'after-%'`
  expect(await standby.query(marks)).toEqual([{ count: 20 }])
  expect(await cluster.primary.query(marks)).toEqual([{ count: 0 }])
})

test('a frozen replica costs no read an error, and serves again when it thaws', async () => {
  const served = await serveCluster()
  const { cluster, server, read, write } = served
  await write('there')
  const [frozen] = cluster.standbys as [(typeof cluster.standbys)[0]]
  frozen.freeze()
  const answers = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const seen: number[] = []
      for (let round = 0; round < 40; round++) seen.push((await read('there')).status)
      return seen
    }),
  )
  expect(new Set(answers.flat())).toEqual(new Set([200]))
  const told = (kind: string) => server.events.filter(event => event.kind === kind).length
  await eventually(() => told('replicas.unreachable')).toBe(1)
  frozen.thaw()
  await eventually(() => told('replicas.reachable')).toBe(1)
})

test('without any primary reads go on, writes wait for a while and are told when to try again', async () => {
  const served = await serveCluster({}, { '--replicas-primary-wait-ms': '300' })
  const { cluster, read, write } = served
  await write('there')
  await cluster.primary.kill()
  expect(await read('there')).toMatchObject({ status: 200, rows: 1 })
  await eventually(async () => (await write('late')).code).toBe('ST502')
  expect(await read('there')).toMatchObject({ status: 200, rows: 1 })
})
