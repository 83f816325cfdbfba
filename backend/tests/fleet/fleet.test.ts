import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type Member, startMember, startSmallServer, watchConnections } from './fleet.ts'

const CONNECTIONS_MAX = 60
/** Three are kept for superusers; of the rest, nine tenths are shared. */
const USABLE = 57
const TOTAL = 51
const OVERHEAD = 3
const PROCESSES = 6
const PATIENCE = { timeout: 60_000, interval: 50 }

test('six processes that want 100 connections each never ask for more than the server has', async () => {
  const server = await startSmallServer(CONNECTIONS_MAX)
  onTestFinished(server.stop)
  const watch = await watchConnections(server.url)
  onTestFinished(watch.stop)
  const everybody: Member[] = []
  onTestFinished(async () => {
    await Promise.all(everybody.map(member => member.kill()))
  })
  const start = (): Member => {
    const member = startMember(server.memberUrl)
    everybody.push(member)
    return member
  }

  const fleet = Array.from({ length: PROCESSES }, start)
  const part = Math.floor(TOTAL / PROCESSES) - OVERHEAD
  await untilAllServe(fleet, part)

  for (let round = 0; round < 2; round++) {
    await fleet.shift()?.kill()
    fleet.push(start())
    await untilAllServe(fleet, part)
  }
  for (let round = 0; round < 3; round++) {
    fleet.push(start()) // The new one first, as rolling restarts do.
    const old = fleet.shift()
    await untilAllServe(fleet.slice(-1), 1)
    expect(await old?.stop()).toBe(0)
  }
  await untilAllServe(fleet, part)
  // What somebody no longer needs, the others have.
  const [last, ...leaving] = fleet
  for (const member of leaving) expect(await member.stop()).toBe(0)
  await vi.waitFor(() => expect(last?.told.limit).toBeGreaterThan(2 * part), PATIENCE)
  expect(await last?.stop()).toBe(0)

  expect(everybody.map(({ told, log }) => ({ errors: told.errors, log }))).toEqual(
    everybody.map(() => ({ errors: {}, log: '' })),
  )
  expect(server.logged('53300')).toBe(0)
  expect(watch.samples).toBeGreaterThan(100)
  expect(watch.most.pools).toBeLessThanOrEqual(TOTAL)
  expect(watch.most.members).toBeLessThanOrEqual(USABLE)
  expect(await locksLeft(server.url)).toBe(0)
}, 240_000)

/** Every one of them has its part at least, and answers its callers. */
async function untilAllServe(fleet: readonly Member[], part: number): Promise<void> {
  const before = fleet.map(({ told }) => told.served)
  await vi.waitFor(() => {
    const lacking = fleet.filter(
      ({ told, log }, index) =>
        log !== '' || told.limit < part || told.served < (before[index] ?? 0) + 20,
    )
    expect(lacking.map(({ told, log }) => ({ ...told, log }))).toEqual([])
  }, PATIENCE)
}

async function locksLeft(url: string): Promise<number> {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from pg_locks where locktype = 'advisory'`,
  )
  await client.end()
  return rows[0]?.count ?? -1
}
