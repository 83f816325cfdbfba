import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signToken } from '../../src/api/http/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { run, servedUrl, start } from './command.ts'

const SECRET = 'a secret that is long enough for HS256'

let directory = ''
let database: TestDatabase
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'stier-postgrest-'))
  database = await createDatabase(`
    create schema api;
    grant usage on schema api to anon, authenticated;
    create table api.notes (id int primary key, owner text);
    insert into api.notes values (1, 'ada'), (2, 'ada'), (3, 'bob');
    create view api.asked as select
      current_setting('app.settings.key', true) as key,
      current_setting('search_path') as path;
    grant select on api.notes to anon, authenticated;
    grant select on api.asked to anon`)
})
afterAll(async () => {
  await database.drop()
  rmSync(directory, { recursive: true })
})

type Process = ReturnType<typeof start>

async function served(process: Process): Promise<string> {
  return (await servedUrl(process)).replace('0.0.0.0', '127.0.0.1')
}

async function stop(process: Process): Promise<void> {
  process.signal('SIGTERM')
  expect(await process.ended).toBe(0)
}

test('variables of PostgREST alone are a server as PostgREST has it', async () => {
  const process = start(['serve'], directory, {
    PGRST_DB_URI: database.authenticatorUrl,
    PGRST_DB_SCHEMAS: 'api',
    PGRST_DB_EXTRA_SEARCH_PATH: '',
    PGRST_DB_ANON_ROLE: 'anon',
    PGRST_DB_MAX_ROWS: '2',
    PGRST_JWT_SECRET: Buffer.from(SECRET).toString('base64'),
    PGRST_JWT_SECRET_IS_BASE64: 'True',
    PGRST_SERVER_PORT: '0',
    PGRST_SERVER_TRACE_HEADER: 'X-Request-Id',
    PGRST_SERVER_TIMING_ENABLED: 'true',
    PGRST_CLIENT_ERROR_VERBOSITY: 'minimal',
    PGRST_APP_SETTINGS_KEY: 'from outside',
    PGRST_LOG_LEVEL: 'info',
    PGRST_LOG_QUERY: 'true',
    PGRST_DB_POOL_AUTOMATIC_RECOVERY: 'true',
  })
  const url = await served(process)
  const notes = await fetch(`${url}/notes?select=id&order=id`, {
    headers: {
      'x-request-id': '42',
      authorization: `Bearer ${signToken({ role: 'authenticated' }, { secret: SECRET })}`,
    },
  })
  expect(await notes.json()).toEqual([{ id: 1 }, { id: 2 }])
  expect(notes.headers.get('x-request-id')).toBe('42')
  expect(notes.headers.get('server-timing')).toMatch(/dur=/)
  const asked = await fetch(`${url}/asked`)
  expect(await asked.json()).toEqual([{ key: 'from outside', path: '"api"' }])
  expect(asked.headers.get('x-request-id')).toBeNull()
  const wrong = await fetch(`${url}/notess`)
  expect(Object.keys((await wrong.json()) as object)).toEqual(['code', 'message'])
  const lines = process.output.out.trim().split('\n')
  const told = lines.map(line => JSON.parse(line) as { level: string; msg: string })
  for (const [level, msg] of [
    ['info', 'Ran a query'],
    ['info', expect.stringContaining('Configured by the names of PostgREST')],
    [
      'warn',
      expect.stringContaining('PGRST_DB_POOL_AUTOMATIC_RECOVERY is set, but it is not read'),
    ],
  ]) {
    expect(told).toContainEqual(expect.objectContaining({ level, msg }))
  }
  expect(process.output.err).toBe('')
  expect(process.output.out).not.toContain('from outside')
  await stop(process)
})

