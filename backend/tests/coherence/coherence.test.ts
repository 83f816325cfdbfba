import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createRandom } from '../support/random.ts'
import { seed } from '../support/seed.ts'
import { type Defect, startBrokenNode } from './broken-node.ts'
import { quantile, startPairs } from './pairs.ts'
import { settle } from './settle.ts'
import { askTogether } from './single-flight.ts'
import { createWorld, type OwnedWorld } from './world.ts'
import { Witness } from './witness.ts'
import { Writing } from './writing.ts'

/** Pairs of a write and the reads after it. 100,000 take some minutes. */
const PAIRS = Number(process.env['STIER_COHERENCE_PAIRS'] ?? 200)
/** Whether reads may go to a standby: then not everything comes from the cache. */
const HAS_REPLICA = process.env['STIER_COHERENCE_REPLICA'] === '1'
const TIMEOUT_MS = 7_200_000
const FOUND_MS = 60_000

/** However busy the machine is, Redis is waited for, and whoever loads for all. */
const PATIENT = { '--redis-command-timeout-ms': '5000', '--cache-wait-ms': '5000' }

let world: OwnedWorld
beforeAll(async () => {
  world = await createWorld({ hasReplica: HAS_REPLICA, flags: PATIENT })
})
afterAll(() => world.end())

test(`whoever must see a write sees it, at every node (seed ${seed})`, {
  timeout: TIMEOUT_MS,
}, async () => {
  const { witness } = world
  const pairs = startPairs({ ...world, pairs: PAIRS })
  await pairs.ended
  const [p50, p99] = [0.5, 0.99].map(share => quantile(pairs.hopsMs, share).toFixed(1))
  const hops = `${pairs.hopsMs.length} hops: p50 ${p50} ms, p99 ${p99} ms`
  console.log(`${pairs.done} pairs, ${hops}, ${JSON.stringify(witness.marks)}`)
  await settle(world)
  expect(witness.faults.slice(0, 20)).toEqual([])
})

test.skipIf(HAS_REPLICA)('what all nodes ask for at once is loaded once', async () => {
  const { keys, requests, statements } = await askTogether(world.rig, world.witness)
  expect(requests).toBeGreaterThan(keys)
  expect(statements).toBe(world.isCached ? keys : requests)
})

test.each<[Defect, RegExp]>([
  ['keeps', /but \d+ (was written here|is of its token)|is missing, but/],
  ['confuses', /may not see/],
])('a node that %s answers is found out', { timeout: 2 * FOUND_MS }, async (defect, fault) => {
  const { rig } = world
  const [first, second, third] = rig.nodes.map(({ address }) => address)
  const broken = await startBrokenNode(second ?? '', defect)
  onTestFinished(() => broken.stop())
  const witness = new Witness({
    addresses: () => [first ?? '', broken.address, third ?? ''],
    readsReplicas: false,
    history: world.witness.history,
  })
  onTestFinished(() => witness.close())
  const random = createRandom(seed)
  const writing = new Writing({ witness, random, outside: world.outside })
  const pairs = startPairs({ witness, random, writing })
  onTestFinished(() => pairs.stop())
  const isFoundOut = () => witness.faults.some(text => fault.test(text))
  await expect.poll(isFoundOut, { timeout: FOUND_MS }).toBe(true)
  await pairs.stop()
  expect(witness.faults.filter(text => !text.startsWith('node 1,'))).toEqual([])
})
