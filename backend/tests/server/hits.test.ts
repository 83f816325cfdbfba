import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { signToken } from '../../src/api/http/index.ts'
import type { TestDatabase } from '../support/database.ts'
import { temporaryFolder } from '../support/folder.ts'
import { createJournaledDatabase } from '../support/journal.ts'
import { as, SECRET, startServer, type TestServer } from '../support/server.ts'

// Asked for the third time at the latest, a read is answered without the framework: whoever asks, it is his own answer.

let database: TestDatabase
beforeAll(async () => {
  database = await createJournaledDatabase(`
    create table letters (id int primary key, owner text not null, words text not null);
    insert into letters values (1, 'ann', 'hers'), (2, 'bob', 'his');
    alter table letters enable row level security;
    create policy own on letters
      using (owner = current_setting('request.jwt.claims', true)::json ->> 'sub');
    create table notices (id int primary key, words text not null);
    insert into notices values (1, 'one'), (2, 'two');
    create function notice(of int) returns setof notices stable
      begin atomic select * from notices where id = of; end;
    grant select on letters to authenticated;
    grant select, update on notices to anon, authenticated`)
})
afterAll(() => database.drop())

async function serve(flags: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const server = await startServer(database.authenticatorUrl, flags)
  onTestFinished(server.stop)
  await vi.waitFor(async () => {
    const { headers } = await server.get('/notices?id=eq.2')
    expect(headers['cache-status']).toContain('s-tier; hit')
  })
  return server
}

/** So often that what can be remembered is. */
async function often({ get }: TestServer, target: string, headers: Headers): Promise<Told> {
  const told: Told[] = []
  for (let turn = 0; turn < 4; turn++) {
    const { status, body } = await get(target, { headers })
    told.push({ status, body })
  }
  expect(new Set(told.map(({ status, body }) => `${status} ${body}`)).size).toBe(1)
  return told[0] as Told
}

type Headers = Readonly<Record<string, string>>
interface Told {
  readonly status: number
  readonly body: string
}

const MINE = '/letters?select=words'

test('two tenants who ask the same get their own, in any order', async () => {
  const server = await serve()
  const [ann, bob] = [as('authenticated', { sub: 'ann' }), as('authenticated', { sub: 'bob' })]
  for (let turn = 0; turn < 3; turn++) {
    expect(await often(server, MINE, ann)).toMatchObject({ body: '[{"words":"hers"}]' })
    expect(await often(server, MINE, bob)).toMatchObject({ body: '[{"words":"his"}]' })
    expect(await often(server, MINE, {})).toMatchObject({ status: 401 })
    expect(await often(server, MINE, as('authenticated'))).toMatchObject({ body: '[]' })
    expect(await often(server, MINE, as('anon', { sub: 'ann' }))).toMatchObject({ status: 401 })
  }
})

test('a token that has ended is refused, whatever it has been answered before', async () => {
  const server = await serve()
  const exp = Math.floor(Date.now() / 1_000) - 28 // With the leeway it holds for two seconds.
  const ann = as('authenticated', { sub: 'ann', exp })
  expect(await often(server, MINE, ann)).toMatchObject({ status: 200 })
  await expect
    .poll(async () => (await server.get(MINE, { headers: ann })).status, { timeout: 10_000 })
    .toBe(401)
})

test('tokens of keys that are no longer ours are refused after a reload', async () => {
  const file = join(temporaryFolder('keys'), 'secret')
  writeFileSync(file, SECRET)
  const server = await serve({ '--jwt-secret': `@${file}` })
  const ann = as('authenticated', { sub: 'ann' })
  expect(await often(server, MINE, ann)).toMatchObject({ status: 200 })
  const other = 'another secret, as long as the first one was'
  writeFileSync(file, other)
  expect(await server.server.reload()).toBe(true)
  expect(await often(server, MINE, ann)).toMatchObject({ status: 401 })
  const token = signToken({ role: 'authenticated', sub: 'ann' }, { secret: other })
  const renewed = { authorization: `Bearer ${token}` }
  expect(await often(server, MINE, renewed)).toMatchObject({ body: '[{"words":"hers"}]' })
})

test('what a role may no longer do is refused once the catalog says so', async () => {
  const server = await serve()
  const bob = as('authenticated', { sub: 'bob' })
  expect(await often(server, MINE, bob)).toMatchObject({ status: 200 })
  await database.query('revoke select on letters from authenticated')
  onTestFinished(async () => {
    await database.query('grant select on letters to authenticated')
  })
  expect(await server.server.reload()).toBe(true)
  expect(await often(server, MINE, bob)).toMatchObject({ status: 403 })
})

test('a policy that has changed is heeded once the catalog says so', async () => {
  const server = await serve()
  const bob = as('authenticated', { sub: 'bob' })
  await often(server, MINE, bob)
  await database.query(`alter policy own on letters using (owner = 'nobody')`)
  expect(await server.server.reload()).toBe(true)
  expect(await often(server, MINE, bob)).toMatchObject({ body: '[]' })
})

test('a write through the server is in the next answer', async () => {
  const server = await serve()
  const body = (words: string) => JSON.stringify({ words })
  const headers = { 'content-type': 'application/json' }
  for (let turn = 0; turn < 20; turn++) {
    const words = `turn ${turn}`
    await server.get('/notices?id=eq.1', { method: 'PATCH', headers, body: body(words) })
    const expected = [`[{"words":"${words}"}]`, `[{"id":1,"words":"${words}"}]`]
    const told = [
      await often(server, '/notices?id=eq.1&select=words', {}),
      await often(server, '/rpc/notice?of=1', {}),
    ]
    expect(told.map(each => each.body)).toEqual(expected)
  }
})

test('an answer is as the configuration of this moment has it', async () => {
  const server = await serve()
  const target = '/notices?id=eq.2'
  await often(server, target, {})
  const { headers: before } = await server.get(target)
  expect(before.vary).toBe('Accept, Prefer, Range')
  await database.query(
    `alter role authenticator set pgrst.server_cors_allowed_origins = 'https://a.example'`,
  )
  onTestFinished(async () => {
    await database.query('alter role authenticator reset pgrst.server_cors_allowed_origins')
  })
  expect(await server.server.reload()).toBe(true)
  await often(server, target, {})
  const { headers: after } = await server.get(target)
  expect(after.vary).toBe('Origin, Accept, Prefer, Range')
})
