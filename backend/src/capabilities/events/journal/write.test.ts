import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../../tests/support/database.ts'
import { journaling, withSession } from '../../../../tests/support/journaling.ts'
import { seed } from '../../../../tests/support/seed.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase()
})
beforeEach(async () => {
  await database.query('drop schema public cascade')
  await database.query('create schema public; grant usage on schema public to public')
  await database.query('drop schema if exists "A.b" cascade')
})
afterAll(() => database.drop())

/** Makes tables and journals them all. */
async function journaled(tables: string): Promise<void> {
  await withSession(database.url, session => session.query(tables))
  const { refused } = await journaling(database.url)
  expect(refused).toEqual([])
  await database.query('truncate s_tier.journal')
}

/** Statements in one session, one after the other. */
function run(...texts: string[]): Promise<void> {
  return withSession(database.url, async session => {
    for (const text of texts) await session.query(text)
  })
}

/** The journal in order, a line for each event: kind, table, key, old and new row. */
async function events(): Promise<string[]> {
  const rows = await database.query<Record<string, string | null>>(`
    select kind::text || ' ' || table_name as what, replace(key::text, ' ', '') as key, old_row::text, new_row::text
    from s_tier.journal order by xid, position`)
  return rows.map(({ what, key, old_row, new_row }) =>
    [what, key ?? '-', old_row ?? '-', new_row ?? '-'].join(' '),
  )
}

test('each changed row is an event with its key and both rows', async () => {
  await journaled('create table notes (id int primary key, body text)')
  await run(
    `insert into notes values (1, 'a'), (2, 'b')`,
    `update notes set body = upper(body), id = id + 10`,
    `delete from notes where id = 11`,
    `delete from notes where id = 99`,
    `truncate notes`,
  )
  expect(await events()).toEqual([
    'i notes {"id":1} - {"id":1,"body":"a"}',
    'i notes {"id":2} - {"id":2,"body":"b"}',
    'u notes {"id":11} {"id":1,"body":"a"} {"id":11,"body":"A"}',
    'u notes {"id":12} {"id":2,"body":"b"} {"id":12,"body":"B"}',
    'd notes {"id":11} {"id":11,"body":"A"} -',
    't notes - - -',
  ])
})

test('columns may have any names', async () => {
  const names = [
    'id',
    ...'n o w b c k j at root place whole kind relation tg_op key_columns are_others'.split(' '),
  ]
  const columns = names.map(name => `${name} int${name === 'n' ? ' primary key' : ''}`)
  await journaled(`create table odd (${columns.join(', ')})`)
  const values = names.map(() => '1')
  await run(
    `insert into odd values (${values.join(', ')})`,
    'update odd set o = 2',
    'delete from odd',
  )
  const row = (o: number) => `{${names.map(name => `"${name}":${name === 'o' ? o : 1}`).join(',')}}`
  expect(await events()).toEqual([
    `i odd {"n":1} - ${row(1)}`,
    `u odd {"n":1} ${row(1)} ${row(2)}`,
    `d odd {"n":1} ${row(2)} -`,
  ])
})

test('an event says when, in which transaction, and whose request it was', async () => {
  await journaled('create table notes (id int primary key)')
  const headers = {
    'user-agent': 'says "x-request-id":"forged"',
    'x-request-id': 'r1',
    traceparent: '00-a-b-01',
  }
  await withSession(database.url, async session => {
    await session.query('begin')
    await session.query(
      `select set_config('request.jwt.claims', '{"sub": "ann"}', true), set_config('request.headers', $1, true)`,
      [JSON.stringify(headers)],
    )
    await session.query('grant insert on notes to anon; set local role anon')
    await session.query('insert into notes values (1)')
    await session.query('commit')
    await session.query(`set request.headers = 'no JSON "x-request-id": at all'`)
    await session.query('insert into notes values (2)')
  })
  const rows = await database.query(`
    select role, claims, request_id, trace, relation = 'notes'::regclass as relation, schema_name::text,
      abs(extract(epoch from clock_timestamp() - at)) < 60 as now, day = (at at time zone 'UTC')::date as day,
      (select xmin::text from notes where id::text = key ->> 'id') = (xid::text::bigint % (2^32)::bigint)::text as xid
    from s_tier.journal order by position`)
  const always = { relation: true, schema_name: 'public', now: true, day: true, xid: true }
  expect(rows).toEqual([
    { role: 'anon', claims: '{"sub": "ann"}', request_id: 'r1', trace: '00-a-b-01', ...always },
    { role: 'postgres', claims: null, request_id: null, trace: null, ...always },
  ])
})

