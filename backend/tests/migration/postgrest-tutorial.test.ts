import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EmbeddedServer, startEmbedded } from '../../src/cli/embedded/index.ts'
import { type RawRequest, send } from '../support/http-client.ts'
import { type Running, servedUrl, start } from '../process/command.ts'

// A PostgREST set-up moves over: its database as it is, its variables as they are, another program.

const EXAMPLE = new URL('../../../examples/postgrest-tutorial/todo.sql', import.meta.url)
const JWT_SECRET = 'a secret of the tutorial, of more than 32 bytes'

let folder = ''
/** A cluster of its own: the example makes its roles under the names that PostgREST's users know. */
let postgres: EmbeddedServer
let running: Running
let address = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 's-tier-tutorial-'))
  chmodSync(folder, 0o755) // As root, PostgreSQL runs as another user, who must pass.
  postgres = await startEmbedded({
    dataDir: join(folder, 'data'),
    binDir: process.env['STIER_TEST_PG_BIN'],
    settings: { fsync: 'off' },
  })
  await asAdmin(readFileSync(EXAMPLE, 'utf8'))
  const login = new URL(postgres.url)
  login.username = 'authenticator'
  login.password = 'mysecretpassword'
  running = start(['serve'], folder, {
    PGRST_DB_URI: login.href,
    PGRST_DB_SCHEMAS: 'api',
    PGRST_DB_ANON_ROLE: 'web_anon',
    PGRST_DB_PRE_REQUEST: 'auth.check_request',
    PGRST_JWT_SECRET: JWT_SECRET,
    PGRST_APP_SETTINGS_JWT_SECRET: JWT_SECRET,
    PGRST_SERVER_PORT: '0',
  })
  address = new URL(await servedUrl(running)).origin
})
afterAll(async () => {
  running.signal('SIGTERM')
  await running.ended
  await postgres.stop()
  rmSync(folder, { recursive: true })
})

async function asAdmin(sql: string): Promise<void> {
  const client = new pg.Client(postgres.url)
  await client.connect()
  await client.query(sql)
  await client.end()
}

/** At the root path, as PostgREST serves. */
async function ask(
  method: string,
  target: string,
  parts: Partial<RawRequest> & { json?: unknown } = {},
) {
  const { json, headers, ...rest } = parts
  const { status, body } = await send(address, {
    ...{ method, target, ...rest },
    headers: { ...headers, ...(json !== undefined && { 'content-type': 'application/json' }) },
    body: json === undefined ? parts.body : JSON.stringify(json),
  })
  return { status, body: body === '' ? undefined : (JSON.parse(body) as unknown) }
}

async function login(email: string, password: string): Promise<Record<string, string>> {
  const { body } = await ask('POST', '/rpc/login', { json: { email, password } })
  return { authorization: `Bearer ${(body as { token: string }).token}` }
}

test('visitors read what is public and write nothing', async () => {
  expect(await ask('GET', '/todos')).toEqual({
    status: 200,
    body: [
      {
        id: 1,
        owner: 'ada@example.org',
        task: 'try the tutorial',
        done: false,
        due: null,
        public: true,
      },
    ],
  })
  expect(await ask('POST', '/todos', { json: { task: 'do something bad' } })).toEqual({
    status: 401,
    body: {
      ...{ code: '42501', details: null },
      hint: expect.stringContaining('grant insert on "todos" to "web_anon"'),
      message: 'permission denied for table todos',
    },
  })
})

test('who signs up can log in, and writes their own', async () => {
  const account = { email: 'grace@example.org', password: 'compilers' }
  expect((await ask('POST', '/rpc/sign_up', { json: account })).status).toBe(204)
  const headers = await login(account.email, account.password)
  const created = await ask('POST', '/todos?select=owner,task,done', {
    headers: { ...headers, prefer: 'return=representation' },
    json: { task: 'learn to move' },
  })
  const todo = { owner: account.email, task: 'learn to move', done: false }
  expect(created).toEqual({ status: 201, body: [todo] })
  const foreign = await ask('POST', '/todos', {
    headers,
    json: { task: 'x', owner: 'ada@example.org' },
  })
  expect(foreign).toMatchObject({ status: 403, body: { code: '42501' } })
  expect(await ask('PATCH', '/todos', { headers, json: { done: true } })).toEqual({ status: 204 })
  const mine = await ask('GET', '/todos?select=task,done&owner=neq.ada@example.org', { headers })
  expect(mine.body).toEqual([{ task: 'learn to move', done: true }])
  expect((await ask('DELETE', '/todos?done=is.true', { headers })).status).toBe(204)
})

test('a wrong password, a short one, and an address that is taken', async () => {
  const wrong = await ask('POST', '/rpc/login', {
    json: { email: 'grace@example.org', password: 'guessed' },
  })
  expect(wrong).toEqual({
    status: 403,
    body: {
      ...{ code: '28P01', details: null, hint: null },
      message: 'Unknown address or wrong password',
    },
  })
  const short = await ask('POST', '/rpc/sign_up', { json: { email: 'a@b.org', password: 'abc' } })
  expect(short).toMatchObject({ status: 400, body: { hint: 'Take eight characters or more.' } })
  const again = await ask('POST', '/rpc/sign_up', {
    json: { email: 'grace@example.org', password: 'compilers' },
  })
  expect(again).toMatchObject({ status: 409, body: { code: '23505' } })
})

test('a token that was changed or has expired is refused', async () => {
  const { authorization = '' } = await login('grace@example.org', 'compilers')
  const changed = await ask('GET', '/todos', { headers: { authorization: `${authorization}x` } })
  expect(changed).toMatchObject({ status: 401, body: { code: 'PGRST301' } })
  const old = await signedInSql({ role: 'todo_user', email: 'grace@example.org', exp: 1_000_000 })
  const expired = await ask('GET', '/todos', { headers: old })
  expect(expired).toMatchObject({ status: 401, body: { code: 'PGRST303', message: 'JWT expired' } })
})

test('the check before each request stops an account that was blocked', async () => {
  const headers = await login('grace@example.org', 'compilers')
  expect((await ask('GET', '/todos', { headers })).status).toBe(200)
  await asAdmin(`update auth.accounts set blocked = true where email = 'grace@example.org'`)
  expect(await ask('GET', '/todos', { headers })).toEqual({
    status: 403,
    body: {
      ...{ code: '42501', details: null },
      ...{ hint: 'Ask whoever runs this list.', message: 'This account is blocked' },
    },
  })
})

test('the root describes the API to a caller, and what is new is served', async () => {
  const { status, body } = await ask('GET', '/')
  expect(status).toBe(200)
  expect(Object.keys((body as { paths: object }).paths)).toContain('/todos')
  await asAdmin(`create table api.lists (id int primary key);
    grant select on api.lists to web_anon; notify pgrst, 'reload schema'`)
  await expect.poll(async () => (await ask('GET', '/lists')).status).toBe(200)
})

async function signedInSql(claims: object): Promise<Record<string, string>> {
  const client = new pg.Client(postgres.url)
  await client.connect()
  const { rows } = await client.query<{ token: string }>('select auth.sign($1, $2) as token', [
    JSON.stringify(claims),
    JWT_SECRET,
  ])
  await client.end()
  return { authorization: `Bearer ${rows[0]?.token}` }
}