test('a file of PostgREST is the one argument, and is read again on SIGUSR2', async () => {
  const file = join(directory, 'postgrest.conf')
  const content = (rows: string) => `
    db-uri = "@${join(directory, 'uri')}"
    db-schemas = "$(SCHEMA)"
    db-anon-role = "anon"
    db-max-rows = ${rows}
    server-host = "127.0.0.1"
    server-port = 0
    db-channel-enabled = false`
  writeFileSync(join(directory, 'uri'), `${database.authenticatorUrl}\n`)
  writeFileSync(file, content('1'))
  const process = start(['serve', 'postgrest.conf'], directory, { SCHEMA: 'api' })
  const url = await served(process)
  const rows = async () => ((await (await fetch(`${url}/notes`)).json()) as unknown[]).length
  expect(await rows()).toBe(1)
  writeFileSync(file, content('2'))
  process.signal('SIGUSR2')
  await expect.poll(rows, { timeout: 20_000 }).toBe(2)
  writeFileSync(file, content('"many"'))
  process.signal('SIGUSR2')
  await expect
    .poll(() => process.output.out, { timeout: 20_000 })
    .toContain(`It was given by db-max-rows in line 5 of ${file}.`)
  expect(await rows()).toBe(2)
  writeFileSync(file, content('3').replace('server-port = 0', 'server-port = 3999'))
  process.signal('SIGUSR2')
  await expect.poll(() => process.output.out, { timeout: 20_000 }).toMatch(/"waiting":"http\.port"/)
  expect(await rows()).toBe(3)
  await stop(process)
})

test('a wrong variable ends the start with 3 and is named', async () => {
  const failed = await run(['serve'], directory, {
    PGRST_DB_URI: database.authenticatorUrl,
    PGRST_DB_POOL: 'ten',
  })
  expect(failed.code).toBe(3)
  expect(failed.err).toContain("pool.sizeMax must be a whole number, not 'ten'")
  expect(failed.err).toContain('It was given by PGRST_DB_POOL.')
  expect(failed.err).toContain('What to do: Mend PGRST_DB_POOL.')
})

test('a Unix socket takes the place of the port, with its permissions, even where one was left', async () => {
  const socket = join(directory, 'api.sock')
  for (const [environment, mode] of [
    [{ PGRST_SERVER_UNIX_SOCKET_MODE: '600' }, 0o600],
    [{}, 0o660],
  ] as const) {
    const process = start(['serve'], directory, {
      PGRST_DB_URI: database.authenticatorUrl,
      PGRST_DB_SCHEMAS: 'api',
      PGRST_DB_ANON_ROLE: 'anon',
      PGRST_SERVER_UNIX_SOCKET: socket,
      ...environment,
    })
    expect(await served(process)).toBe(`http://unix:${socket}:`)
    expect(statSync(socket).mode & 0o777).toBe(mode)
    expect(await statusOver(socket, '/notes')).toBe(200)
    process.signal('SIGKILL')
    await process.ended
  }
})

function statusOver(socketPath: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path }, response => {
      response.resume()
      resolve(response.statusCode)
    })
    asked.on('error', reject)
    asked.end()
  })
}

test('what only the database says is enough to be served to the public', async () => {
  const configured = await createDatabase(`
    create schema api;
    create table api.notes (id int);
    grant usage on schema api to anon;
    grant select on api.notes to anon;
    create schema postgrest;
    grant usage on schema postgrest to authenticator;
    create function postgrest.pre_config() returns void language sql as $$
      select set_config('pgrst.db_schemas', 'api', true), set_config('pgrst.db_anon_role', 'anon', true)
    $$`)
  const environment = {
    PGRST_DB_URI: configured.authenticatorUrl,
    PGRST_DB_PRE_CONFIG: 'postgrest.pre_config',
    PGRST_SERVER_PORT: '0',
  }
  const process = start(['serve'], directory, environment)
  const url = await served(process)
  expect((await fetch(`${url}/notes`)).status).toBe(200)
  expect(process.output.out).toContain(
    '"Set by the database itself: pgrst.db_anon_role, pgrst.db_schemas"',
  )
  await stop(process)
  const without = await run(['serve'], directory, { ...environment, PGRST_DB_CONFIG: 'false' })
  expect(without).toMatchObject({ code: 3, err: expect.stringContaining('Error ST005') })
  const missing = await run(['serve'], directory, { ...environment, PGRST_DB_PRE_CONFIG: 'gone' })
  expect(missing).toMatchObject({ code: 4, err: expect.stringContaining('Error ST211') })
  await configured.drop()
})