test('a value has one text, whatever the settings of the session', async () => {
  await journaled(`create table things (id int primary key, at timestamptz, spans tstzrange, float float8, bytes bytea,
    lasts interval, digits numeric, more jsonb)`)
  await run(
    `set timezone = 'Asia/Tokyo'; set datestyle = 'German'; set extra_float_digits = -5; set bytea_output = 'escape';
      set intervalstyle = 'iso_8601'`,
    `insert into things values (1, '2026-01-02 03:04:05.678+00', '[2026-01-02 03:04:05+00,)', 0.1::float8 + 0.2, '\\xff00',
      '1 day 2 hours', 12345678901234567890.123456789, '{"b": 1e400, "a": "ü"}')`,
    `select 1 / (case when current_setting('timezone') = 'Asia/Tokyo' then 1 else 0 end)`,
  )
  const [row = ''] = await events()
  const { more: _, ...value } = JSON.parse(row.split(' - ')[1] ?? '')
  expect(value).toEqual({
    ...{ id: 1, at: '2026-01-02T03:04:05.678+00:00', spans: '["2026-01-02 03:04:05+00",)' },
    ...{ float: 0.30000000000000004, bytes: '\\xff00', lasts: '1 day 02:00:00' },
    digits: expect.any(Number),
  })
  expect(row).toContain('"digits":12345678901234567890.123456789')
})

test('COPY, ON CONFLICT and MERGE are journaled by what they did', async () => {
  await journaled('create table notes (id int primary key, body text)')
  await run(
    `copy notes from program 'printf "1\\\\tone\\\\n2\\\\ttwo\\\\n"'`,
    `insert into notes values (2, 'TWO'), (3, 'three') on conflict (id) do update set body = excluded.body`,
    `insert into notes values (3, 'no') on conflict do nothing`,
  )
  expect(await events()).toEqual([
    'i notes {"id":1} - {"id":1,"body":"one"}',
    'i notes {"id":2} - {"id":2,"body":"two"}',
    'u notes {"id":2} {"id":2,"body":"two"} {"id":2,"body":"TWO"}',
    'i notes {"id":3} - {"id":3,"body":"three"}',
  ])
  const [server] = await database.query<{ version: number }>(
    `select current_setting('server_version_num')::int as version`,
  )
  if ((server?.version ?? 0) < 150_000) return
  await database.query('truncate s_tier.journal')
  await run(`merge into notes using (values (1, 'x'), (2, null), (4, 'four')) as n (id, body) on notes.id = n.id
    when matched and n.body is null then delete
    when matched then update set body = n.body when not matched then insert values (n.id, n.body)`)
  expect((await events()).sort()).toEqual([
    'd notes {"id":2} {"id":2,"body":"TWO"} -',
    'i notes {"id":4} - {"id":4,"body":"four"}',
    'u notes {"id":1} {"id":1,"body":"one"} {"id":1,"body":"x"}',
  ])
})

test('what cascades is journaled once, with what it came from', async () => {
  await journaled(`
    create table authors (id int primary key);
    create table books (id int primary key, author int references authors on delete cascade on update cascade);
    create table pages (book int references books on delete cascade, number int, primary key (book, number));
    insert into authors values (1), (2); insert into books values (10, 1), (11, 1), (12, 2); insert into pages values (10, 1), (11, 7)`)
  await run('update authors set id = 3 where id = 2', 'delete from authors where id = 1')
  expect((await events()).sort()).toEqual([
    'd authors {"id":1} {"id":1} -',
    'd books {"id":10} {"id":10,"author":1} -',
    'd books {"id":11} {"id":11,"author":1} -',
    'd pages {"book":10,"number":1} {"book":10,"number":1} -',
    'd pages {"book":11,"number":7} {"book":11,"number":7} -',
    'u authors {"id":3} {"id":2} {"id":3}',
    'u books {"id":12} {"id":12,"author":2} {"id":12,"author":3}',
  ])
  await database.query('truncate s_tier.journal')
  await run('truncate authors cascade')
  expect((await events()).sort()).toEqual(['t authors - - -', 't books - - -', 't pages - - -'])
})

