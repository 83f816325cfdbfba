import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { CacheReport } from '../../src/api/admin/index.ts'
import { IDEMPOTENCY_PART } from '../../src/capabilities/idempotency/index.ts'
import { enablePart } from '../../src/capabilities/schema/index.ts'
import { withDatabase } from '../../src/database.ts'
import type { TestDatabase } from '../support/database.ts'
import type { RawResponse } from '../support/http-client.ts'
import { createJournaledDatabase } from '../support/journal.ts'
import { createRandom, type Random } from '../support/random.ts'
import { seed } from '../support/seed.ts'
import { as, startServer, type TestServer } from '../support/server.ts'

// What a write answers is kept as the answer of the read of its row, where it is proved that it is.

const ROUNDS = Number(process.env['STIER_TEST_WRITE_THROUGH'] ?? 60)

let database: TestDatabase
let keeping: TestServer
let plain: TestServer
beforeAll(async () => {
  database = await createJournaledDatabase(SCHEMA)
  await database.query('create table unjournaled (id int primary key, note text)')
  await database.query('grant all on unjournaled to authenticated')
  await withDatabase(database.url, 5_000, work =>
    enablePart(work, IDEMPOTENCY_PART, ['authenticator']),
  )
  const aggregates = { '--database-aggregates-enabled': 'true' }
  keeping = await startServer(database.authenticatorUrl, aggregates)
  plain = await startServer(database.authenticatorUrl, { '--cache-enabled': 'false' })
  await vi.waitUntil(
    async () => statusOf(await keeping.get('/plain?id=eq.0', { headers: ANN })).includes('hit'),
    { timeout: 20_000 },
  )
})
afterAll(async () => {
  await keeping.stop()
  await plain.stop()
  await database.drop()
})

const ANN = as('authenticated', { sub: 'ann' })

const touching = (name: string, when: string, what: string) => `
  create table ${name} (id int primary key, note text, at timestamptz default '2020-01-01');
  create function touch_${name}() returns trigger language plpgsql security definer as $$
    begin ${what}; return new; end $$;
  create ${when === 'deferred' ? 'constraint trigger' : 'trigger'} touch
    ${when === 'deferred' ? 'after' : when} insert or update on ${name}
    ${when === 'deferred' ? 'deferrable initially deferred' : ''}
    for each row ${when === 'before' ? '' : 'when (pg_trigger_depth() = 0)'} execute function touch_${name}();`

const SCHEMA = `
  create type color as enum ('red', 'Green 1');
  create type pair as (a int, b text);
  create domain short as varchar(5);
  create table all_types (id bigint primary key, t text, v varchar(7), c char(4), n numeric, n2 numeric(8,3), f4 real, f8 float8,
    b boolean, u uuid, e color, j json, jb jsonb, ts timestamp, tz timestamptz, d date, tm time, iv interval, by bytea,
    ia int[], ta text[], p pair, s short, r int4range, i inet, m money, x xml,
    doubled numeric generated always as (n * 2) stored, made timestamptz default now());
  create table plain (id int primary key, note text);
  create table texts (code text primary key, note text);
  create table uuids (id uuid primary key default gen_random_uuid(), note text);
  create table colors (id color primary key, note text);
  create table flags (id boolean primary key, note text);
  create table pairs (a int, b varchar, note text, primary key (b, a));
  create table numbers (id numeric primary key, note text);
  create table keyless (id int, note text);
  create table children (id int primary key, plain_id int references plain on delete cascade on update cascade);
  create domain shown as text;
  create function to_json(shown) returns json immutable language sql return to_json(upper($1::text));
  create cast (shown as json) with function to_json(shown) as implicit;
  create table represented (id int primary key, note shown);
  create function louder(plain) returns text stable language sql return upper($1.note);
  create view seen as select * from plain;
  create table parts (id int primary key, note text) partition by range (id);
  create table parts_1 partition of parts for values from (0) to (1000);
  create table owned (id int primary key, owner text, note text);
  alter table owned enable row level security;
  create policy own on owned using (owner = current_setting('request.jwt.claims', true)::json ->> 'sub') with check (true);
  create table members (who text primary key);
  insert into members values ('ann');
  create table shared (id int primary key, note text);
  alter table shared enable row level security;
  create policy ours on shared using (current_setting('request.jwt.claims', true)::json ->> 'sub' in (select who from members));
  ${touching('before_row', 'before', "new.note := new.note || '!'")}
  ${touching('after_row', 'after', "update after_row set note = note || '!' where id = new.id")}
  ${touching('late_row', 'deferred', "update late_row set note = note || '!' where id = new.id")}
  ${touching('elsewhere', 'after', 'insert into plain values (new.id + 100000, new.note) on conflict do nothing')}
  ${touching('zoned', 'before', "perform set_config('timezone', 'Asia/Tokyo', true)")}
  create table ruled (id int primary key, note text);
  create rule other as on insert to ruled do instead insert into plain values (new.id, 'other') returning *;
  grant usage on schema public to authenticated;
  grant all on all tables in schema public to authenticated;`

