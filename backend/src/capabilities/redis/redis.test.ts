import { type AddressInfo, connect } from 'node:net'
import { createServer, type Server } from 'node:tls'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { CERTIFICATE, KEY } from '../../../tests/support/certificate.ts'
import { type FaultProxy, startFaultProxy } from '../../../tests/support/fault-proxy.ts'
import { temporaryFolder } from '../../../tests/support/folder.ts'
import { startRedis, type TestRedis } from '../../../tests/support/redis.ts'
import { STierError } from '../../base/index.ts'
import { createRedis, type Redis, type RedisEvent, type RedisSetup } from './index.ts'

/** Machines may be busy. */
const PATIENCE = { timeout: 10_000 }

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const end of cleanup.splice(0).reverse()) await end()
})

async function server(...options: Parameters<typeof startRedis>): Promise<TestRedis> {
  const started = await startRedis(...options)
  cleanup.push(started.stop)
  return started
}

async function proxyTo({ port }: TestRedis): Promise<FaultProxy> {
  const proxy = await startFaultProxy({ host: '127.0.0.1', port })
  cleanup.push(proxy.stop)
  return proxy
}

/** Waits longer than the product does, for the machine may be busy; comes back sooner, for tests should end. */
const PATIENT = { commandTimeoutMs: 5_000, reconnectDelayMinMs: 5, reconnectDelayMaxMs: 20 }
const IMPATIENT = { ...PATIENT, commandTimeoutMs: 20, unansweredMs: 100, connectTimeoutMs: 300 }

function open(
  url: string,
  setup: Partial<RedisSetup> = {},
): { redis: Redis; events: RedisEvent[] } {
  const events: RedisEvent[] = []
  const redis = createRedis({ ...PATIENT, observe: event => events.push(event), ...setup, url })
  cleanup.push(redis.close)
  return { redis, events }
}

async function ready(redis: Redis): Promise<Redis> {
  await expect.poll(() => redis.isReady, PATIENCE).toBe(true)
  return redis
}

const codeOf = (error: unknown) => (error instanceof STierError ? error.code : String(error))
const outcome = (call: Promise<unknown>) => call.then(() => 'ok', codeOf)

test('commands are answered, and keys get the prefix', async () => {
  const behind = await server()
  const redis = await ready(open(behind.url).redis)
  expect(await redis.command('set', 'a', 1)).toBe('OK')
  expect(await redis.command('get', 'a')).toBe('1')
  expect(await redis.command('MGET', 'a', 'b')).toEqual(['1', null])
  expect(await behind.command('get', 's-tier:a')).toBe('1')
  const other = await ready(open(`${behind.url}/3`, { keyPrefix: 'x:' }).redis)
  expect(await other.command('get', 'a')).toBeNull()
  expect(await other.command('incr', 'a')).toBe(1)
  expect(await behind.command('get', 'x:a')).toBeNull() // It is in database 3.
})

test('bytes come back as they were sent', async () => {
  const behind = await server()
  const redis = await ready(open(behind.url).redis)
  const bytes = Buffer.from([0, 255, 0xc3, 0x28, 13, 10])
  await redis.command('set', 'raw', bytes)
  expect(await redis.commandBytes('get', 'raw')).toEqual(bytes)
  expect(await redis.commandBytes('mget', 'raw', 'none')).toEqual([bytes, null])
  expect(await redis.commandBytes('strlen', 'raw')).toBe(6)
})

test('a script is known by its digest, and sent again where Redis has forgotten it', async () => {
  const behind = await server()
  const redis = await ready(open(behind.url).redis)
  const script = `return { KEYS[1], ARGV[1], redis.call('incr', KEYS[1]) }`
  const run = () => redis.eval(script, ['n'], [7])
  expect([await run(), await run()]).toEqual([
    ['s-tier:n', '7', 1],
    ['s-tier:n', '7', 2],
  ])
  await behind.command('script', 'flush')
  expect(await run()).toEqual(['s-tier:n', '7', 3])
  const calls = String(await behind.command('info', 'commandstats'))
  expect(/cmdstat_eval:calls=(\d+)/.exec(calls)?.[1]).toBe('2')
})

test('what Redis refuses is an error of the command, with its words for the log alone', async () => {
  const redis = await ready(open((await server()).url).redis)
  await redis.command('set', 'text', 'x')
  const error: unknown = await redis.command('lpush', 'text', 'private').catch(e => e)
  expect(error).toMatchObject({ code: 'ST603', kind: 'WRONGTYPE', details: 'WRONGTYPE' })
  expect((error as Error).cause).toMatchObject({ message: expect.stringContaining('WRONGTYPE') })
  await expect(redis.eval('nonsense', [], [])).rejects.toMatchObject({ code: 'ST603', kind: 'ERR' })
})