test('what is rolled back was never there, to a savepoint or whole', async () => {
  await journaled('create table notes (id int primary key)')
  await run(
    `begin; insert into notes values (1); savepoint a; insert into notes values (2); rollback to a;
      insert into notes values (3); commit`,
    'begin; insert into notes values (4); rollback',
    'do $$ begin begin insert into notes values (5), (1); exception when others then null; end; insert into notes values (6); end $$',
  )
  expect(await events()).toEqual([
    'i notes {"id":1} - {"id":1}',
    'i notes {"id":3} - {"id":3}',
    'i notes {"id":6} - {"id":6}',
  ])
  const [{ transactions } = {}] = await database.query(
    'select count(distinct xid)::int as transactions from s_tier.journal',
  )
  expect(transactions).toBe(2)
})

test('a table may have no key, several columns in it, generated columns, and any name', async () => {
  await journaled(`
    create table bare (a int);
    create table "Odd ""Name""" ("Key 1" text, "it's" int, sum int generated always as ("it's" * 2) stored,
      primary key ("it's", "Key 1") include (sum));
    create schema "A.b"; create table "A.b"."C.d" ("ключ" int primary key);
    insert into bare values (1), (1)`)
  await run(
    'delete from bare',
    `insert into "Odd ""Name""" values ('k', 3)`,
    `insert into "A.b"."C.d" values (7)`,
  )
  expect(await events()).toEqual([
    'd bare - {"a":1} -',
    'd bare - {"a":1} -',
    'i Odd "Name" {"it\'s":3,"Key1":"k"} - {"Key 1":"k","it\'s":3,"sum":6}',
    'i C.d {"ключ":7} - {"ключ":7}',
  ])
})

test('a table may change under a session that writes: columns, its key, its name', async () => {
  await journaled('create table notes (id int primary key, a int, b int)')
  await run(
    'insert into notes values (1, 2, 3)',
    'alter table notes drop a',
    'update notes set b = 4',
    `alter table notes add c text default 'c'`,
    'update notes set b = 5',
    'alter table notes rename id to ident',
    'update notes set b = 6',
    'alter table notes rename to papers',
    'alter table papers drop constraint notes_pkey, add constraint notes_pkey primary key (c, ident)',
    'update papers set b = 7',
    'alter table papers drop constraint notes_pkey',
    'delete from papers',
  )
  expect(await events()).toEqual([
    'i notes {"id":1} - {"id":1,"a":2,"b":3}',
    'u notes {"id":1} {"id":1,"b":3} {"id":1,"b":4}',
    'u notes {"id":1} {"id":1,"b":4,"c":"c"} {"id":1,"b":5,"c":"c"}',
    'u notes {"ident":1} {"ident":1,"b":5,"c":"c"} {"ident":1,"b":6,"c":"c"}',
    'u papers {"c":"c","ident":1} {"ident":1,"b":6,"c":"c"} {"ident":1,"b":7,"c":"c"}',
    'd papers - {"ident":1,"b":7,"c":"c"} -',
  ])
})

const PARTITIONS = `
  create table logs (at int, id int, body text, primary key (at, id)) partition by range (at);
  create table logs_1 partition of logs for values from (0) to (10);
  create table logs_2 (body text, id int not null, at int not null) partition by list (id);
  create table logs_2a partition of logs_2 for values in (1);
  create table logs_2b partition of logs_2 for values in (2);
  alter table logs attach partition logs_2 for values from (10) to (20);`

test('writes through a partitioned table or to one of its partitions are events of the whole', async () => {
  await journaled(PARTITIONS)
  await run(
    `insert into logs values (1, 1, 'a'), (11, 1, 'b')`,
    `update logs set at = at + 14 where at = 1`,
    `insert into logs_1 values (2, 1, 'c')`,
    `insert into logs_2 (id, at, body) values (2, 12, 'd')`,
    `update logs_2b set body = 'D'`,
    `delete from logs where at = 2`,
  )
  expect(await events()).toEqual([
    'i logs {"at":1,"id":1} - {"at":1,"id":1,"body":"a"}',
    'i logs {"at":11,"id":1} - {"at":11,"id":1,"body":"b"}',
    'u logs {"at":15,"id":1} {"at":1,"id":1,"body":"a"} {"at":15,"id":1,"body":"a"}',
    'i logs {"at":2,"id":1} - {"at":2,"id":1,"body":"c"}',
    'i logs {"at":12,"id":2} - {"body":"d","id":2,"at":12}',
    'u logs {"at":12,"id":2} {"body":"d","id":2,"at":12} {"body":"D","id":2,"at":12}',
    'd logs {"at":2,"id":1} {"at":2,"id":1,"body":"c"} -',
  ])
})

