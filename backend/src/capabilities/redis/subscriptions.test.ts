import { afterEach, expect, test } from 'vitest'
import { startRedis, type TestRedis } from '../../../tests/support/redis.ts'
import { createRedis, type Redis, type RedisEvent, type RedisSetup } from './index.ts'

/** Machines may be busy. */
const PATIENCE = { timeout: 10_000 }

const cleanup: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of cleanup.splice(0).reverse()) await end()
})

interface Rig {
  readonly behind: TestRedis
  readonly redis: Redis
  readonly events: readonly RedisEvent[]
}

async function rig(setup: Partial<RedisSetup> = {}): Promise<Rig> {
  const behind = await startRedis()
  const events: RedisEvent[] = []
  const redis = createRedis({
    ...{ commandTimeoutMs: 5_000, reconnectDelayMinMs: 5, reconnectDelayMaxMs: 20 },
    observe: event => events.push(event),
    ...setup,
    url: behind.url,
  })
  cleanup.push(behind.stop, redis.close)
  await expect.poll(() => redis.isReady, PATIENCE).toBe(true)
  return { behind, redis, events }
}

const listeners = async ({ behind }: Rig, channel: string) =>
  ((await behind.command('pubsub', 'numsub', `s-tier:${channel}`)) as [string, number])[1]

test('what is published is heard by all who listen to the channel, and by nobody else', async () => {
  const { redis } = await rig()
  const heard: string[] = []
  await redis.subscribe('news', text => heard.push(`a ${text}`))
  await redis.subscribe('news', text => heard.push(`b ${text}`))
  await redis.subscribe('other', text => heard.push(`c ${text}`))
  await redis.publish('news', '1')
  await expect.poll(() => heard, PATIENCE).toEqual(['a 1', 'b 1'])
  expect(await redis.command('get', 'still')).toBeNull() // Commands have another connection.
})

test('who has left hears nothing, and the last one to leave tells Redis', async () => {
  const one = await rig()
  const heard: string[] = []
  const leave = await one.redis.subscribe('news', text => heard.push(`a ${text}`))
  const leaveToo = await one.redis.subscribe('news', text => heard.push(`b ${text}`))
  expect(await listeners(one, 'news')).toBe(1)
  await leave()
  await leave()
  await one.redis.publish('news', '1')
  await expect.poll(() => heard, PATIENCE).toEqual(['b 1'])
  await leaveToo()
  await expect.poll(() => listeners(one, 'news'), PATIENCE).toBe(0)
  await one.redis.subscribe('news', text => heard.push(`c ${text}`))
  await one.redis.publish('news', '2')
  await expect.poll(() => heard, PATIENCE).toEqual(['b 1', 'c 2'])
})

test('after an interruption it listens again, and tells those who may have missed something', async () => {
  const one = await rig()
  const { behind, redis, events } = one
  const heard: string[] = []
  let confirmed = 0
  await redis.subscribe(
    'news',
    text => heard.push(text),
    () => (confirmed += 1),
  )
  expect(confirmed).toBe(1)
  await behind.restart()
  await expect.poll(() => confirmed, PATIENCE).toBe(2)
  await expect
    .poll(
      () =>
        redis.publish('news', 'again').then(
          () => true,
          () => false,
        ),
      PATIENCE,
    )
    .toBe(true)
  await expect.poll(() => heard, PATIENCE).toEqual(['again'])
  const lost = events.filter(({ kind }) => kind === 'redis.lost')
  expect(lost).toContainEqual(expect.objectContaining({ use: 'subscriptions' }))
})

test('who subscribes while Redis is away or frozen does not wait forever, and hears it when it is back', async () => {
  const one = await rig({ connectTimeoutMs: 100, unansweredMs: 100, keepaliveMs: 20 })
  const { behind, redis } = one
  behind.freeze()
  const heard: string[] = []
  let confirmed = 0
  await redis.subscribe(
    'news',
    text => heard.push(text),
    () => (confirmed += 1),
  )
  expect(confirmed).toBe(0)
  await behind.restart()
  await expect.poll(() => confirmed, PATIENCE).toBe(1)
  await behind.command('publish', 's-tier:news', 'hello')
  await expect.poll(() => heard, PATIENCE).toEqual(['hello'])
})

test('a listening connection that froze without a word is replaced', async () => {
  const { behind, redis } = await rig({ unansweredMs: 100, keepaliveMs: 20 })
  let confirmed = 0
  await redis.subscribe(
    'news',
    () => undefined,
    () => (confirmed += 1),
  )
  behind.freeze()
  await expect.poll(() => redis.isReady, PATIENCE).toBe(false)
  behind.thaw()
  await expect.poll(() => confirmed, PATIENCE).toBeGreaterThan(1)
})

test('a channel that may not be heard is told, and the others are heard', async () => {
  const { behind, redis, events } = await rig({ connectTimeoutMs: 200 })
  await behind.command('acl', 'setuser', 'default', 'resetchannels', '&s-tier:news')
  await redis.subscribe('secret', () => undefined)
  expect(events).toContainEqual(
    expect.objectContaining({ kind: 'redis.subscribe-failed', channel: 's-tier:secret' }),
  )
  const heard: string[] = []
  await redis.subscribe('news', text => heard.push(text))
  await redis.publish('news', '1')
  await expect.poll(() => heard, PATIENCE).toEqual(['1'])
})

test('who subscribes after the end hears nothing, at once, and no connection is opened for it', async () => {
  const { behind, redis, events } = await rig({ connectTimeoutMs: 600_000 })
  await redis.close()
  const leave = await redis.subscribe('news', () => undefined)
  await leave()
  expect(await behind.command('client', 'list')).not.toContain('name=s-tier')
  expect(events.filter(event => 'use' in event && event.use === 'subscriptions')).toEqual([])
})
