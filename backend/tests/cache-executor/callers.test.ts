import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import { createJournaledDatabase } from '../support/journal.ts'
import { type Asked, type CachedNode, startNode } from './cached-node.ts'

const SCHEMA = `
  create table notes (id int primary key, tenant text, body text);
  insert into notes values (1, 'acme', 'of acme'), (2, 'initech', 'of initech'), (3, null, 'of nobody');
  alter table notes enable row level security;
  create policy own on notes to authenticated using (
    tenant = current_setting('request.jwt.claims', true)::json ->> 'tenant');
  create policy rest on notes to anon using (tenant is null);
  create table words (id int primary key, word text);
  insert into words values (1, 'shared');
  grant select on notes, words to anon, authenticated;
  create table secrets (id int primary key);
  grant select on secrets to authenticated;
`
let database: TestDatabase
let node: CachedNode

beforeAll(async () => {
  database = await createJournaledDatabase(SCHEMA)
  node = await startNode({ url: database.authenticatorUrl })
})
afterAll(async () => {
  await node.stop()
  await database.drop()
})

const tenant = (name: string, more = {}): Asked => ({
  role: 'authenticated',
  claims: { tenant: name, ...more },
})
const from = async (url: string, asked?: Asked) => (await node.get(url, asked)).cached?.from

test('callers share an answer where nothing tells them apart, and never where a policy does', async () => {
  const ask = '/notes?select=id&order=id'
  const callers: readonly (readonly [Asked, string])[] = [
    [tenant('acme'), '[{"id":1}]'],
    [tenant('initech'), '[{"id":2}]'],
    [{ role: 'anon' }, '[{"id":3}]'],
    [{ role: 'authenticated' }, '[]'],
  ]
  for (let round = 0; round < 3; round++) {
    for (const [asked, body] of callers) expect((await node.get(ask, asked)).body).toBe(body)
  }
  await expect.poll(() => from(ask, tenant('acme', { sub: 'one' }))).toBe('l1')
  expect(await from(ask, tenant('acme', { sub: 'two', exp: 1 }))).toBe('l1')
  expect((await node.get(ask, tenant('acme', { sub: 'three' }))).body).toBe('[{"id":1}]')
  await expect.poll(() => from('/words')).toBe('l1')
  const reads = node.reads()
  expect(await from('/words', tenant('acme'))).toBe('loaded') // Another role may see other columns.
  expect(await from('/words', tenant('initech'))).toBe('l1')
  expect(node.reads()).toBe(reads + 1)
})

test('what one role may not read is refused every time, and never kept', async () => {
  for (let times = 0; times < 2; times++) {
    await expect(node.get('/secrets')).rejects.toMatchObject({ code: '42501' })
  }
  expect((await node.get('/secrets', tenant('acme'))).body).toBe('[]')
  await expect(node.get('/secrets')).rejects.toMatchObject({ code: '42501' })
})

test('other policies are another catalog: nothing that was kept under the old ones is answered', async () => {
  const ask = '/notes?select=id&order=id'
  await expect.poll(() => from(ask, tenant('acme'))).toBe('l1')
  await database.query('drop policy own on notes')
  await node.reloadCatalog()
  expect(await node.get(ask, tenant('acme'))).toMatchObject({ body: '[]' })
})
