import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import { startFaultProxy } from '../support/fault-proxy.ts'
import type { RawResponse } from '../support/http-client.ts'
import { createJournaledDatabase } from '../support/journal.ts'
import { as, startServer, type TestServer } from '../support/server.ts'

// What HTTP says of the cache. Each test reads rows of its own, so that nothing which another one does makes them old.

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await createJournaledDatabase(SCHEMA)
  server = await startServer(database.authenticatorUrl)
  await keeps(server)
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

const SCHEMA = `
  create table notes (id int primary key, text text not null, owner text);
  insert into notes select id, 'note ' || id from generate_series(1, 99) id;
  create table secrets (id int primary key, owner text not null, text text not null);
  insert into secrets values (1, 'ann', 'hers'), (2, 'bob', 'his');
  alter table secrets enable row level security;
  create policy own on secrets using (owner = current_setting('request.jwt.claims', true)::json ->> 'sub');
  create function note(of int) returns setof notes stable
    begin atomic select * from notes where id = of; end;
  create function about() returns json stable begin atomic select '{"openapi": "3.1.0"}'::json; end;
  create function lucky() returns int stable language sql as 'select ceil(random() * 6)::int';
  create function write_note(of int, text text) returns void volatile language sql
    as 'update notes set text = write_note.text where id = of';
  create function own_headers() returns int stable language plpgsql as $$ begin
    perform set_config('response.headers', '[{"Cache-Control": "public, max-age=60"}, {"ETag": "\\"own\\""}]', true);
    return 1;
  end $$;
  grant select, insert, update, delete on notes to anon, authenticated;
  grant select on secrets to authenticated;`

type Headers = Readonly<Record<string, string>>
const ask = (target: string, headers: Headers = {}, method = 'GET') =>
  server.get(target, { headers, method })