test('a truncated partition is told under its name, a whole tree once', async () => {
  await journaled(PARTITIONS)
  const root = `select distinct relation = 'logs'::regclass as is_root from s_tier.journal`
  await run('truncate logs', 'truncate logs_1')
  expect(await events()).toEqual(['t logs - - -', 't logs_1 - - -'])
  expect(await database.query(root)).toEqual([{ is_root: true }])
  await database.query('truncate s_tier.journal')
  await run(
    `begin; truncate logs; truncate logs_1; insert into logs_1 values (1, 1); truncate logs_1; commit`,
  )
  expect((await events()).map(line => line.slice(0, 8))).toEqual([
    't logs -',
    'i logs {',
    't logs_1',
  ])
})

test('children of old inheritance are journaled under the table that a statement named', async () => {
  await journaled(`
    create table animals (id int primary key, name text);
    create table dogs (barks bool) inherits (animals)`)
  await run(
    `insert into dogs values (1, 'rex', true)`,
    `update animals set name = 'Rex'`,
    'delete from only animals',
  )
  expect(await events()).toEqual([
    'i dogs - - {"id":1,"name":"rex","barks":true}',
    'u animals {"id":1} {"id":1,"name":"rex"} {"id":1,"name":"Rex"}',
  ])
})

test('rows that replication or a restore brings are journaled too', async () => {
  await journaled('create table notes (id int primary key)')
  await run('set session_replication_role = replica', 'insert into notes values (1)')
  expect(await events()).toHaveLength(1)
})

test('old and new rows of an update belong together, whatever it changes', async () => {
  await journaled(
    'create table pairs (id int primary key deferrable initially deferred, was int, part int)',
  )
  const updates = [
    'update pairs set was = id, id = id + 1000',
    'update pairs set was = id, id = 5000 - id',
    'update pairs set was = id, part = part + 1 from generate_series(1, 3) as n where n = part',
    'with moved as (update pairs set was = id, id = -id where id % 2 = 0 returning id) select count(*) from moved',
  ]
  const steps = fc.array(fc.constantFrom(...updates), { minLength: 1, maxLength: 4 })
  console.info(`seed ${seed}`)
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 300 }), async (texts, rows) => {
      await database.query('truncate pairs, s_tier.journal')
      await database.query(
        'insert into pairs select n, 0, n % 5 from generate_series(1, $1) as n',
        [rows],
      )
      await run(...texts)
      const wrong = await database.query(`
        select 1 from s_tier.journal where kind = 'u' and old_row ->> 'id' <> new_row ->> 'was'
          or kind = 'u' and (old_row is null or new_row is null)`)
      expect(wrong).toEqual([])
    }),
    { seed, numRuns: 8 },
  )
})

test('replaying the journal makes the table anew', async () => {
  await journaled('create table notes (id int primary key, body text)')
  const step = fc.oneof(
    fc
      .integer({ min: 1, max: 9 })
      .map(
        n =>
          `insert into notes select n, 'i' from generate_series(${n}, ${n + 3}) as n on conflict (id) do update set body = notes.body || 'c'`,
      ),
    fc
      .integer({ min: 1, max: 9 })
      .map(n => `update notes set body = body || 'u' where id % ${n} = 0`),
    fc.integer({ min: 1, max: 9 }).map(n => `delete from notes where id > ${n}`),
    fc.constant('truncate notes'),
  )
  const transaction = fc.record({
    steps: fc.array(step, { maxLength: 4 }),
    undo: fc.array(step, { maxLength: 2 }),
    commits: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(transaction, { maxLength: 6 }), async transactions => {
      await database.query('truncate notes, s_tier.journal')
      await database.query('truncate s_tier.journal')
      for (const { steps, undo, commits } of transactions) {
        await run(
          [
            'begin',
            ...steps,
            'savepoint a',
            ...undo,
            'rollback to a',
            commits ? 'commit' : 'rollback',
          ].join(';'),
        )
      }
      expect(await replayed()).toEqual(
        await database.query('select id, body from notes order by id'),
      )
    }),
    { seed, numRuns: 8 },
  )
})

