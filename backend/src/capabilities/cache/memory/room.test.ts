import { expect, test } from 'vitest'
import { MEMORY_DEFAULTS } from './options.ts'
import { roomFor } from './room.ts'

const rules = { ...MEMORY_DEFAULTS, entriesMax: 10_000, bytesMax: 1_000_000 }
const flat = () => 0.5
/** Twice the room brings three points. */
const growing = (entries: number) => 0.03 * Math.log2(entries)
const loop = (entries: number) => (entries >= 5_000 ? 1 : 0)

test('it doubles while that pays and there are entries for it', () => {
  expect(roomFor({ entries: 100, bytes: 100, hitShare: growing }, 100, rules)).toBe(200)
  expect(roomFor({ entries: 50, bytes: 50, hitShare: growing }, 100, rules)).toBe(100)
  expect(roomFor({ entries: 100, bytes: 100, hitShare: flat }, 100, rules)).toBe(100)
  expect(roomFor({ entries: 8_000, bytes: 8, hitShare: growing }, 8_000, rules)).toBe(10_000)
})

test('it grows towards a loop that would fit', () => {
  expect(roomFor({ entries: 400, bytes: 400, hitShare: loop }, 400, rules)).toBe(800)
  const short = { ...rules, entriesMax: 4_000 }
  expect(roomFor({ entries: 400, bytes: 400, hitShare: loop }, 400, short)).toBe(200)
})

test('it halves where half of it does as well, down to what there is always room for', () => {
  expect(roomFor({ entries: 300, bytes: 300, hitShare: flat }, 800, rules)).toBe(400)
  expect(roomFor({ entries: 100, bytes: 100, hitShare: flat }, 199, rules)).toBe(100)
  expect(roomFor({ entries: 100, bytes: 100, hitShare: flat }, 150, rules)).toBe(150)
})

test('where the bytes do not suffice, there is room for as many as fit', () => {
  expect(roomFor({ entries: 400, bytes: 1_000_000, hitShare: growing }, 400, rules)).toBe(400)
  expect(roomFor({ entries: 300, bytes: 1_000_000, hitShare: growing }, 400, rules)).toBe(300)
  expect(roomFor({ entries: 10, bytes: 1_000_000, hitShare: growing }, 400, rules)).toBe(100)
  expect(roomFor({ entries: 0, bytes: 0, hitShare: flat }, 100, rules)).toBe(100)
})