const REPRESENTATION = {
  ...ANN,
  'content-type': 'application/json',
  prefer: 'return=representation',
}

function send(
  method: string,
  target: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawResponse> {
  const all = { ...REPRESENTATION, ...headers }
  return keeping.get(target, { method, headers: all, body: JSON.stringify(body) })
}

const kept = async (): Promise<number> =>
  (JSON.parse((await keeping.get('/metrics/cache')).body) as CacheReport).reads?.writeThroughs ?? 0

const statusOf = ({ headers }: RawResponse) => String(headers['cache-status'])

/** The read is answered at once, in the very bytes of a server without a cache and with the tag of a new read. */
async function expectHit(
  target: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const all = { ...ANN, ...headers }
  const given = await keeping.get(target, { headers: all })
  const right = await plain.get(target, { headers: all })
  expect({ target, status: statusOf(given) }).toEqual({
    ...{ target, status: expect.stringContaining('hit') },
  })
  expect({ target, ...partsOf(given) }).toEqual({ target, ...partsOf(right) })
  const anew = await keeping.get(target, { headers: { ...all, 'cache-control': 'no-cache' } })
  expect(anew.headers.etag).toBe(given.headers.etag)
  expect(statusOf(anew)).toContain('fwd=request')
}

function partsOf({ status, headers, body }: RawResponse): object {
  const { 'content-type': type, 'content-range': range, 'content-location': location } = headers
  return { status, type, range, location, body }
}

/** The read finds nothing kept, and is answered as by a server without a cache. */
async function expectMiss(
  target: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const all = { ...ANN, ...headers }
  const given = await keeping.get(target, { headers: all })
  expect({ target, status: statusOf(given) }).toEqual({
    ...{ target, status: expect.not.stringContaining('hit') },
  })
  expect(partsOf(given)).toEqual(partsOf(await plain.get(target, { headers: all })))
}

const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  t: ['', 'a "quoted" \\ text', 'ünï 🦆\n\t', null],
  v: ['seven 7', null],
  c: ['a', 'abcd', null],
  n: ['1.00', '-0.0', '12345678901234567890.123', 'NaN', null],
  n2: [1, 2.5, null],
  f4: [0.1, 1e30, null],
  f8: [0.1, 'NaN', '-Infinity', 1e-300, null],
  b: [true, false, null],
  u: ['A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', null],
  e: ['red', 'Green 1', null],
  j: [{ z: 1, a: [1, { b: null }] }, 'text', [], null],
  jb: [{ z: 1, a: [1, { b: null }] }, 1.5, 'x', null],
  ts: ['2020-01-02T03:04:05.678', 'infinity', null],
  tz: ['2020-01-02T03:04:05.678+09:00', '-infinity', null],
  d: ['2020-02-29', null],
  tm: ['23:59:59.5', null],
  iv: ['1 year 2 days 03:04:05', null],
  by: ['\\x00ff10', null],
  ia: ['{1,null,3}', null],
  ta: ['{"a,b","c\\"d"}', null],
  p: [{ a: 1, b: 'x' }, null],
  s: ['abc', null],
  r: ['[1,5)', null],
  i: ['10.0.0.0/8', null],
  m: ['12.34', null],
  x: ['<a>b</a>', null],
}
const SELECTS = [
  '',
  'select=*',
  'select=id,t,jb,tz',
  'select=key:id,other:n,j,p,ta',
  'select=made,doubled,id,by',
]
const ACCEPTS: readonly Readonly<Record<string, string>>[] = [
  ...[{}, {}, { accept: 'application/vnd.pgrst.object+json' }],
  ...[{ accept: 'application/vnd.pgrst.array+json;nulls=stripped' }],
  { accept: 'application/vnd.pgrst.object+json;nulls=stripped' },
]

function randomRow({ pick, oneIn }: Random): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  for (const [name, values] of Object.entries(VALUES)) if (!oneIn(4)) row[name] = pick(values)
  return row
}