async function replayed() {
  const rows = new Map<number, { id: number; body: string }>()
  const found = await database.query<{
    kind: string
    old_row: { id: number }
    new_row: { id: number; body: string }
  }>('select kind::text, old_row, new_row from s_tier.journal order by xid, position')
  for (const { kind, old_row, new_row } of found) {
    if (kind === 't') rows.clear()
    if (kind === 'd' || kind === 'u') rows.delete(old_row.id)
    if (kind === 'i' || kind === 'u') rows.set(new_row.id, new_row)
  }
  return [...rows.values()].sort((a, b) => a.id - b.id)
}

test.each([
  ['with a key of one column', 'create table pairs (id int primary key, part int, was int)'],
  ['with one of several', 'create table pairs (id int, part int, was int, primary key (part, id))'],
  [
    'in partitions',
    `create table pairs (id int primary key, part int, was int) partition by range (id);
      create table pairs_1 partition of pairs for values from (minvalue) to (2);
      create table pairs_2 partition of pairs default`,
  ],
])('an update is an event for each row, be it none, one or a few: %s', async (_, table) => {
  await journaled(table)
  await run('insert into pairs values (1, 1, 0), (2, 2, 0), (3, 3, 0)')
  for (const rows of [0, 1, 2, 3, 1, 0]) {
    await database.query('truncate s_tier.journal')
    await run(`update pairs set id = -id, was = id where abs(id) <= ${rows}`)
    const found = await database.query<{ row: number }>(`
      select abs((new_row ->> 'id')::int) as row from s_tier.journal
      where old_row ->> 'id' = new_row ->> 'was' and key ->> 'id' = new_row ->> 'id' order by 1`)
    expect(found.map(({ row }) => row)).toEqual([1, 2, 3].slice(0, rows))
    expect(await database.query('select from s_tier.journal')).toHaveLength(rows)
  }
})

test('the rows of a large statement belong together too, whatever plan a small one left behind', async () => {
  await journaled('create table many (id int primary key, body text)')
  await run(
    `set work_mem = '1MB'; insert into many values (0, ''); update many set body = ' '`,
    `insert into many select n, 'x' from generate_series(1, 10000) as n; update many set body = body || 'y'`,
  )
  const [{ events: count, wrong } = {}] = await database.query(`
    select count(*)::int as events, count(*) filter (where kind = 'u' and old_row ->> 'id' <> new_row ->> 'id')::int as wrong
    from s_tier.journal`)
  expect({ count, wrong }).toEqual({ count: 20_003, wrong: 0 })
})

test('who may write a table writes its journal, and can do nothing else with it', async () => {
  await journaled('create table notes (id int primary key); grant all on notes to anon')
  await run('set role anon', 'insert into notes values (1)')
  expect(await events()).toHaveLength(1)
  const client = new pg.Client(database.url)
  await client.connect()
  await client.query('set role anon')
  const tried = [
    'select * from s_tier.journal',
    'delete from s_tier.journal',
    'truncate s_tier.journal',
    `insert into s_tier.journal (day, at, relation, schema_name, table_name, kind) values (now(), now(), 1, 'a', 'b', 'i')`,
    'select * from s_tier.journal_tables',
    `select nextval('s_tier.journal_position')`,
    'select s_tier.journal_maintain(0, 0, 1)',
    'select * from s_tier.journal_head()',
    'create temp table fake (id int); create trigger t after insert on fake for each statement execute function s_tier.journal_write()',
    'drop trigger s_tier_journal_insert on notes',
    'alter table notes disable trigger s_tier_journal_insert',
  ]
  for (const text of tried) {
    await expect(client.query(text), text).rejects.toMatchObject({ code: '42501' })
  }
  await client.end()
  const granted = await database.query(`
    select c.relname::text from pg_class c where relnamespace = 's_tier'::regnamespace and has_table_privilege('anon', c.oid, 'select')
      and relkind in ('r', 'p')
    union all select proname::text from pg_proc p where pronamespace = 's_tier'::regnamespace and has_function_privilege('anon', p.oid, 'execute')`)
  expect(granted).toEqual([])
})
