import { expect, test } from 'vitest'
import { hashOf } from './hash.ts'
import { ReuseDistances } from './reuse-distances.ts'
import { randomOf, zipfOf } from './testing/random.ts'
import { hitsOf, Lru } from './testing/reference-policies.ts'

/** The same every time: what is said of hit rates holds for nearly all seeds, not for each. */
const seed = Number(process.env['STIER_TEST_STUDY_SEED'] ?? 20_261_122)

function popular(keys: number, uses: number): readonly string[] {
  const draw = zipfOf(keys, 0.9, randomOf(seed))
  return Array.from({ length: uses }, () => `order ${draw()}`)
}

test(`one use in hundreds tells what an LRU of another size would do (seed ${seed})`, () => {
  const keys = popular(50_000, 100_000)
  const distances = new ReuseDistances()
  const here = new Lru<string>(500)
  for (const key of keys) {
    const isHit = here.get(key)
    if (!isHit) here.set(key)
    distances.use(hashOf(key), isHit)
  }
  for (const entries of [200, 1_000, 5_000]) {
    const estimated = 100 * distances.hitShare(entries, 500)
    expect(Math.abs(estimated - hitsOf(new Lru(entries), keys))).toBeLessThan(8)
  }
})

test(`it forgets what the load was like long ago (seed ${seed})`, () => {
  const distances = new ReuseDistances()
  for (const key of popular(1_000, 200_000)) distances.use(hashOf(key), true)
  expect(distances.hitShare(1_000, 100)).toBeGreaterThan(0.9)
  for (let n = 0; n < 1_000_000; n++) distances.use(hashOf(`new ${n}`), false)
  expect(distances.hitShare(1_000_000, 100)).toBeLessThan(0.2)
})

test('what has become useless is no hit for any size', () => {
  const distances = new ReuseDistances()
  const hashes = Array.from({ length: 2_000 }, (_, n) => hashOf(`row ${n}`))
  for (let round = 0; round < 10; round++) {
    for (const hash of hashes) {
      distances.use(hash, false)
      distances.forget(hash)
    }
  }
  expect(distances.recorded).toBeGreaterThan(500)
  expect(distances.hitShare(1_000_000, 100)).toBeLessThan(0.4)
  distances.forgetAll()
  expect(distances.hitShare(1_000_000, 100)).toBeLessThan(0.4)
})
