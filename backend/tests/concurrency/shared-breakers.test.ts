import { afterEach, expect, test } from 'vitest'
import {
  channelBus,
  createBreakers,
  shareTransitions,
} from '../../src/capabilities/breaker/index.ts'
import { createRedis } from '../../src/capabilities/redis/index.ts'
import { startRedis } from '../support/redis.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

test('over a real Redis, four processes open together', async () => {
  const server = await startRedis()
  cleanups.push(() => server.stop())
  const breakers = await Promise.all(
    [0, 1, 2, 3].map(async index => {
      const redis = createRedis({ url: server.url })
      const all = createBreakers()
      const bus = channelBus(redis, 'breakers')
      const sharing = await shareTransitions({
        breakers: all,
        bus,
        member: `node-${index}`,
        heartbeatMs: 200,
      })
      cleanups.push(async () => {
        await sharing.stop()
        await redis.close()
      })
      return { breaker: all.get('db'), sharing }
    }),
  )
  for (const { sharing } of breakers) {
    await expect.poll(() => sharing.members().length, { timeout: 10_000 }).toBe(4)
  }
  await new Promise(resolve => setTimeout(resolve, 1_000)) // Three heartbeats.
  for (const { breaker } of breakers.slice(0, 3)) {
    for (let n = 0; n < 5; n++) breaker.leave(breaker.enter(), 'failure', 0)
  }
  await expect
    .poll(() => breakers.map(({ breaker }) => breaker.status().state), { timeout: 10_000 })
    .toEqual(['open', 'open', 'open', 'open'])
})

test('with Redis frozen the breakers go on by themselves', async () => {
  const server = await startRedis()
  cleanups.push(() => server.stop())
  const redis = createRedis({ url: server.url })
  cleanups.push(() => redis.close())
  const breakers = createBreakers()
  const events: string[] = []
  const sharing = await shareTransitions({
    breakers,
    bus: channelBus(redis, 'breakers'),
    member: 'alone',
    heartbeatMs: 50,
    observe: ({ kind }) => void events.push(kind),
  })
  server.freeze()
  await expect.poll(() => events, { timeout: 10_000 }).toContain('breaker.share-failed')
  const breaker = breakers.get('db')
  for (let n = 0; n < 5; n++) await breaker.run(fail).catch(() => undefined)
  expect(breaker.status().state).toBe('open')
  await sharing.stop() // Ends, though nobody hears the goodbye.
  expect(events.filter(kind => kind === 'breaker.share-failed')).toHaveLength(1)
})

async function fail(): Promise<never> {
  throw new Error('connection refused')
}
