import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { run, start } from './command.ts'

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

/** The URL that the process says it serves. */
async function served({ output }: ReturnType<typeof start>): Promise<string> {
  await expect.poll(() => output.err, { timeout: 20_000 }).toMatch(/^Serving \S+$/m)
  return /^Serving (\S+)$/m.exec(output.err)?.[1] ?? ''
}

test.each(['SIGTERM', 'SIGINT'] as const)('it serves until %s and ends with 0', async name => {
  const process = start(['serve', database.authenticatorUrl, ...FREE], directory)
  const response = await fetch(`${await served(process)}/notes`)
  expect(await response.text()).toBe('[]')
  process.signal(name)
  expect(await process.ended).toBe(0)
})

test('SIGUSR2 and SIGHUP reload, so a new table is served', async () => {
  const process = start(
    ['serve', database.authenticatorUrl, ...FREE, '--catalog-check-every-ms', '0'],
    directory,
  )
  const url = await served(process)
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