test(
  `the row that a write answers is read as a server without a cache reads it (seed ${seed})`,
  async () => {
    const random = createRandom(seed)
    for (let round = 0; round < ROUNDS; round++) {
      const id = 1 + random.below(8)
      const select = random.pick(SELECTS)
      const accept = random.pick(ACCEPTS)
      const zone = random.oneIn(3) ? ', timezone=Asia/Kathmandu' : ''
      const prefer = { prefer: `return=representation${zone}, missing=default`, ...accept }
      const found = await plain.get(`/all_types?id=eq.${id}`, { headers: ANN })
      const method = random.pick(found.body === '[]' ? ['POST', 'PUT'] : ['PATCH', 'PUT'])
      const row = randomRow(random)
      const body = method === 'PATCH' ? { ...row, t: 'changed' } : { id, ...row }
      const filter = method === 'POST' ? '' : `id=eq.${id}`
      const query = [select, filter].filter(part => part !== '').join('&')
      const written = await send(method, `/all_types?${query}`, body, prefer)
      expect([200, 201], written.body).toContain(written.status)
      const zoned = zone === '' ? {} : { prefer: 'timezone=Asia/Kathmandu' }
      const url = `/all_types?${[select, `id=eq.${id}`].filter(part => part !== '').join('&')}`
      await expectHit(url, { ...accept, ...zoned })
    }
  },
  60_000 + ROUNDS * 500,
)