const post = (target: string, body: object, headers: Headers = {}) =>
  server.get(target, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
const statusOf = ({ headers }: RawResponse) => String(headers['cache-status'])
const tagOf = ({ headers }: RawResponse) => String(headers.etag)

const MISS = /^s-tier; fwd=uri-miss; stored; ttl=\d+$/
const HIT = /^s-tier; hit; ttl=\d+$/
const REQUEST = /^s-tier; fwd=request; stored; ttl=\d+$/

/** Once it follows the journal. */
function keeps({ get }: TestServer): Promise<void> {
  return vi.waitFor(async () => expect(statusOf(await get('/notes?id=eq.99'))).toMatch(HIT))
}

test('what was read once is answered again, and says so', async () => {
  const miss = await ask('/notes?id=eq.1')
  expect(statusOf(miss)).toMatch(MISS)
  expect(miss.headers).not.toHaveProperty('age')
  const hit = await ask('/notes?id=eq.1')
  expect(statusOf(hit)).toMatch(HIT)
  expect(hit.headers.age).toMatch(/^\d+$/)
  expect(hit.body).toBe(miss.body)
  expect(tagOf(hit)).toBe(tagOf(miss))
  expect(tagOf(hit)).toMatch(/^"[\w-]{16}"$/)
  for (const { headers } of [miss, hit]) {
    expect(headers['cache-control']).toBe('private, no-cache')
    expect(headers.vary).toBe('Accept, Prefer, Range')
  }
})

test('who has it already gets no body', async () => {
  const first = await ask('/notes?id=eq.2')
  const tag = tagOf(first)
  for (const ifNoneMatch of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
    const { status, headers, body } = await ask('/notes?id=eq.2', { 'if-none-match': ifNoneMatch })
    expect({ status, body }).toEqual({ status: 304, body: '' })
    expect(headers).toMatchObject({
      etag: tag,
      'cache-control': 'private, no-cache',
      'content-location': '/notes?id=eq.2',
      vary: 'Accept, Prefer, Range',
      'cache-status': expect.stringMatching(HIT),
    })
    for (const name of ['content-type', 'content-length', 'content-range']) {
      expect(headers).not.toHaveProperty(name)
    }
  }
  const other = await ask('/notes?id=eq.2', { 'if-none-match': '"x"' })
  expect([other.status, other.body]).toEqual([200, first.body])
})

test('a change makes another tag, and is seen by the next who asks', async () => {
  const before = await ask('/notes?id=eq.3')
  const changed = await server.get('/notes?id=eq.3', {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: '{"text": "changed"}',
  })
  expect(changed.status).toBe(204)
  expect(changed.headers).not.toHaveProperty('cache-status')
  const after = await ask('/notes?id=eq.3', { 'if-none-match': tagOf(before) })
  expect([after.status, after.body]).toEqual([200, '[{"id":3,"text":"changed","owner":null}]'])
  expect(statusOf(after)).toMatch(/^s-tier; fwd=(?:uri-miss|stale); stored; ttl=\d+$/)
  expect(tagOf(after)).not.toBe(tagOf(before))
})

test('a change by others is heard of, and the row as it was has its tag again', async () => {
  const before = await ask('/notes?id=eq.4')
  await database.query(`update notes set text = 'other' where id = 4`)
  await expect.poll(async () => (await ask('/notes?id=eq.4')).body).toContain('other')
  await database.query(`update notes set text = 'note 4' where id = 4`)
  await expect
    .poll(async () => (await ask('/notes?id=eq.4', { 'if-none-match': tagOf(before) })).status)
    .toBe(304)
})

test('no-cache is read anew, and kept for others', async () => {
  await ask('/notes?id=eq.5')
  for (const headers of [{ 'cache-control': 'no-cache' }, { pragma: 'no-cache' }]) {
    expect(statusOf(await ask('/notes?id=eq.5', headers))).toMatch(REQUEST)
  }
  expect(statusOf(await ask('/notes?id=eq.5'))).toMatch(HIT)
})

test('no-store keeps nothing, and takes what is kept', async () => {
  const noStore = { 'cache-control': 'no-store' }
  const alone = await ask('/notes?id=eq.6', noStore)
  expect(statusOf(alone)).toBe('s-tier; fwd=uri-miss')
  expect(alone.headers).not.toHaveProperty('etag')
  expect(statusOf(await ask('/notes?id=eq.6'))).toMatch(MISS)
  expect(statusOf(await ask('/notes?id=eq.6', noStore))).toMatch(HIT)
})

test('max-age and min-fresh say how new it has to be', async () => {
  await ask('/notes?id=eq.7')
  const asked = async (control: string) =>
    statusOf(await ask('/notes?id=eq.7', { 'cache-control': control }))
  expect(await asked('max-age=3600, min-fresh=1')).toMatch(HIT)
  expect(await asked('min-fresh=3600')).toMatch(REQUEST)
  expect(await asked('max-age=0')).toMatch(REQUEST)
  expect(await asked('max-stale, max-age=soon, what=ever')).toMatch(HIT)
})

test('only-if-cached is answered from what is kept, or not', async () => {
  const control = { 'cache-control': 'only-if-cached' }
  const missing = await ask('/notes?id=eq.8', control)
  expect(missing.status).toBe(504)
  expect(JSON.parse(missing.body)).toEqual({
    code: 'ST641',
    details: null,
    hint: 'Leave out only-if-cached to have it loaded.',
    message: 'Nothing is stored that may be answered',
  })
  const first = await ask('/notes?id=eq.8')
  const hit = await ask('/notes?id=eq.8', control)
  expect([hit.status, hit.body]).toEqual([200, first.body])
  expect((await ask('/rpc/lucky', control)).status).toBe(504)
})

test('a HEAD has no tag of its own, and is known by that of the GET', async () => {
  const get = await ask('/notes?id=eq.9', { prefer: 'count=exact' })
  const head = await ask('/notes?id=eq.9', { prefer: 'count=exact' }, 'HEAD')
  expect(head).toMatchObject({ status: 200, body: '' })
  expect(head.headers['content-range']).toBe('0-0/1')
  expect(head.headers).not.toHaveProperty('etag')
  const again = await ask('/notes?id=eq.9', { prefer: 'count=exact' }, 'HEAD')
  expect(statusOf(again)).toMatch(HIT)
  const known = { prefer: 'count=exact', 'if-none-match': tagOf(get) }
  const unchanged = await ask('/notes?id=eq.9', known, 'HEAD')
  expect([unchanged.status, tagOf(unchanged)]).toEqual([304, tagOf(get)])
  expect(statusOf(unchanged)).toMatch(HIT)
  const other = await ask('/notes?id=eq.9', { ...known, 'if-none-match': '"x"' }, 'HEAD')
  expect([other.status, other.body, tagOf(other)]).toEqual([200, '', tagOf(get)])
})

test('ranges and counts are answers of their own', async () => {
  const listed = '/notes?id=gte.10&id=lt.20&order=id'
  const seen = new Set<string>()
  for (const headers of [{}, { range: '0-4' }, { prefer: 'count=exact' }]) {
    const miss = await ask(listed, headers)
    const hit = await ask(listed, headers)
    expect([statusOf(miss), statusOf(hit)]).toEqual([
      expect.stringMatching(MISS),
      expect.stringMatching(HIT),
    ])
    expect(hit.headers['content-range']).toBe(miss.headers['content-range'])
    seen.add(tagOf(hit))
  }
  expect(seen.size).toBe(3)
  const page = { range: '0-4', prefer: 'count=exact' }
  const partial = await ask(listed, page)
  expect([partial.status, partial.headers['content-range']]).toEqual([206, '0-4/10'])
  expect((await ask(listed, { ...page, 'if-none-match': tagOf(partial) })).status).toBe(304)
  expect(statusOf(await ask(listed, { prefer: 'count=estimated' }))).toBe(
    's-tier; fwd=bypass; detail=count',
  )
})

test('media types are answers of their own', async () => {
  const json = await ask('/notes?id=eq.21')
  const csv = await ask('/notes?id=eq.21', { accept: 'text/csv' })
  expect(csv.body).toBe('id,text,owner\n21,"note 21",')
  expect(tagOf(csv)).not.toBe(tagOf(json))
  expect(statusOf(await ask('/notes?id=eq.21', { accept: 'text/csv' }))).toMatch(HIT)
})

test('one object that is none is refused each time, though the answer is kept', async () => {
  const one = { accept: 'application/vnd.pgrst.object+json' }
  const target = '/notes?id=eq.500'
  for (const control of [{}, { 'cache-control': 'only-if-cached' }]) {
    const refused = await ask(target, { ...one, ...control })
    expect([refused.status, JSON.parse(refused.body).code]).toEqual([406, 'PGRST116'])
    expect(refused.headers).not.toHaveProperty('cache-control')
  }
  expect((await post('/notes', { id: 500, text: 'there' })).status).toBe(201)
  const found = await ask(target, one)
  expect([found.status, found.body]).toEqual([200, '{"id":500,"text":"there","owner":null}'])
})

test('a call that only reads is kept, by POST too', async () => {
  const miss = await ask('/rpc/note?of=31')
  expect(statusOf(miss)).toMatch(MISS)
  const known = await ask('/rpc/note?of=31', { 'if-none-match': tagOf(miss) })
  expect([known.status, known.headers['cache-status']]).toEqual([304, expect.stringMatching(HIT)])
  expect(statusOf(await post('/rpc/note', { of: 31 }))).toMatch(MISS)
  const posted = await post('/rpc/note', { of: 31 }, { 'if-none-match': '*' })
  expect([posted.status, posted.body]).toEqual([200, miss.body])
  expect(statusOf(posted)).toMatch(HIT)
  expect(posted.headers).not.toHaveProperty('etag')
  const wrote = await post('/rpc/write_note', { of: 31, text: 'new' })
  expect(wrote.headers).not.toHaveProperty('cache-status')
  expect((await ask('/rpc/note?of=31')).body).toContain('new')
})

test('what is not kept says why, and is compared all the same', async () => {
  const lucky = await ask('/rpc/lucky')
  expect(statusOf(lucky)).toMatch(/^s-tier; fwd=bypass; detail=[a-z-]+$/)
  expect(lucky.headers['cache-control']).toBe('private, no-cache')
  expect(lucky.headers).not.toHaveProperty('etag')
  expect((await ask('/rpc/lucky', { 'if-none-match': '*' })).status).toBe(304)
})

test('what the database says itself is stronger', async () => {
  const { headers } = await ask('/rpc/own_headers')
  expect(headers).toMatchObject({ 'cache-control': 'public, max-age=60', etag: '"own"' })
  expect((await ask('/rpc/own_headers', { 'if-none-match': '"own"' })).status).toBe(304)
})

test('a function for the root is kept, whatever its answer is called', async () => {
  const rooted = await startServer(database.authenticatorUrl, { '--rest-root-function': 'about' })
  onTestFinished(() => rooted.stop())
  await keeps(rooted)
  const headers = { accept: 'application/openapi+json' }
  const first = await rooted.get('/', { headers })
  expect(first.headers['content-type']).toBe('application/openapi+json; charset=utf-8')
  const known = await rooted.get('/', { headers: { ...headers, 'if-none-match': tagOf(first) } })
  expect([known.status, known.headers['content-type']]).toEqual([304, undefined])
  const { headers: again } = await rooted.get('/', { headers })
  expect(again).toMatchObject({
    'content-type': 'application/openapi+json; charset=utf-8',
    'cache-status': expect.stringMatching(HIT),
  })
})

test('what one user has is not told to be that of another', async () => {
  const [ann, bob] = [as('authenticated', { sub: 'ann' }), as('authenticated', { sub: 'bob' })]
  const hers = await ask('/secrets?select=text', ann)
  const his = await ask('/secrets?select=text', { ...bob, 'if-none-match': tagOf(hers) })
  expect([hers.body, his.body]).toEqual(['[{"text":"hers"}]', '[{"text":"his"}]'])
  expect(statusOf(his)).toMatch(MISS)
  expect((await ask('/secrets?select=text', { ...ann, 'if-none-match': tagOf(his) })).status).toBe(
    200,
  )
})

test('pages of another origin may read it', async () => {
  const { headers } = await ask('/notes?id=eq.41', { origin: 'https://app.example' })
  expect(headers['access-control-expose-headers']).toMatch(/, Age, Cache-Status, ETag$/)
})

test('while the database is gone, what is old is given and marked', async () => {
  const { hostname, port } = new URL(database.authenticatorUrl)
  const network = await startFaultProxy({ host: hostname, port: Number(port) })
  onTestFinished(() => network.stop())
  const behind = await startServer(network.urlFor(database.authenticatorUrl), {
    '--breaker-failures-to-open': '1',
  })
  onTestFinished(() => behind.stop())
  await keeps(behind)
  const get = (headers: Headers = {}) => behind.get('/notes?id=eq.51', { headers })
  const fresh = await get()
  expect(statusOf(fresh)).toMatch(MISS)
  await network.refuse()
  network.reset()
  await database.query(`update notes set text = 'not heard of' where id = 51`)
  await expect
    .poll(async () => statusOf(await get()))
    .toMatch(/hit; ttl=-?\d+; detail=stale-error$/)
  const old = await get()
  expect([old.status, old.body]).toEqual([200, fresh.body])
  expect((await get({ 'if-none-match': tagOf(fresh) })).status).toBe(304)
  await network.heal()
  await expect.poll(async () => (await get()).body, { timeout: 30_000 }).toContain('not heard of')
  await expect.poll(async () => statusOf(await get()), { timeout: 30_000 }).toMatch(HIT)
})

test('switched off, answers say nothing and nobody is told that he has it', async () => {
  const without = await startServer(database.authenticatorUrl, { '--cache-enabled': 'false' })
  onTestFinished(() => without.stop())
  const headers = { 'if-none-match': '*', 'cache-control': 'only-if-cached' }
  for (const method of ['GET', 'HEAD']) {
    const response = await without.get('/notes?id=eq.61', { headers, method })
    expect(response.status).toBe(200)
    for (const name of ['cache-status', 'cache-control', 'etag', 'age']) {
      expect(response.headers).not.toHaveProperty(name)
    }
  }
})
