import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import { createJournaledDatabase } from '../support/journal.ts'
import { withSession } from '../support/journaling.ts'
import { startRedis } from '../support/redis.ts'
import { startServer, type TestServer } from '../support/server.ts'

// What `Cache-Status` says of answers that were neither just read nor fresh in this process.

const RULES = {
  'public.refreshed': { ttlMs: 1, staleWhileRevalidateMs: 60_000 },
  'public.over': { ttlMs: 1, staleIfErrorMs: 0 },
  'public.slow': { ttlMs: 1 },
}

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await createJournaledDatabase(`
    create table notes as select id, 'note ' || id as text from generate_series(1, 99) id;
    create table refreshed as table notes;
    create table over as table notes;
    create table slow as table notes;
    grant select on all tables in schema public to anon`)
  server = await startServer(database.authenticatorUrl, {
    '--cache-tables': JSON.stringify(RULES),
    '--cache-soft-timeout-ms': '50',
  })
  await vi.waitFor(async () =>
    expect(await status(server, '/notes?id=eq.99')).toMatch(/; hit; ttl=\d/),
  )
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

async function status({ get }: TestServer, target: string, control?: string): Promise<string> {
  const headers = control === undefined ? {} : { 'cache-control': control }
  return String((await get(target, { headers })).headers['cache-status'])
}

/** While `work` runs, whoever reads the table waits. */
async function locked(
  table: string,
  work: (waiting: () => Promise<number>, unlock: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  await withSession(database.url, async session => {
    await session.query(`begin; lock table ${table} in access exclusive mode`)
    const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    const waiting = async () => (await session.query(waits)).length
    await work(waiting, () => session.query('commit'))
  })
}

test('what another process has read comes from Redis', async () => {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const start = async () => {
    const started = await startServer(database.authenticatorUrl, { '--redis-url': redis.url })
    onTestFinished(() => started.stop())
    return started
  }
  const [one, other] = [await start(), await start()]
  let id = 0
  const second = async () => {
    id++
    await status(one, `/notes?id=eq.${id}`)
    return status(other, `/notes?id=eq.${id}`)
  }
  await expect.poll(second).toMatch(/^s-tier; hit; ttl=\d+; detail=redis$/)
  expect(await status(other, `/notes?id=eq.${id}`)).toMatch(/^s-tier; hit; ttl=\d+$/)
})

test('who waits for the read of another request says so', async () => {
  await locked('notes', async (waiting, unlock) => {
    const first = status(server, '/notes?id=eq.50')
    await expect.poll(waiting).toBe(1)
    const second = status(server, '/notes?id=eq.50')
    expect(await status(server, '/over?id=eq.50')).toContain('fwd=uri-miss') // After it has joined.
    await unlock()
    expect(await first).toMatch(/^s-tier; fwd=uri-miss(?:; stored|$)/)
    expect(await second).toMatch(/^s-tier; fwd=uri-miss; collapsed/)
  })
})

test('what is over is given while it is read anew, where the rules allow it', async () => {
  const target = '/refreshed?id=eq.1'
  await expect
    .poll(() => status(server, target))
    .toMatch(/^s-tier; hit; ttl=-?\d+; detail=stale-revalidating$/)
})

test('what is over is given to whoever takes it', async () => {
  const target = '/over?id=eq.1'
  await expect
    .poll(() => status(server, target, 'max-stale=60'))
    .toMatch(/^s-tier; hit; ttl=-?\d+; detail=stale-asked$/)
  expect(await status(server, target)).toMatch(/^s-tier; fwd=stale/)
})

test('what is over is given when reading takes too long', async () => {
  const target = '/slow?id=eq.1'
  await expect.poll(() => status(server, target)).toContain('; stored')
  await locked('slow', async (_, unlock) => {
    await expect
      .poll(() => status(server, target))
      .toMatch(/^s-tier; hit; ttl=-?\d+; detail=stale-slow$/)
    await unlock()
  })
})
