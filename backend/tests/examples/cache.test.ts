import { expect, onTestFinished, test } from 'vitest'
import { startRedis } from '../support/redis.ts'
import { type Example, PATIENCE, runExample } from './example.ts'

interface Price {
  readonly price: number | null
  readonly from: string
  readonly why?: string
}

const priceOf = async ({ json }: Example, product: string): Promise<Price> =>
  (await json(`/price/${product}`)).body as Price

const askedOf = async ({ json }: Example): Promise<number> =>
  ((await json('/stats')).body as { readonly asked: number }).asked

const send = (example: Example, method: string, path: string): Promise<unknown> =>
  example.json(path, { method })

test('a service keeps prices, hears of changes, and answers while its source is down', async () => {
  const example = await runExample('cache/service.mjs', { WORK_MS: '20' })
  const together = await Promise.all(Array.from({ length: 8 }, () => priceOf(example, 'tent')))
  expect(together).toEqual(Array(8).fill({ price: 10, from: 'loaded' }))
  expect(await askedOf(example)).toBe(1)
  expect(await priceOf(example, 'tent')).toEqual({ price: 10, from: 'l1' })
  await send(example, 'PUT', '/price/tent/12')
  expect(await priceOf(example, 'tent')).toEqual({ price: 12, from: 'loaded' })
  expect(await priceOf(example, 'unicorn')).toEqual({ price: null, from: 'loaded' })
  expect(await priceOf(example, 'unicorn')).toEqual({ price: null, from: 'l1' })
  await send(example, 'POST', '/source/down')
  await send(example, 'PUT', '/price/tent/13')
  expect(await priceOf(example, 'tent')).toEqual({ price: 12, from: 'stale', why: 'error' })
  expect(await example.stop()).toBe(0)
})

test('two processes share what they load and what they are told, and go on without Redis', async () => {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const environment = { WORK_MS: '20', REDIS_URL: redis.url }
  const [one, other] = await Promise.all(
    [1, 2].map(() => runExample('cache/service.mjs', environment)),
  )
  if (one === undefined || other === undefined) throw new Error('unreachable')
  const isHeard = async () =>
    (await Promise.all([busOf(one), busOf(other)])).every(bus => !bus.isBehind)
  await expect.poll(isHeard, PATIENCE).toBe(true)
  expect(await priceOf(one, 'tent')).toMatchObject({ price: 10, from: 'loaded' })
  await expect.poll(async () => (await priceOf(other, 'tent')).from, PATIENCE).toMatch(/l1|l2/)
  expect(await askedOf(other)).toBe(0)
  await send(one, 'PUT', '/price/tent/12')
  expect(await priceOf(one, 'tent')).toMatchObject({ price: 12 })
  await expect.poll(() => isRenewed(other), PATIENCE).toBe(true)
  await redis.kill()
  expect(await priceOf(one, 'boat')).toMatchObject({ price: 20, from: 'loaded' })
  expect(await priceOf(one, 'boat')).toMatchObject({ price: 20, from: 'l1' })
  expect(await Promise.all([one.stop(), other.stop()])).toEqual([0, 0])
})

async function busOf({ json }: Example): Promise<{ readonly isBehind: boolean }> {
  return ((await json('/stats')).body as { readonly bus: { readonly isBehind: boolean } }).bus
}

/**
 * The other does not answer what it kept any more: it has the new price from the second level, or has asked its own source, in
 * which nothing has changed.
 */
async function isRenewed(example: Example): Promise<boolean> {
  const { price } = await priceOf(example, 'tent')
  return price === 12 || (await askedOf(example)) > 0
}
