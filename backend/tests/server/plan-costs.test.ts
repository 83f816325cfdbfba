import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import type { RawRequest } from '../support/http-client.ts'
import { startServer, type TestServer } from '../support/server.ts'

// Limits by what PostgreSQL's planner takes a statement to cost: asked once for each kind of statement, without executing it.

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase(`
    create table lines (id int primary key, words text not null);
    insert into lines select n, repeat('word ', 20) from generate_series(1, 20000) n;
    create table notes (id int generated always as identity primary key, words text not null);
    grant select on lines to anon;
    grant select, insert, delete on notes to anon;
    analyze lines`)
})
afterAll(() => database.drop())

async function serve(limit: number): Promise<TestServer> {
  const work = { limit, weight: 'cost', windowMs: 600_000, per: ['ip'] }
  const none = { anonymous: null, authenticated: null, service: null }
  const server = await startServer(database.authenticatorUrl, {
    '--limits-mode': 'enforce',
    '--limits-rules': JSON.stringify({ ...none, work }),
    '--cache-enabled': 'false',
  })
  onTestFinished(server.stop)
  return server
}

/** What is left for everybody, by a request that comes to nothing and costs 1. */
async function left(server: TestServer): Promise<number> {
  const { headers } = await server.get('/rpc/a/b')
  return Number(/r=(\d+)/.exec(String(headers['ratelimit']))?.[1])
}

/** How much a request uses up; waits until that is known. */
async function used(server: TestServer, target: string, parts: Partial<RawRequest> = {}) {
  const before = await left(server)
  const { status } = await server.get(target, parts)
  expect([200, 201, 204]).toContain(status)
  let probes = 0
  const spent = async () => before - (await left(server)) - ++probes
  let cost = 0
  await expect.poll(async () => (cost = await spent())).toBeGreaterThan(1)
  return cost
}

const DEAR = '/lines?words=like.*x*&order=words'

test('cheap and dear reads use up one limit by what they cost', async () => {
  const server = await serve(1_000_000)
  const cheap = await used(server, '/lines?id=eq.7')
  const dear = await used(server, DEAR)
  expect(cheap).toBeLessThan(50)
  expect(dear).toBeGreaterThan(10 * cheap)
  expect(await used(server, '/lines?id=eq.8')).toBe(cheap)
})

test('once a kind of request is known to cost more than is left, it is refused before it runs', async () => {
  const server = await serve(1_000)
  const dear = await used(server, DEAR)
  expect(dear).toBeGreaterThan(500)
  const refused = await server.get(DEAR)
  expect([refused.status, JSON.parse(refused.body)]).toMatchObject([429, { code: 'ST401' }])
})

test('what a write costs is found out without writing it once more', async () => {
  const server = await serve(1_000_000)
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify([{ words: 'a' }, { words: 'b' }])
  expect(await used(server, '/notes', { method: 'POST', headers, body })).toBeGreaterThan(1)
  expect(await database.query('select count(*)::int as rows from notes')).toEqual([{ rows: 2 }])
  expect(await used(server, '/notes?id=gt.0', { method: 'DELETE' })).toBeGreaterThan(1)
})
