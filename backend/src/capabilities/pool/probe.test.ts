import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { probe } from './probe.ts'
import { startError } from './start-errors.ts'
import { parseTarget } from './target.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database.drop())

/** The URL of the test database with some of it changed. */
function changed(change: (url: URL) => void) {
  const url = new URL(database.url)
  change(url)
  return parseTarget(url.href, {})
}

/** What a server that says this makes of a first connection. */
function said(code: string, message: string, url = 'postgres://web:secret@db.example/shop') {
  return startError(Object.assign(new Error(message), { code }), parseTarget(url, {}))
}

test('a server tells what it is', async () => {
  const facts = await probe(parseTarget(database.authenticatorUrl, {}))
  expect(facts).toMatchObject({
    user: 'authenticator',
    database: database.name,
    isStandby: false,
    connectionsMax: 300,
    isEncrypted: false,
  })
  expect(facts.version).toBeGreaterThan(150_000)
  expect(facts.versionText).toMatch(/^\d+/)
})

test('nothing at that port', async () => {
  const target = changed(url => (url.port = '1'))
  await expect(probe(target)).rejects.toMatchObject({
    code: 'ST031',
    message: 'No PostgreSQL answers at 127.0.0.1:1',
    hint: expect.stringContaining('port 1'),
  })
})

test('no such host', async () => {
  const target = changed(url => (url.hostname = 'nowhere.invalid'))
  await expect(probe(target, 5_000)).rejects.toMatchObject({
    code: 'ST031',
    message: expect.stringContaining("'nowhere.invalid'"),
  })
})

test('no such socket', async () => {
  await expect(probe(parseTarget('postgres:///x?host=/nowhere', {}))).rejects.toMatchObject({
    code: 'ST031',
    message: 'No PostgreSQL answers at /nowhere/.s.PGSQL.5432',
  })
})

test('something that never answers', async () => {
  const server: Server = createServer(socket => socket.on('error', () => undefined))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const target = changed(url => (url.port = String(port)))
  await expect(probe(target, 50)).rejects.toMatchObject({ code: 'ST031' })
  server.close()
})

test('something that speaks another protocol', async () => {
  const server: Server = createServer(socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const asked = (sslMode: string) =>
    probe(parseTarget(`postgres://web@127.0.0.1:${port}/shop?sslmode=${sslMode}`, {}))
  await expect(asked('prefer')).rejects.toMatchObject({
    code: 'ST035',
    message: `What answers at 127.0.0.1:${port} does not speak PostgreSQL's protocol`,
    details: null,
  })
  await expect(asked('disable')).rejects.toMatchObject({
    code: 'ST039',
    hint: expect.stringContaining(`another program than PostgreSQL listens on port ${port}`),
  })
  server.close()
})

/** Authentication succeeded, key of the backend, ready for a query. */
const WELCOME = Buffer.from(
  'R\0\0\0\x08\0\0\0\0K\0\0\0\x0c\0\0\0\x01\0\0\0\x02Z\0\0\0\x05I',
  'latin1',
)
const REFUSAL = Buffer.from('E\0\0\0\x20SERROR\0VERROR\0C58030\0Mbroken\0\0Z\0\0\0\x05I', 'latin1')

test.each([
  ['something that stops answering after the login', undefined, 'ST031'],
  ['something that answers and does not know what it is', REFUSAL, 'ST039'],
])('%s is told, and left', async (_title, answer, code) => {
  const server = createServer({ allowHalfOpen: true }, socket => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      socket.write(WELCOME)
      socket.on('data', () => answer !== undefined && socket.write(answer))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const left = once(server, 'connection').then(async ([socket]: Socket[]) => {
    await once(socket as Socket, 'end')
    return socket
  })
  await expect(
    probe(
      changed(url => (url.port = String(port))),
      200,
    ),
  ).rejects.toMatchObject({ code })
  ;(await left)?.destroy() // It never hangs up by itself.
  server.close()
})

test('no such database', async () => {
  const target = changed(url => (url.pathname = '/missing'))
  await expect(probe(target)).rejects.toMatchObject({
    code: 'ST032',
    status: 503,
    message: expect.stringContaining("no database 'missing' at 127.0.0.1"),
    hint: expect.stringContaining('createdb missing'),
    details: 'database "missing" does not exist',
  })
})

test('no such role', async () => {
  const target = changed(url => (url.username = 'stranger'))
  await expect(probe(target)).rejects.toMatchObject({
    code: 'ST034',
    message: expect.stringContaining("'stranger'"),
  })
})

test.each([
  ['28P01', 'password authentication failed for user "web"', 'ST033', 'is wrong'],
  [
    '28000',
    'no pg_hba.conf entry for host "::1", user "web", database "shop", no encryption',
    'ST035',
    'TLS',
  ],
  ['28000', 'no pg_hba.conf entry for host "::1"', 'ST034', "role 'web'"],
  ['53300', 'sorry, too many clients already', 'ST036', 'no connection left'],
  ['57P03', 'the database system is starting up', 'ST037', 'at the moment'],
  ['58030', 'could not read block', 'ST039', 'refused the connection'],
  ['', 'There was an error establishing an SSL connection', 'ST035', 'does not speak'],
])('%s (%s) is %s', (code, message, expected, words) => {
  const error = said(code, message)
  expect(error).toMatchObject({ code: expected, message: expect.stringContaining(words) })
  expect(`${error.message}${error.hint}`).not.toContain('secret')
})

test('a password that is asked for and not given is told apart from a wrong one', () => {
  for (const words of ['SASL: client password must be a string', 'Password must be a string']) {
    expect(said('', words, 'postgres://web@db.example/shop')).toMatchObject({
      code: 'ST033',
      message: expect.stringContaining('none is given'),
      details: null,
    })
  }
})

test('what is no error at all is told as it is', () => {
  expect(startError('odd', parseTarget('postgres://h/x', {}))).toMatchObject({
    code: 'ST039',
    details: 'odd',
  })
})