test('frozen, every command ends; late answers go to nobody; thawed, all is well', async () => {
  const behind = await server()
  const { redis, events } = open(behind.url, { ...IMPATIENT, unansweredMs: 1_000 })
  await ready(redis)
  await redis.command('set', 'before', '1')
  behind.freeze()
  const first = await Promise.all(
    Array.from({ length: 50 }, (_, n) => outcome(redis.command('set', 'during', n))),
  )
  expect(new Set(first)).toEqual(new Set(['ST602']))
  await expect.poll(() => redis.isReady, PATIENCE).toBe(false) // The connection is given up.
  expect(await outcome(redis.eval('return 1', [], []))).toBe('ST601')
  expect(await outcome(redis.publish('news', 'x'))).toBe('ST601')
  behind.thaw()
  await ready(redis)
  expect(await redis.command('get', 'before')).toBe('1')
  expect(events.filter(({ kind }) => kind === 'redis.ready').length).toBeGreaterThan(1)
  expect(events).toContainEqual(
    expect.objectContaining({
      kind: 'redis.lost',
      error: expect.objectContaining({ message: expect.stringContaining('Socket timeout') }),
    }),
  )
})

test('a short freeze costs answers, not the connection, and answers stay with their questions', async () => {
  const behind = await server()
  const { redis, events } = open(behind.url, { commandTimeoutMs: 20, unansweredMs: 60_000 })
  await ready(redis)
  behind.freeze()
  expect(await outcome(redis.command('incr', 'n'))).toBe('ST602')
  behind.thaw()
  await expect.poll(() => outcome(redis.command('echo', 'mine')), PATIENCE).toBe('ok')
  expect(await behind.command('get', 's-tier:n')).toBe('1') // It was carried out after all.
  expect(events.map(({ kind }) => kind)).toEqual(['redis.ready'])
})

test('killed, commands fail at once until it is back', async () => {
  const behind = await server()
  const { redis, events } = open(behind.url)
  await ready(redis)
  await behind.kill()
  await expect.poll(() => redis.isReady, PATIENCE).toBe(false)
  expect(await outcome(redis.command('get', 'a'))).toBe('ST601')
  await behind.restart()
  await ready(redis)
  expect(await outcome(redis.command('get', 'a'))).toBe('ok')
  const readies = events.filter(event => event.kind === 'redis.ready')
  expect(readies.map(({ isFirst }) => isFirst)).toEqual([true, false])
  const place = `127.0.0.1:${behind.port}`
  expect(events).toContainEqual(
    expect.objectContaining({ kind: 'redis.lost', use: 'commands', place }),
  )
})

test('a command under way when the connection breaks is told at once and not sent again', async () => {
  const behind = await server()
  const proxy = await proxyTo(behind)
  const redis = await ready(open(proxy.urlFor(behind.url)).redis)
  proxy.freeze('to-client')
  const counting = outcome(redis.command('incr', 'n'))
  await expect.poll(() => behind.command('get', 's-tier:n'), PATIENCE).toBe('1')
  proxy.reset()
  expect(await counting).toBe('ST601')
  await proxy.heal()
  await ready(redis)
  expect(await redis.command('get', 'n')).toBe('1')
})

test('a Redis that comes later is found', async () => {
  const behind = await server()
  await behind.kill()
  const { redis, events } = open(behind.url)
  await expect.poll(() => events.length, PATIENCE).toBeGreaterThan(1)
  expect(await outcome(redis.command('get', 'a'))).toBe('ST601')
  await behind.restart()
  await ready(redis)
})

test('one that takes connections and says nothing is no Redis', async () => {
  const behind = await server()
  const proxy = await proxyTo(behind)
  proxy.halfOpen()
  const { redis, events } = open(proxy.urlFor(behind.url), IMPATIENT)
  await expect.poll(() => events.length, PATIENCE).toBeGreaterThan(1)
  expect(await outcome(redis.command('get', 'a'))).toBe('ST601')
  await proxy.heal()
  await ready(redis)
})

test('a peer that vanished without a word is noticed though nobody asks', async () => {
  const behind = await server()
  const proxy = await proxyTo(behind)
  const { redis } = open(proxy.urlFor(behind.url), { unansweredMs: 100, keepaliveMs: 20 })
  await ready(redis)
  proxy.halfOpen()
  await expect.poll(() => redis.isReady, PATIENCE).toBe(false)
})

