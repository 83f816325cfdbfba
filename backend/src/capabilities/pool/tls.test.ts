import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CERTIFICATE, KEY } from '../../../tests/support/certificate.ts'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import type { PoolEvent } from './events.ts'
import { createPool } from './pool.ts'
import { probe } from './probe.ts'
import { parseTarget, type Target } from './target.ts'

let database: TestDatabase
let proxy: TlsProxy
let folder: string

beforeAll(async () => {
  database = await createDatabase()
  const { hostname, port } = new URL(database.url)
  proxy = await startTlsProxy({ host: hostname, port: Number(port) })
  folder = mkdtempSync(join(tmpdir(), 's-tier-tls-'))
  writeFileSync(join(folder, 'root.pem'), CERTIFICATE)
})
afterAll(async () => {
  proxy.close()
  rmSync(folder, { recursive: true })
  await database.drop()
})

function targetFor(parameters: string, host = 'localhost'): Target {
  const url = new URL(database.url)
  url.hostname = host
  url.port = String(proxy.port)
  return parseTarget(`${url.href}?${parameters}`, {})
}

test.each(['prefer', 'require'])('sslmode=%s encrypts without asking who it is', async mode => {
  expect(await probe(targetFor(`sslmode=${mode}`))).toMatchObject({ user: 'postgres' })
})

test.each(['require', 'verify-ca', 'verify-full'])(
  'sslmode=%s trusts the given authority',
  async mode => {
    const target = targetFor(`sslmode=${mode}&sslrootcert=${folder}/root.pem`)
    expect(await probe(target)).toMatchObject({ user: 'postgres' })
  },
)

test.each(['verify-ca', 'verify-full'])('sslmode=%s refuses an unknown authority', async mode => {
  await expect(probe(targetFor(`sslmode=${mode}`))).rejects.toMatchObject({
    code: 'ST035',
    hint: expect.stringContaining('sslrootcert'),
  })
})

test('sslmode=prefer does without where the server has none, sslmode=require does not', async () => {
  expect(await probe(parseTarget(`${database.url}?sslmode=prefer`, {}))).toMatchObject({
    isEncrypted: false,
  })
  await expect(probe(parseTarget(`${database.url}?sslmode=require`, {}))).rejects.toMatchObject({
    code: 'ST035',
    hint: expect.stringContaining('sslmode=disable'),
  })
})

test.each(['localhost', '127.0.0.1'])(
  'batches and cancel requests are encrypted too, at %s',
  async host => {
    const kinds: string[] = []
    const observe = ({ kind }: PoolEvent) => void kinds.push(kind)
    const pool = createPool({ target: targetFor('sslmode=require', host), sizeMax: 1, observe })
    const signal = { aborted: false }
    const sleep = { text: 'select pg_sleep(60)', name: '', values: [], discard: false }
    const running = pool.use(connection => connection.batch([sleep], signal))
    await expect.poll(() => pool.stats().busy, { timeout: 20_000 }).toBe(1)
    signal.aborted = true
    await expect(running).rejects.toMatchObject({ code: 'ST512' })
    const large = { text: `select repeat('x', 200000)`, name: '', values: [], discard: false }
    const [[[text] = []] = []] = await pool.use(connection => connection.batch([large]))
    expect(text?.length).toBe(200_000)
    expect(kinds).toEqual(['pool.connected', 'pool.cancelled'])
    await pool.end(1_000)
  },
)

test('an answer above the limit ends an encrypted connection too', async () => {
  const pool = createPool({ target: targetFor('sslmode=require'), answerBytesMax: 65_536 })
  const large = { text: `select repeat('x', 70000)`, name: '', values: [], discard: false }
  await expect(pool.use(connection => connection.batch([large]))).rejects.toMatchObject({
    code: 'ST513',
  })
  await pool.end(1_000)
})

const SSL_REQUEST_BYTES = 8

interface TlsProxy {
  readonly port: number
  close(): void
}

/**
 * Speaks TLS the way a PostgreSQL server does, in front of one that has none: answers `S` to the request for it, then
 * decrypts for the server behind. The embedded server is built without TLS.
 */
async function startTlsProxy(behind: { host: string; port: number }): Promise<TlsProxy> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('readable', () => {
      socket.read(SSL_REQUEST_BYTES)
      socket.write('S')
      bridge(new TLSSocket(socket, { isServer: true, cert: CERTIFICATE, key: KEY }), behind)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

function bridge(secure: TLSSocket, behind: { host: string; port: number }): void {
  const plain = connect(behind)
  secure.pipe(plain).pipe(secure)
  for (const end of [secure, plain]) {
    end.on('error', () => undefined)
    end.on('close', () => {
      secure.destroy()
      plain.destroy()
    })
  }
}
