import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { signToken } from '../../src/api/http/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { createLogin } from '../support/login.ts'
import { as, startServer, type TestServer } from '../support/server.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase(`
    create table notes (id int primary key);
    insert into notes select generate_series(1, 5);
    create schema second;
    create table second.things (id int);
    create table second.notes (other int);
    create function second.welcome() returns json language sql as $$ select '"hello"'::json $$;
    create schema postgrest;
    grant usage on schema second to anon;
    grant usage on schema postgrest to authenticator;
    grant select on notes, second.things, second.notes to anon;
    create function postgrest.pre_config() returns void language sql as $$
      select set_config('pgrst.db_max_rows', '2', true),
             set_config('pgrst.db_aggregates_enabled', 'true', true)
    $$`)
})
afterAll(() => database.drop())

async function serve(flags: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const server = await startServer(database.authenticatorUrl, flags)
  onTestFinished(server.stop)
  return server
}

/** For the time of one test. */
async function set(setting: string, value: string): Promise<void> {
  const role = `alter role authenticator in database ${database.name}`
  await database.query(`${role} set ${setting} = '${value}'`)
  onTestFinished(async () => {
    await database.query(`${role} reset ${setting}`)
  })
}

const reset = (setting: string) =>
  database.query(`alter role authenticator in database ${database.name} reset ${setting}`)
const notify = () => database.query(`notify pgrst, 'reload config'`)
const PATIENT = { timeout: 20_000 }

async function rows(server: TestServer, path = '/notes'): Promise<number> {
  return (JSON.parse((await server.get(path)).body) as unknown[]).length
}

const failures = (server: TestServer) =>
  server.events.flatMap(event => (event.kind === 'config.failed' ? [event.error] : []))

test('settings of the role hold from the start, and a change from NOTIFY on, plans included', async () => {
  await set('pgrst.db_max_rows', '3')
  const server = await serve()
  expect(server.server.databaseSettings).toEqual(['pgrst.db_max_rows'])
  expect(await rows(server)).toBe(3)
  await set('pgrst.db_max_rows', '1')
  expect(await rows(server)).toBe(3)
  await notify()
  await expect.poll(() => rows(server), PATIENT).toBe(1)
  await reset('pgrst.db_max_rows')
  await notify()
  await expect.poll(() => rows(server), PATIENT).toBe(5)
  expect(server.server.databaseSettings).toEqual([])
})

test('other schemas, and another order of them, are served without a restart', async () => {
  const server = await serve()
  expect((await server.get('/things')).status).toBe(404)
  await set('pgrst.db_schemas', 'public, second')
  await notify()
  const headers = { 'accept-profile': 'second' }
  const things = async () => (await server.get('/things', { headers })).status
  await expect.poll(things, PATIENT).toBe(200)
  expect(await rows(server)).toBe(5)
  await set('pgrst.db_schemas', 'second, public')
  await notify()
  await expect.poll(async () => (await server.get('/things')).status, PATIENT).toBe(200)
  expect((await server.get('/notes?select=other')).status).toBe(200)
})

test('another secret is checked with, and tokens that were remembered are forgotten', async () => {
  const server = await serve()
  const other = 'another secret that is long enough to be one'
  const old = { headers: as('anon') }
  const renewed = {
    headers: { authorization: `Bearer ${signToken({ role: 'anon' }, { secret: other })}` },
  }
  expect((await server.get('/notes', old)).status).toBe(200)
  expect((await server.get('/notes', renewed)).status).toBe(401)
  await set('pgrst.jwt_secret', other)
  await notify()
  const status = async () => (await server.get('/notes', renewed)).status
  await expect.poll(status, PATIENT).toBe(200)
  expect((await server.get('/notes', old)).status).toBe(401)
})

test('headers follow too: origins, the one that is repeated, and how much errors tell', async () => {
  const server = await serve()
  const headers = { origin: 'https://a.example', 'x-trace': '7' }
  const before = await server.get('/notes', { headers })
  expect(before.headers).toMatchObject({ 'access-control-allow-origin': '*' })
  expect(before.headers).not.toHaveProperty('x-trace')
  await set('pgrst.server_cors_allowed_origins', 'https://a.example, https://b.example')
  await set('pgrst.server_trace_header', 'X-Trace')
  await set('pgrst.client_error_verbosity', 'minimal')
  await notify()
  await expect
    .poll(async () => (await server.get('/notes', { headers })).headers, PATIENT)
    .toMatchObject({ 'access-control-allow-origin': 'https://a.example', 'x-trace': '7' })
  const wrong = await server.get('/nothing', { headers })
  expect(wrong).toMatchObject({ status: 404, headers: { 'x-trace': '7' } })
  expect(Object.keys(JSON.parse(wrong.body) as object)).toEqual(['code', 'message'])
})

test('a wrong value changes nothing, not even the right ones beside it, and is told', async () => {
  const server = await serve()
  await set('pgrst.db_max_rows', 'many')
  await set('pgrst.db_aggregates_enabled', 'true')
  await notify()
  await expect
    .poll(() => failures(server), PATIENT)
    .toMatchObject([
      { code: 'ST001', details: 'It was given by the setting pgrst.db_max_rows of the database.' },
    ])
  expect((await server.get('/notes?select=id.sum()')).status).toBe(400)
  await set('pgrst.db_max_rows', '4')
  await notify()
  await expect.poll(() => rows(server), PATIENT).toBe(4)
  expect((await server.get('/notes?select=id.sum()')).status).toBe(200)
})

test.each([
  ['pgrst.db_schemas', 'public, nowhere', 'ST202'],
  ['pgrst.jwt_secret', 'short', 'ST010'],
])('%s = %s cannot be used: the old configuration stays', async (setting, value, code) => {
  const server = await serve()
  await set(setting, value)
  expect(await server.server.reload()).toBe(false)
  expect(failures(server)).toMatchObject([{ code }])
  expect((await server.get('/notes', { headers: as('anon') })).status).toBe(200)
  expect((await server.get('/ready')).status).toBe(200)
})

test('a wrong value at the start is no start', async () => {
  await set('pgrst.db_tx_end', 'sometimes')
  await expect(startServer(database.authenticatorUrl)).rejects.toMatchObject({ code: 'ST001' })
})

test('a function makes settings, below those of the role, these below those for the database', async () => {
  const login = await createLogin()
  onTestFinished(async () => {
    await database.query(`drop owned by ${login.role}`)
    await login.drop()
  })
  await database.query(`
    grant anon to ${login.role};
    grant usage on schema postgrest to ${login.role};
    alter role ${login.role} set pgrst.db_max_rows = '3'`)
  const flags = { '--database-pre-config': 'postgrest.pre_config' }
  const server = await startServer(login.urlOf(database), flags)
  onTestFinished(server.stop)
  expect(await rows(server)).toBe(3)
  expect((await server.get('/notes?select=id.sum()')).status).toBe(200)
  await database.query(
    `alter role ${login.role} in database ${database.name} set pgrst.db_max_rows = '4'`,
  )
  expect(await server.server.reload()).toBe(true)
  expect(await rows(server)).toBe(4)
  await database.query(`
    alter role ${login.role} in database ${database.name} reset all;
    alter role ${login.role} reset all`)
  await server.server.reload()
  expect(await rows(server)).toBe(2)
})

test('the role may name that function, and a function that is gone leaves things as they are', async () => {
  const server = await serve()
  await set('pgrst.db_pre_config', 'postgrest.pre_config')
  await server.server.reload()
  expect(await rows(server)).toBe(2)
  await set('pgrst.db_pre_config', 'postgrest.gone')
  expect(await server.server.reload()).toBe(false)
  expect(failures(server)).toMatchObject([{ code: 'ST211' }])
  expect(await rows(server)).toBe(2)
})

test('a function that is not named any more is not called any more, at once', async () => {
  await database.query(`create function postgrest.passing() returns void language sql
    as $$ select set_config('pgrst.db_max_rows', '1', true) $$`)
  const server = await serve()
  await set('pgrst.db_pre_config', 'postgrest.passing')
  expect(await server.server.reload()).toBe(true)
  expect(await rows(server)).toBe(1)
  await reset('pgrst.db_pre_config')
  await database.query('drop function postgrest.passing()')
  expect(await server.server.reload()).toBe(true)
  expect(await rows(server)).toBe(5)
})

test('many who ask at once for the configuration have it read twice at most', async () => {
  const server = await serve()
  const reloads = Array.from({ length: 50 }, () => server.server.reload())
  expect(new Set(await Promise.all(reloads))).toEqual(new Set([true]))
  expect(server.events.filter(({ kind }) => kind === 'config.read')).toHaveLength(2)
})

test('switched off, the database has no say', async () => {
  await set('pgrst.db_max_rows', '1')
  const server = await serve({ '--database-config-enabled': 'false' })
  expect(await rows(server)).toBe(5)
  await server.server.reload()
  expect(await rows(server)).toBe(5)
})

test('what waits for a restart is told, and holds after it', async () => {
  const server = await serve()
  await set('pgrst.db_prepared_statements', 'false')
  await server.server.reload()
  expect(server.events).toContainEqual({
    kind: 'config.read',
    changed: [],
    waiting: ['pool.prepare'],
  })
  expect((await serve()).server.config.pool.prepare).toBe(false)
})

test('a function may stand for the root', async () => {
  await set('pgrst.db_root_spec', 'welcome')
  await set('pgrst.db_schemas', 'second')
  const server = await serve()
  expect(await server.get('/')).toMatchObject({ status: 200, body: '"hello"' })
})

test('without the channel nothing listens, and changes are found by looking', async () => {
  const server = await serve({
    '--catalog-channel-enabled': 'false',
    '--catalog-check-every-ms': '50',
  })
  expect(server.events.some(({ kind }) => kind === 'catalog.listening')).toBe(false)
  await database.query('create table found (id int); grant select on found to anon')
  await expect.poll(async () => (await server.get('/found')).status, PATIENT).toBe(200)
})
