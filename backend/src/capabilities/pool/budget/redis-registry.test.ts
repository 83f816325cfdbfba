import { Redis as Client } from 'ioredis'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startRedis, type TestRedis } from '../../../../tests/support/redis.ts'
import { seed } from '../../../../tests/support/seed.ts'
import { RegistryLostError } from './errors.ts'
import { createRedisRegistry, type RegistryRedis } from './redis-registry.ts'
import type { BudgetClaim } from './registry.ts'
import { createLeaseModel } from './testing/lease-model.ts'

let server: TestRedis
let client: Client
let redis: RegistryRedis

beforeAll(async () => {
  server = await startRedis()
  client = new Client(server.url)
  redis = {
    eval: (script, keys, args) => client.eval(script, keys.length, ...keys, ...args),
  }
})
afterAll(async () => {
  client.disconnect()
  await server.stop()
})
beforeEach(() => server.flush())

const TOTAL = 60
const claim: BudgetClaim = { held: 0, wanted: 20, floor: 1, limit: 0, safe: 6 }

function join(refreshMs: number, overhead = 0) {
  return createRedisRegistry({ redis, key: 'budget:test', total: TOTAL, refreshMs, overhead })
}

/** Until a registry that was empty has learnt who there is. */
function learnt(refreshMs: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, 3 * refreshMs + 20))
}

test('while it learns, who is new gets the safe capacity, and who has a share keeps what it holds', async () => {
  const [first, second] = [join(5_000), join(5_000)]
  expect(await first.renew(claim)).toMatchObject({ granted: 6, total: TOTAL, members: 1 })
  await server.flush()
  const known = { ...claim, held: 15, limit: 30 }
  expect(await first.renew(known)).toMatchObject({ granted: 15 })
  expect(await second.renew(claim)).toMatchObject({ granted: 6, members: 2 })
})

test('afterwards everybody gets what he wants, up to his part of what there is', async () => {
  const [first, second] = [join(100), join(100)]
  await first.renew(claim)
  await learnt(100)
  expect(await first.renew({ ...claim, wanted: 100, limit: 6 })).toMatchObject({
    granted: 60,
    validForMs: 240,
  })
  // The first has 60 until it has been told otherwise, has said so, and has closed what it holds above that.
  expect(await second.renew(claim)).toMatchObject({ granted: 0, members: 2 })
  const before = { ...claim, wanted: 100 }
  expect(await first.renew({ ...before, held: 60, limit: 60 })).toMatchObject({ granted: 40 })
  expect(await second.renew(claim)).toMatchObject({ granted: 0 })
  expect(await first.renew({ ...before, held: 50, limit: 40 })).toMatchObject({ granted: 40 })
  expect(await second.renew(claim)).toMatchObject({ granted: 10 })
  expect(await first.renew({ ...before, held: 40, limit: 40 })).toMatchObject({ granted: 40 })
  expect(await second.renew({ ...claim, limit: 10 })).toMatchObject({ granted: 20 })
})

test('what leaves is free at once; what falls silent leaves its safe capacity behind', async () => {
  const [first, second, third] = [join(100), join(100), join(100)]
  await first.renew(claim)
  await learnt(100)
  await first.renew({ ...claim, wanted: 30, limit: 6 })
  await second.renew({ ...claim, wanted: 30 })
  await second.leave()
  expect(await third.renew({ ...claim, wanted: 30 })).toMatchObject({ granted: 30, members: 2 })
  await learnt(100) // Nobody claims for longer than a lease.
  expect(await third.renew({ ...claim, wanted: 100, limit: 6 })).toMatchObject({
    granted: 54,
    members: 1,
  })
})

test('connections beside the pool are part of the share', async () => {
  const registry = join(100, 2)
  await registry.renew(claim)
  await learnt(100)
  expect(await registry.renew({ ...claim, wanted: 100 })).toMatchObject({ granted: 58 })
})

test('an older claim that arrives late changes nothing', async () => {
  const sent: Parameters<RegistryRedis['eval']>[] = []
  const spying: RegistryRedis = {
    eval: (...given) => {
      sent.push(given)
      return redis.eval(...given)
    },
  }
  const registry = createRedisRegistry({
    ...{ redis: spying, key: 'budget:test', total: TOTAL, refreshMs: 5_000, overhead: 0 },
  })
  await registry.renew(claim)
  const late = sent[0]
  await registry.renew({ ...claim, held: 5, limit: 6 })
  expect(late && (await redis.eval(...late))).toEqual([])
  await expect(registry.renew({ ...claim, held: 5, limit: 6 })).resolves.toMatchObject({
    members: 1,
  })
})

test('a registry that cannot be reached says so', async () => {
  const broken: RegistryRedis = { eval: () => Promise.reject(new Error('no connection')) }
  const registry = createRedisRegistry({ redis: broken, key: 'k', total: 10, refreshMs: 100 })
  await expect(registry.renew(claim)).rejects.toBeInstanceOf(RegistryLostError)
  await expect(registry.leave()).resolves.toBeUndefined()
})

test('how many connections there are is asked until it is known, and then told with every failure', async () => {
  const answers = [new Error('starting up'), 40, 50]
  const total = async (): Promise<number> => {
    const answer = answers.shift()
    if (typeof answer === 'number') return answer
    throw answer ?? new Error('asked too often')
  }
  let isBroken = false
  const failing: RegistryRedis = {
    eval: (...given) => (isBroken ? Promise.reject(new Error('lost')) : redis.eval(...given)),
  }
  const registry = createRedisRegistry({
    ...{ redis: failing, key: 'budget:test', total, refreshMs: 5_000 },
  })
  await expect(registry.renew(claim)).rejects.toMatchObject({ code: 'ST518', total: undefined })
  expect(await registry.renew(claim)).toMatchObject({ total: 40, granted: 6 })
  isBroken = true
  await expect(registry.renew(claim)).rejects.toMatchObject({ code: 'ST518', total: 40 })
  expect(answers).toEqual([50])
})

const counts = fc.record({
  member: fc.nat(4),
  held: fc.nat(30),
  wanted: fc.nat(100),
  limit: fc.nat(30),
  isNew: fc.boolean(),
})

test(`the script decides as the model does (seed ${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(counts, { maxLength: 12 }), fc.boolean(), async (claims, learns) => {
      await server.flush()
      const leaseMs = 600_000
      let now = 0
      const model = createLeaseModel({
        ...{ total: TOTAL, leaseMs, mourningMs: leaseMs, now: () => now },
      })
      if (!learns) {
        model.claim({ member: '-', seq: 1, held: 0, wanted: 0, limit: 0, safe: 0, isNew: true })
        model.leave('-')
        now = 2 * leaseMs
        await client.hset('budget:test', 'learning', 0)
      }
      let seq = 0
      const { CLAIM_SCRIPT } = await import('./redis-script.ts')
      for (const { member, held, wanted, limit, isNew } of claims) {
        const name = String(member)
        seq++
        const expected = model.claim({ member: name, seq, held, wanted, limit, safe: 6, isNew })
        const args = [name, seq, held, wanted, limit, 6, TOTAL, leaseMs, leaseMs, isNew ? 1 : 0]
        const answer = await redis.eval(CLAIM_SCRIPT, ['budget:test'], args)
        expect(answer).toEqual([expected?.granted, expected?.members])
      }
    }),
    { seed, numRuns: 100 },
  )
})
