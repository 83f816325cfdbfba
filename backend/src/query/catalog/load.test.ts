import { expect, test } from 'vitest'
import { createDatabase } from '../../../tests/support/database.ts'
import { systemClock } from '../../base/index.ts'
import { loadCatalog } from './load.ts'
import { SERVER_VERSION_MIN } from './server.ts'
import { catalogOf, poolFor, readAs, relationOf } from '../../../tests/support/catalog-of.ts'
import { createLogin } from '../../../tests/support/login.ts'

test('an empty database has an empty catalog with the defaults', async () => {
  const catalog = await catalogOf('')
  expect(catalog.schemas).toEqual(['public'])
  expect(catalog.relations.size).toBe(0)
  expect(catalog.serverVersion).toBeGreaterThanOrEqual(SERVER_VERSION_MIN)
})

test('the version stays while nothing changes and differs after any change', async () => {
  const database = await createDatabase('create table t (a int)')
  const login = await createLogin()
  const version = async () => (await readAs(login.urlOf(database))).version
  try {
    const first = await version()
    expect(await version()).toBe(first)
    await database.query('insert into t values (1)')
    await database.query('analyze t')
    expect(await version()).toBe(first)
    await database.query("comment on column t.a is 'x'")
    expect(await version()).not.toBe(first)
  } finally {
    await database.drop()
    await login.drop()
  }
})

test('the version tells apart all that decides which rows somebody sees', async () => {
  const database = await createDatabase(`
    create schema private;
    create table t (a int) partition by list (a);
    create table p (a int);
    create function private.inner() returns int stable language sql as 'select 1';
    create function private.outer() returns int stable language sql as 'select private.inner()';
    create policy p on t using (private.outer() = 1);
  `)
  const seen = new Set<string>()
  try {
    const statements = [
      'select 1',
      "create or replace function private.inner() returns int stable language sql as 'select 2'",
      'alter policy p on t using (private.outer() = 2)',
      'alter table t enable row level security',
      'alter table t force row level security',
      'alter table t owner to authenticated',
      'alter table t attach partition p default',
      'alter function private.outer() owner to authenticated',
    ]
    for (const statement of statements) {
      await database.query(statement)
      const { version } = await readAs(database.authenticatorUrl)
      expect(seen, statement).not.toContain(version)
      seen.add(version)
    }
  } finally {
    await database.drop()
  }
})

test('all of it is one snapshot, and the connection is left as it was', async () => {
  const database = await createDatabase('create table t (a int)')
  const pool = poolFor(database.url)
  const clock = { ...systemClock, epochMs: () => 42 }
  try {
    await pool.use(async connection => {
      let isFirst = true
      const catalog = await loadCatalog(
        {
          async query(text, values) {
            const rows = await connection.query(text, values)
            if (text.includes('pg_attribute') && isFirst) {
              isFirst = false
              await database.query('create table later (a int); alter table t add b int')
            }
            return rows
          },
        },
        {},
        clock,
      )
      expect([...relationOf(catalog, 't').columns.keys()]).toEqual(['a'])
      expect(catalog.relations.size).toBe(1)
      expect(catalog.loadedAt).toBe(42)
      const [path] = await connection.query("select current_setting('search_path') as now")
      expect(path?.['now']).not.toBe('')
    })
  } finally {
    await pool.end(1_000)
    await database.drop()
  }
})

test('a schema that is not there is named, with those that are', async () => {
  await expect(catalogOf('create schema api', { schemas: ['api', 'apo'] })).rejects.toMatchObject({
    code: 'ST202',
    message: "The database has no schema 'apo'",
    details: 'Its schemas are: api, public.',
  })
  await expect(catalogOf('drop schema public', { schemas: ['a', 'b'] })).rejects.toMatchObject({
    message: "The database has no schemas 'a', 'b'",
    details: 'Its schemas are: none.',
  })
})

test('an old server is refused, and its transaction ended', async () => {
  const asked: string[] = []
  const old = {
    query: (text: string) => {
      asked.push(text)
      if (text === 'rollback') return Promise.reject(new Error('gone'))
      return Promise.resolve([{ version: '120022' }])
    },
  }
  await expect(loadCatalog(old)).rejects.toMatchObject({
    code: 'ST201',
    message: 'PostgreSQL 12 is not supported',
    hint: 'Use PostgreSQL 13 or newer.',
  })
  expect(asked.at(-1)).toBe('rollback')
})