test('a right password lets in; a wrong one is shown nowhere', async () => {
  const behind = await server({ password: 'p@ss w/ord' })
  const redis = await ready(open(behind.url).redis)
  expect(await redis.command('ping')).toBe('PONG')
  const wrong = open(behind.url.replace('p%40ss', 'hunter2'))
  await expect.poll(() => wrong.events.length, PATIENCE).toBeGreaterThan(0)
  const error: unknown = await wrong.redis.command('ping').catch(e => e)
  expect(error).toMatchObject({ code: 'ST601' })
  expect((error as Error).cause).toMatchObject({ message: expect.stringContaining('WRONGPASS') })
  const shown = [
    error,
    (error as Error).cause,
    ...wrong.events.map(event => event.kind === 'redis.lost' && event.error),
  ]
  expect(
    shown.map(each => JSON.stringify(each, Object.getOwnPropertyNames(each))).join(),
  ).not.toContain('hunter2')
})

test('rediss is encrypted, and an authority that is not known is refused', async () => {
  const behind = await server()
  const secure = await startTls(behind.port)
  const { port } = secure.address() as AddressInfo
  const authority = join(temporaryFolder('redis-tls'), 'ca.pem')
  writeFileSync(authority, CERTIFICATE)
  const redis = await ready(open(`rediss://localhost:${port}?cacert=${authority}`).redis)
  expect(await redis.command('set', 'a', '1')).toBe('OK')
  const { events } = open(`rediss://localhost:${port}`)
  await expect
    .poll(() => events[0], PATIENCE)
    .toMatchObject({ kind: 'redis.lost', error: { message: expect.stringMatching(/certificate/) } })
})

/** Redis may have been built without TLS. */
async function startTls(port: number): Promise<Server> {
  const secure = createServer({ cert: CERTIFICATE, key: KEY }, socket => {
    const plain = connect(port, '127.0.0.1')
    for (const [from, to] of [
      [socket, plain],
      [plain, socket],
    ] as const) {
      from.on('error', () => undefined).on('close', () => to.destroy())
      from.pipe(to)
    }
  })
  await new Promise<void>(resolve => secure.listen(0, 'localhost', resolve))
  cleanup.push(() => void secure.close())
  return secure
}

test('a breaker admits each command and hears how it ended', async () => {
  const behind = await server()
  const left: [number, string][] = []
  let permit = 0
  let isOpen = false
  const breaker = {
    enter() {
      if (isOpen) throw new Error('open')
      return ++permit
    },
    leave: (given: number, ending: string) => void left.push([given, ending]),
  }
  const { redis } = open(behind.url, { ...IMPATIENT, breaker })
  await ready(redis)
  await redis.command('set', 'text', 'x')
  await outcome(redis.command('lpush', 'text', 'x'))
  behind.freeze()
  await outcome(redis.command('get', 'text'))
  isOpen = true
  await expect(redis.command('get', 'text')).rejects.toThrow('open')
  expect(left).toEqual([
    [1, 'success'],
    [2, 'success'], // Redis works: the command was wrong.
    [3, 'failure'],
  ])
})

test('a server that is full or read only has failed, and says so', async () => {
  const behind = await server({ settings: { maxmemory: '1', 'maxmemory-policy': 'noeviction' } })
  const endings: string[] = []
  const breaker = {
    enter: () => 0,
    leave: (_permit: number, ending: string) => void endings.push(ending),
  }
  const redis = await ready(open(behind.url, { breaker }).redis)
  await expect(redis.command('set', 'a', '1')).rejects.toMatchObject({ kind: 'OOM' })
  expect(endings).toEqual(['failure'])
})

test('closing ends what is under way, connected or not, and nothing goes on', async () => {
  const behind = await server()
  const { redis, events } = open(behind.url)
  await ready(redis)
  await redis.subscribe('news', () => undefined)
  behind.freeze()
  const waiting = outcome(redis.command('get', 'a'))
  await redis.close()
  await redis.close()
  expect(await waiting).toBe('ST601')
  expect(await outcome(redis.command('get', 'a'))).toBe('ST601')
  expect(events.filter(({ kind }) => kind === 'redis.lost')).toEqual([])
  await behind.kill()
  const { redis: never, events: told } = open(behind.url)
  await expect.poll(() => told.length, PATIENCE).toBeGreaterThan(0)
  await never.close()
  const heard = told.length
  await new Promise(done => setTimeout(done, 50))
  expect(told.length).toBe(heard)
})

test('options and URLs that cannot be used are named', () => {
  expect(() => createRedis({ url: 'redis://h', commandTimeoutMs: 0 })).toThrow(
    expect.objectContaining({
      code: 'ST001',
      message: expect.stringContaining('redis.commandTimeoutMs'),
    }),
  )
  expect(() => createRedis({ url: 'redis://h/x' })).toThrow(
    expect.objectContaining({ code: 'ST040' }),
  )
})
