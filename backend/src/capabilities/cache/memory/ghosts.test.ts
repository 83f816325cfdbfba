import { expect, test } from 'vitest'
import { Ghosts } from './ghosts.ts'
import { hashOf } from './hash.ts'

const hashes = Array.from({ length: 10_000 }, (_, n) => hashOf(`row ${n}`))

test('it tells how many left since, once', () => {
  const ghosts = new Ghosts(100)
  for (const hash of hashes.slice(0, 10)) ghosts.add(hash)
  expect(ghosts.take(hashes[9]!)).toBe(1)
  expect(ghosts.take(hashes[0]!)).toBe(10)
  expect(ghosts.take(hashes[0]!)).toBeUndefined()
  expect(ghosts.take(hashes[11]!)).toBeUndefined()
})

test('of the latest hundred nearly all are found, of the others fewer and fewer', () => {
  const ghosts = new Ghosts(100)
  for (const hash of hashes) ghosts.add(hash)
  expect(hashes.slice(-100).filter(hash => ghosts.take(hash) !== undefined).length).toBeGreaterThan(
    90,
  )
  expect(hashes.slice(0, -1_000).filter(hash => ghosts.take(hash) !== undefined)).toHaveLength(0)
})

test('they move into a table of another size, the latest first', () => {
  const ghosts = new Ghosts(10)
  for (const hash of hashes.slice(0, 10)) ghosts.add(hash)
  ghosts.resize(1_000)
  expect(ghosts.take(hashes[9]!)).toBe(1)
  for (const hash of hashes.slice(0, 500)) ghosts.add(hash)
  ghosts.resize(10)
  expect(ghosts.take(hashes[499]!)).toBe(1)
})
