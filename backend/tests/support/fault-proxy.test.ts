import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import pg from 'pg'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts'

/** Machines may be busy. */
const PATIENCE = { timeout: 10_000 }

let echo: Server
let atServer: Socket[]
let proxy: FaultProxy
let clients: Socket[]

beforeEach(async () => {
  const sockets: Socket[] = []
  atServer = sockets
  clients = []
  echo = createServer({ allowHalfOpen: true }, socket => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  const { port } = echo.address() as AddressInfo
  proxy = await startFaultProxy({ host: '127.0.0.1', port })
})
afterEach(async () => {
  for (const client of clients) client.destroy()
  await proxy.stop()
  await proxy.stop()
  echo.close()
})

interface Client {
  readonly socket: Socket
  /** What came back so far. */
  heard(): string
  /** How it ended: `end`, or the code of the error. */
  readonly ended: Promise<string>
}

async function open(): Promise<Client> {
  const socket = connect(proxy.port, '127.0.0.1')
  clients.push(socket)
  const chunks: string[] = []
  socket.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
  const ended = new Promise<string>(resolve => {
    socket.on('end', () => resolve('end'))
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })
  await once(socket, 'connect')
  return { socket, ended, heard: () => chunks.join('') }
}

/** Resolves to whether it ended with an error. */
const closed = (socket: Socket | undefined) =>
  new Promise<boolean>(resolve => socket?.on('close', resolve))
const pause = () => new Promise(done => setTimeout(done, 50))

test('without faults bytes and ends pass both ways, and are counted', async () => {
  const { socket, ended, heard } = await open()
  const long = 'x'.repeat(300_000)
  socket.end(long)
  expect(await ended).toBe('end')
  expect(heard()).toBe(long)
  expect(proxy.counts).toEqual({ accepted: 1, bytesToServer: 300_000, bytesToClient: 300_000 })
  await expect.poll(() => proxy.connections, PATIENCE).toBe(0)
})

test('latency with jitter delays and keeps the order', async () => {
  proxy.latency(5, 20)
  const { socket, heard } = await open()
  for (const letter of 'abcdef') {
    socket.write(letter)
    await new Promise(setImmediate)
  }
  await expect.poll(heard, PATIENCE).toBe('abcdef')
})

test('a bandwidth lets everything through, in portions', async () => {
  proxy.bandwidth(100_000)
  const { socket, heard } = await open()
  let pieces = 0
  socket.on('data', () => (pieces += 1))
  socket.write('x'.repeat(10_000))
  await expect.poll(() => heard().length, PATIENCE).toBe(10_000)
  expect(pieces).toBeGreaterThan(2)
})

test('frozen, nothing passes and nothing is lost; ends wait as well', async () => {
  const { socket, ended, heard } = await open()
  proxy.freeze()
  socket.end('held')
  await pause()
  expect(heard()).toBe('')
  expect(atServer[0]?.readableEnded).toBe(false)
  proxy.thaw()
  expect(await ended).toBe('end')
  expect(heard()).toBe('held')
})

test('one direction can freeze: the server hears, its answer waits', async () => {
  const { socket, heard } = await open()
  proxy.freeze('to-client')
  socket.write('held')
  await expect.poll(() => atServer[0]?.bytesRead, PATIENCE).toBe(4)
  expect(heard()).toBe('')
  proxy.thaw()
  await expect.poll(heard, PATIENCE).toBe('held')
})

test('more than the network holds makes a sender wait while it is frozen', async () => {
  const { socket, heard } = await open()
  proxy.freeze()
  const much = 30_000_000
  socket.write('x'.repeat(much))
  await pause()
  expect(socket.writableLength).toBeGreaterThan(0)
  proxy.thaw()
  await expect.poll(() => heard().length, PATIENCE).toBe(much)
})

test('a reset reaches both sides as one, and new connections work', async () => {
  const { socket, ended } = await open()
  socket.write('a')
  await expect.poll(() => atServer.length, PATIENCE).toBe(1)
  const atServerEnded = closed(atServer[0])
  proxy.reset()
  expect(await ended).toBe('ECONNRESET')
  expect(await atServerEnded).toBe(true)
  const second = await open()
  second.socket.write('b')
  await expect.poll(second.heard, PATIENCE).toBe('b')
})

test('half open: the server loses its connection, the client notices nothing until it is healed', async () => {
  const first = await open()
  first.socket.write('a')
  await expect.poll(first.heard, PATIENCE).toBe('a')
  const lost = closed(atServer[0])
  proxy.halfOpen()
  await lost
  const second = await open()
  for (const { socket } of [first, second]) socket.write('into the void')
  await pause()
  expect([first.heard(), second.heard(), atServer.length]).toEqual(['a', '', 1])
  expect(proxy.connections).toBe(2)
  await proxy.heal()
  expect(await Promise.all([first.ended, second.ended])).toEqual(['ECONNRESET', 'ECONNRESET'])
  const third = await open()
  third.socket.write('c')
  await expect.poll(third.heard, PATIENCE).toBe('c')
})

test('refused, new connections fail and open ones go on; accepted, all is well', async () => {
  const { socket, heard } = await open()
  await proxy.refuse()
  await expect(open()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  socket.write('still here')
  await expect.poll(heard, PATIENCE).toBe('still here')
  await proxy.accept()
  await open()
})

test('a client that goes away while all is frozen is told of later', async () => {
  const { socket } = await open()
  socket.write('a')
  await expect.poll(() => atServer.length, PATIENCE).toBe(1)
  proxy.freeze()
  const left = closed(atServer[0])
  socket.resetAndDestroy()
  await pause()
  expect(atServer[0]?.destroyed).toBe(false)
  proxy.thaw()
  await left
})

test('a server that is not there ends the connection', async () => {
  const nowhere = await startFaultProxy({ host: '127.0.0.1', port: 1 })
  const socket = connect(nowhere.port, '127.0.0.1')
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNRESET')
  await nowhere.stop()
})

test('PostgreSQL speaks through it', async () => {
  const url = inject('postgresUrl')
  const { hostname, port } = new URL(url)
  const between = await startFaultProxy({ host: hostname, port: Number(port) })
  const client = new pg.Client(between.urlFor(url))
  await client.connect()
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  const errors: unknown[] = []
  client.on('error', error => errors.push(error))
  between.reset()
  await expect.poll(() => errors[0], PATIENCE).toMatchObject({ code: 'ECONNRESET' })
  await between.stop()
})
