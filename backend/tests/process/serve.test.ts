import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { run, servedUrl, start } from './command.ts'

let directory = ''
let database: TestDatabase
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'stier-serve-'))
  database = await createDatabase(
    'create table notes (id int primary key); grant select on notes to anon',
  )
})
afterAll(async () => {
  await database.drop()
  rmSync(directory, { recursive: true })
})

const FREE = ['--http-port', '0', '--database-anon-role', 'anon']

test.each(['SIGTERM', 'SIGINT'] as const)('it serves until %s and ends with 0', async name => {
  const process = start(['serve', database.authenticatorUrl, ...FREE], directory)
  const response = await fetch(`${await servedUrl(process)}/notes`)
  expect(await response.text()).toBe('[]')
  process.signal(name)
  expect(await process.ended).toBe(0)
})

test('SIGUSR2 and SIGHUP reload, so a new table is served', async () => {
  const process = start(
    ['serve', database.authenticatorUrl, ...FREE, '--catalog-check-every-ms', '0'],
    directory,
  )
  const url = await servedUrl(process)
  await database.query('create table later (id int); grant select on later to anon')
  process.signal('SIGUSR2')
  await expect.poll(async () => (await fetch(`${url}/later`)).status).toBe(200)
  process.signal('SIGHUP')
  await expect.poll(() => process.output.out.match(/Reloaded/g)?.length).toBe(2)
  process.signal('SIGTERM')
  expect(await process.ended).toBe(0)
})

test('a taken port ends with 5 and names it', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' ? String(address?.port) : ''
  const failed = await run(['serve', database.authenticatorUrl, '--http-port', port], directory)
  other.close()
  expect(failed.code).toBe(5)
  expect(failed.err).toContain(`Another program listens on 127.0.0.1:${port} already`)
})

const elsewhere = (change: (url: URL) => void) => {
  const url = new URL(database.authenticatorUrl)
  change(url)
  return url.href
}

test.each([
  ['nothing answers', (url: URL) => void (url.port = '1'), 'ST031'],
  ['there is no such database', (url: URL) => void (url.pathname = '/nowhere'), 'ST032'],
  ['the role is missing', (url: URL) => void (url.username = 'nobody_at_all'), 'ST03'],
])('when %s it ends with 4 and says what to do', async (_name, change, code) => {
  const failed = await run(['serve', elsewhere(change), ...FREE], directory)
  expect(failed.code).toBe(4)
  expect(failed.err).toContain(`Error ${code}`)
  expect(failed.err).toContain('What to do:')
  expect(failed.err).not.toMatch(/^ +at /m)
})

test('a schema that is not there ends with 4 and names those that are', async () => {
  const failed = await run(
    ['serve', database.authenticatorUrl, ...FREE, '--database-schemas', 'nowhere'],
    directory,
  )
  expect(failed.code).toBe(4)
  expect(failed.err).toContain("The database has no schema 'nowhere'")
})

test.each([
  ['a secret that is too short', { STIER_JWT_SECRET: 'short' }, 3, 'ST010'],
  ['a key without its secret', { STIER_JWT_SECRET: '{"kty":"oct"}' }, 3, "has no 'k'"],
  ['the same, found when connected', { PGRST_DB_PRE_CONFIG: 'weak_secret' }, 3, 'ST010'],
])('with %s it ends, and nothing stays open', async (_name, environment, code, text) => {
  await database.query(`create or replace function weak_secret() returns void language sql
    as $$ select set_config('pgrst.jwt_secret', 'short', true) $$`)
  const failed = await run(['serve', database.authenticatorUrl, ...FREE], directory, environment)
  expect(failed.code).toBe(code)
  expect(failed.err).toContain(text)
  expect(failed.err).toContain('What to do:')
  expect(failed.out).toBe('')
})

test('a wrong secret is told before the database is asked', async () => {
  const nowhere = elsewhere(url => void (url.port = '1'))
  const failed = await run(['serve', nowhere, ...FREE], directory, { STIER_JWT_SECRET: 'short' })
  expect(failed).toMatchObject({ code: 3, err: expect.stringContaining('ST010') })
})

test('its standard output is a log in JSON alone, and its standard error is silent', async () => {
  const process = start(['serve', database.authenticatorUrl, ...FREE], directory, {
    PGRST_SERVER_REUSEPORT: 'true',
    STIER_DATABASE_PRE_REQUEST: 'not_there',
  })
  const url = new URL(await servedUrl(process))
  const ready = await fetch(new URL('/ready?verbose', url))
  expect(ready.status).toBe(200)
  const { checks } = (await ready.json()) as { checks: readonly { name: string }[] }
  expect(checks.find(({ name }) => name === 'configuration')).toEqual({
    name: 'configuration',
    ok: true,
    detail: expect.stringContaining("The function 'not_there' of database.preRequest"),
  })
  await database.query('create function not_there() returns void language sql as $$ $$')
  process.signal('SIGUSR2')
  await expect
    .poll(async () => (await fetch(new URL('/ready?verbose', url))).text())
    .toContain('nothing is in doubt')
  await database.query('drop function not_there()')
  process.signal('SIGTERM')
  expect(await process.ended).toBe(0)
  expect(process.output.err).toBe('')
  const lines = process.output.out.trim().split('\n')
  const warnings = lines
    .map(line => JSON.parse(line) as { level: string; msg: string })
    .filter(({ level }) => level === 'warn')
  expect(warnings.map(({ msg }) => msg)).toEqual([
    expect.stringContaining('PGRST_SERVER_REUSEPORT is set'),
    expect.stringContaining("The function 'not_there'"),
  ])
})
