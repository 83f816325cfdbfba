import { randomFillSync } from 'node:crypto'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import { decodeFrame, encodeFrame, type Frame } from './frame.ts'

const durationMs = fc.nat({ max: 2 ** 32 - 1 })
const frames: fc.Arbitrary<Frame> = fc.record({
  storedAt: fc.double({ min: 0, max: 8.64e15, noNaN: true }).map(Math.abs),
  ttlMs: durationMs,
  staleWhileRevalidateMs: durationMs,
  staleIfErrorMs: durationMs,
  version: fc.string({ unit: 'grapheme' }),
  meta: fc.option(
    fc.jsonValue().map(value => JSON.parse(JSON.stringify(value)) as unknown),
    { nil: undefined },
  ),
  body: fc.uint8Array({ maxLength: 2_000 }).map(bytes => Buffer.from(bytes)),
})

test(`a frame is read as it was written (seed ${seed})`, () => {
  fc.assert(
    fc.property(frames, frame => {
      expect(decodeFrame(encodeFrame(frame))).toEqual(frame)
    }),
    { seed, numRuns: 500 },
  )
})

test(`one changed bit, a missing end or more at the end make it none (seed ${seed})`, () => {
  fc.assert(
    fc.property(frames, fc.nat(), fc.nat({ max: 7 }), (frame, place, bit) => {
      const bytes = encodeFrame(frame)
      const changed = Buffer.from(bytes)
      const at = place % bytes.length
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at)
      expect(decodeFrame(changed)).toBeUndefined()
      expect(decodeFrame(bytes.subarray(0, at))).toBeUndefined()
      expect(decodeFrame(Buffer.concat([bytes, Buffer.from([place % 256])]))).toBeUndefined()
    }),
    { seed, numRuns: 500 },
  )
})

test(`garbage is none, even where its check sum is right (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), garbage => {
      expect(decodeFrame(Buffer.from(garbage))).toBeUndefined()
    }),
    { seed, numRuns: 500 },
  )
  const header = encodeFrame({ ...EMPTY, version: 'v' }).subarray(0, 4)
  for (let n = 0; n < 500; n++) {
    const checked = randomFillSync(Buffer.alloc(28 + (n % 100)))
    const sum = Buffer.alloc(4)
    sum.writeUInt32BE(crc32(checked))
    expect(() => decodeFrame(Buffer.concat([header, sum, checked]))).not.toThrow()
  }
})

const EMPTY: Frame = {
  storedAt: 0,
  ttlMs: 0,
  staleWhileRevalidateMs: 0,
  staleIfErrorMs: 0,
  version: '',
  meta: undefined,
  body: Buffer.alloc(0),
}

test('durations are whole milliseconds within what fits', () => {
  const frame = { ...EMPTY, ttlMs: 1.6, staleWhileRevalidateMs: -1, staleIfErrorMs: Infinity }
  expect(decodeFrame(encodeFrame(frame))).toMatchObject({
    ttlMs: 2,
    staleWhileRevalidateMs: 0,
    staleIfErrorMs: 2 ** 32 - 1,
  })
})

test('what is left out is not written', () => {
  expect(encodeFrame(EMPTY)).toHaveLength(36)
})
