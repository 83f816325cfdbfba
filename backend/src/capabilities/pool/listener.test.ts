import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import type { PoolEvent } from './events.ts'
import { createListener, type Listener, type ListenerSetup } from './listener.ts'
import { parseTarget } from './target.ts'

/** Machines may be busy. */
const PATIENCE = { timeout: 20_000 }

let database: TestDatabase
let listener: Listener | undefined

beforeEach(async () => {
  database = await createDatabase()
})
afterEach(async () => {
  await listener?.stop()
  await database.drop()
})

function start(options: Partial<ListenerSetup> = {}) {
  const connects: boolean[] = []
  const events: PoolEvent[] = []
  const target = parseTarget(`${database.url}?application_name=listener`)
  listener = createListener({
    target,
    reconnectDelayMinMs: 10,
    onConnect: isFirst => void connects.push(isFirst),
    observe: event => void events.push(event),
    ...options,
  })
  return { listener, connects, events }
}

/** A line to the server that can go silent for those who use it now, as when a router forgets a connection. */
async function startLine({ hostname, port, pathname }: URL) {
  const sockets = new Set<Socket>()
  let silent = new Set<Socket>()
  const server = createServer(near => {
    const far = connect({ host: hostname, port: Number(port) })
    sockets.add(near).add(far)
    near.on('data', bytes => silent.has(near) || far.write(bytes))
    far.on('data', bytes => near.write(bytes))
    for (const socket of [near, far]) socket.on('error', () => undefined)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port: ownPort } = server.address() as AddressInfo
  return {
    target: parseTarget(`postgres://postgres@127.0.0.1:${ownPort}${pathname}`),
    cut() {
      silent = new Set(sockets)
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

function kill() {
  return database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'listener' and datname = current_database()`,
  )
}

test('it hears what is sent to its channels, and nothing else', async () => {
  const { listener, connects } = start()
  const heard: string[] = []
  await listener.listen('odd "name"', payload => void heard.push(payload))
  await expect.poll(() => connects, PATIENCE).toEqual([true])
  await database.query(`notify "odd ""name""", 'hello'`)
  await database.query(`notify other, 'not for us'`)
  await database.query(`notify "odd ""name"""`)
  await expect.poll(() => heard, PATIENCE).toEqual(['hello', ''])
})

test('a channel may be added while it is connected', async () => {
  const { listener, connects } = start()
  await expect.poll(() => connects, PATIENCE).toEqual([true])
  const heard: string[] = []
  await listener.listen('later', payload => void heard.push(payload))
  await database.query(`notify later, 'hello'`)
  await expect.poll(() => heard, PATIENCE).toEqual(['hello'])
})

test('after an interruption it comes back, says so, and hears again', async () => {
  const { listener, connects, events } = start()
  const heard: string[] = []
  await listener.listen('news', payload => void heard.push(payload))
  await expect.poll(() => connects, PATIENCE).toEqual([true])
  await kill()
  await expect.poll(() => connects, PATIENCE).toEqual([true, false])
  await database.query(`notify news, 'again'`)
  await expect.poll(() => heard, PATIENCE).toEqual(['again'])
  expect(events.map(event => event.kind)).toEqual([
    'listener.connected',
    'listener.disconnected',
    'listener.connected',
  ])
})

test('without a server it tries again and again, waiting longer each time', async () => {
  const { events } = start({
    target: parseTarget('postgres://127.0.0.1:1/x'),
    reconnectDelayMaxMs: 40,
    random: () => 1,
  })
  await expect.poll(() => events.length, PATIENCE).toBeGreaterThanOrEqual(4)
  const waits = events.map(event => event.kind === 'listener.disconnected' && event.retryInMs)
  expect(waits.slice(0, 4)).toEqual([10, 20, 40, 40])
})

test('a connection that answers is kept, and looked after again and again', async () => {
  const { connects } = start({ keepaliveMs: 500 })
  await expect.poll(() => connects, PATIENCE).toEqual([true])
  const moments = new Set<string>()
  const timesAsked = async () => {
    const rows = await database.query<{ moment: string }>(
      `select query_start::text as moment from pg_stat_activity
       where application_name = 'listener' and datname = current_database() and query = 'select'`,
    )
    for (const { moment } of rows) moments.add(moment)
    return moments.size
  }
  await expect.poll(timesAsked, PATIENCE).toBeGreaterThanOrEqual(2)
  expect(connects).toEqual([true])
})

test('a connection that stops answering is replaced', async () => {
  const line = await startLine(new URL(database.url))
  const { connects, events } = start({ target: line.target, keepaliveMs: 300 })
  await expect.poll(() => connects, PATIENCE).toEqual([true])
  line.cut()
  await expect.poll(() => connects, PATIENCE).toEqual([true, false])
  expect(events[1]).toMatchObject({
    kind: 'listener.disconnected',
    error: { message: 'No answer to the keepalive' },
  })
  await listener?.stop()
  line.close()
})

test('a listener that was stopped while connecting stays stopped', async () => {
  const { listener, connects } = start()
  await listener.stop()
  await new Promise(resolve => setTimeout(resolve, 100))
  expect(connects).toEqual([])
  expect(
    await database.query(
      `select from pg_stat_activity where application_name = 'listener' and datname = current_database()`,
    ),
  ).toEqual([])
})

test('stopping gives up a server that took the connection and never answers', async () => {
  const silent = createServer(socket => socket.on('error', () => undefined).resume())
  await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as AddressInfo
  const target = parseTarget(`postgres://postgres@127.0.0.1:${port}/x`)
  const { listener, events } = start({ target, connectTimeoutMs: 600_000 })
  const [socket] = (await once(silent, 'connection')) as [Socket]
  const closed = once(socket, 'close')
  await listener.stop()
  await closed
  expect(events).toEqual([])
  silent.close()
})

test('it moves with its target when it is told to, and reads anew what it may have missed', async () => {
  const other = await createDatabase()
  const targets = [parseTarget(database.url), { ...parseTarget(other.url), host: '127.0.0.1' }]
  let index = 0
  const { listener, connects } = start({ target: () => targets[index] as (typeof targets)[0] })
  const heard: string[] = []
  await listener.listen('news', payload => void heard.push(payload))
  await expect.poll(() => connects, PATIENCE).toEqual([true])
  index = 1
  listener.renew()
  await expect.poll(() => connects, PATIENCE).toEqual([true, false])
  await database.query(`notify news, 'from the old place'`)
  await other.query(`notify news, 'from the new place'`)
  await expect.poll(() => heard, PATIENCE).toEqual(['from the new place'])
  await listener.stop()
  await other.drop()
})