test.each([
  ['a text', 'texts', { code: 'a b&c="d",é' }, 'code=eq.a%20b%26c%3D%22d%22%2C%C3%A9'],
  ['a text that is empty', 'texts', { code: '' }, 'code=eq.'],
  [
    'a uuid',
    'uuids',
    { id: 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11' },
    'id=eq.a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  ],
  ['an enum', 'colors', { id: 'Green 1' }, 'id=eq.Green%201'],
  ['a boolean', 'flags', { id: true }, 'id=eq.true'],
  ['two columns', 'pairs', { a: 7, b: 'x' }, 'b=eq.x&a=eq.7'],
])('the key may be %s', async (_what, table, key, filter) => {
  expect((await send('POST', `/${table}`, { ...key, note: 'n' })).status).toBe(201)
  await expectHit(`/${table}?${filter}`)
})

test('a default, and what a trigger makes of the row before it is written, are in it', async () => {
  const [made] = JSON.parse((await send('POST', '/uuids', { note: 'n' })).body) as { id: string }[]
  await expectHit(`/uuids?id=eq.${made?.id}`)
  expect((await send('POST', '/before_row', { id: 1, note: 'n' })).body).toContain('n!')
  await expectHit('/before_row?id=eq.1')
})

test('a changed key, an upsert, an array and a filter by something else are of one row too', async () => {
  await send('POST', '/plain', [{ id: 10, note: 'ten' }])
  await expectHit('/plain?id=eq.10')
  await send('PATCH', '/plain?note=eq.ten', { id: 11 })
  await expectHit('/plain?id=eq.11')
  await expectMiss('/plain?id=eq.10')
  const merge = { prefer: 'return=representation, resolution=merge-duplicates' }
  await send('POST', '/plain', { id: 11, note: 'merged' }, merge)
  await expectHit('/plain?id=eq.11')
})

test('a policy that looks at the row and the claims alone holds for the read as well', async () => {
  expect((await send('POST', '/owned', { id: 1, owner: 'ann', note: 'n' })).status).toBe(201)
  await expectHit('/owned?id=eq.1')
  const bob = as('authenticated', { sub: 'bob' })
  expect((await keeping.get('/owned?id=eq.1', { headers: bob })).body).toBe('[]')
  const hidden = await send('POST', '/owned', { id: 2, owner: 'bob', note: 'n' })
  expect(hidden.status).toBe(403)
  await expectMiss('/owned?id=eq.2')
})

type Broken = readonly [
  what: string,
  write: readonly [method: string, target: string, body: object, headers?: Record<string, string>],
  read: string,
]
const BROKEN: readonly Broken[] = [
  [
    'a trigger that changes the row afterwards',
    ['POST', '/after_row', { id: 1, note: 'n' }],
    '/after_row?id=eq.1',
  ],
  [
    'one that does so at the end of the transaction',
    ['POST', '/late_row', { id: 1, note: 'n' }],
    '/late_row?id=eq.1',
  ],
  [
    'one that changes another table',
    ['POST', '/elsewhere', { id: 1, note: 'n' }],
    '/elsewhere?id=eq.1',
  ],
  [
    'one that has values written otherwise',
    ['POST', '/zoned', { id: 1, note: 'n' }],
    '/zoned?id=eq.1',
  ],
  ['a rule', ['POST', '/ruled', { id: 300, note: 'n' }], '/plain?id=eq.300'],
  [
    'two rows',
    [
      'POST',
      '/plain',
      [
        { id: 20, note: 'a' },
        { id: 21, note: 'b' },
      ],
    ],
    '/plain?id=eq.20',
  ],
  [
    'an embed',
    ['POST', '/plain?select=*,children(id)', { id: 22 }],
    '/plain?id=eq.22&select=*,children(id)',
  ],
  [
    'a computed field',
    ['POST', '/plain?select=id,louder', { id: 23 }],
    '/plain?id=eq.23&select=id,louder',
  ],
  [
    'a cast',
    ['POST', '/plain?select=id,note::text', { id: 24 }],
    '/plain?id=eq.24&select=id,note::text',
  ],
  [
    'columns without the key',
    ['POST', '/plain?select=note', { id: 25 }],
    '/plain?id=eq.25&select=note',
  ],
  ['an aggregate', ['POST', '/plain?select=id,count()', { id: 26 }], '/plain?id=eq.26'],
  ['another media type', ['POST', '/plain', { id: 27 }, { accept: 'text/csv' }], '/plain?id=eq.27'],
  [
    'rows that are not asked for',
    ['POST', '/plain', { id: 28 }, { prefer: 'return=minimal' }],
    '/plain?id=eq.28',
  ],
  ['a table that is not journaled', ['POST', '/unjournaled', { id: 1 }], '/unjournaled?id=eq.1'],
  ['a table without a key', ['POST', '/keyless', { id: 1 }], '/keyless?id=eq.1'],
  ['a key of a type with several spellings', ['POST', '/numbers', { id: 1 }], '/numbers?id=eq.1'],
  ['a view', ['POST', '/seen', { id: 29 }], '/seen?id=eq.29'],
  ['a partitioned table', ['POST', '/parts', { id: 1 }], '/parts?id=eq.1'],
  ['a representation', ['POST', '/represented', { id: 1, note: 'n' }], '/represented?id=eq.1'],
  ['a policy that reads a table', ['POST', '/shared', { id: 1, note: 'n' }], '/shared?id=eq.1'],
  [
    'an idempotency key',
    ['POST', '/plain', { id: 31 }, { 'idempotency-key': 'one' }],
    '/plain?id=eq.31',
  ],
  [
    'a client that wants nothing stored',
    ['POST', '/plain', { id: 32 }, { 'cache-control': 'no-store' }],
    '/plain?id=eq.32',
  ],
  ['another spelling of the key', ['POST', '/plain', { id: 33 }], '/plain?id=eq.033'],
  ['another select list', ['POST', '/plain', { id: 34 }], '/plain?id=eq.34&select=note,id'],
  [
    'another form of answer',
    ['POST', '/plain', { id: 35 }, { accept: 'application/vnd.pgrst.object+json' }],
    '/plain?id=eq.35',
  ],
]

test.each(BROKEN)('%s: nothing is kept for the read', async (_what, [method, ...write], read) => {
  const { status, body } = await send(method, ...write)
  expect([200, 201], body).toContain(status)
  await expectMiss(read)
})

test('duplicates that are left out, and rows that are not there, answer nothing to keep', async () => {
  await send('POST', '/plain', { id: 40, note: 'first' })
  const before = await kept()
  const ignore = { prefer: 'return=representation, resolution=ignore-duplicates' }
  expect((await send('POST', '/plain', { id: 40, note: 'again' }, ignore)).body).toBe('[]')
  expect((await send('PATCH', '/plain?id=eq.41', { note: 'nobody' })).body).toBe('[]')
  expect(await kept()).toBe(before)
  await expectHit('/plain?id=eq.40')
})

test('what is kept is old after the next change, of this server or of another', async () => {
  await send('POST', '/plain', { id: 50, note: 'first' })
  await keeping.get('/plain?id=eq.50', {
    method: 'PATCH',
    headers: { ...REPRESENTATION, prefer: 'return=minimal' },
    body: '{"note":"second"}',
  })
  await expectMiss('/plain?id=eq.50')
  await send('PATCH', '/plain?id=eq.50', { note: 'third' })
  await expectHit('/plain?id=eq.50')
  await database.query(`update plain set note = 'fourth' where id = 50`)
  await expect
    .poll(async () => (await keeping.get('/plain?id=eq.50', { headers: ANN })).body)
    .toContain('fourth')
})
