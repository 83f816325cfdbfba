import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { decompress } from './decompress.ts'
import { DECOMPRESSION_DEFAULTS, type DecompressionRules } from './decompression-options.ts'

const BODY = Buffer.from('{"name": "a body of ordinary length"}')
const MEGABYTE = 1_048_576

async function unpacked(body: Buffer, encoding?: string, rules?: Partial<DecompressionRules>) {
  return decompress(body, encoding, { ...DECOMPRESSION_DEFAULTS, ...rules })
}

test.each([
  ['gzip', gzipSync(BODY)],
  ['x-gzip', gzipSync(BODY)],
  [' GZIP ', gzipSync(BODY)],
  ['deflate', deflateSync(BODY)],
  ['deflate', deflateRawSync(BODY)],
  ['br', brotliCompressSync(BODY)],
  ['identity', BODY],
  ['', BODY],
])('%j is read', async (encoding, body) => {
  expect(await unpacked(body, encoding)).toEqual(BODY)
})

test('a body without an encoding is the very same', async () => {
  expect(await unpacked(BODY)).toBe(BODY)
})

test.each(['zstd', 'compress', 'gzip, gzip', 'gzip;q=1', 'constructor'])(
  '%s is refused, and what is taken instead is told',
  async encoding => {
    await expect(unpacked(BODY, encoding)).rejects.toMatchObject({
      code: 'ST415',
      status: 415,
      headers: { 'accept-encoding': 'gzip, deflate, br' },
    })
  },
)

const ZEROS = Buffer.alloc(100 * MEGABYTE)
const BOMBS: readonly [encoding: string, bomb: Buffer][] = [
  ['gzip', gzipSync(ZEROS)],
  ['deflate', deflateSync(ZEROS)],
  ['br', brotliCompressSync(ZEROS)],
]

test.each(BOMBS)('a bomb of %s is given up', async (encoding, bomb) => {
  const refused = { code: 'ST416', status: 413 }
  await expect(unpacked(bomb, encoding)).rejects.toMatchObject(refused)
  const byRatio = unpacked(bomb, encoding, { decompressedBytesMax: 1_000 * MEGABYTE })
  await expect(byRatio).rejects.toMatchObject({
    ...refused,
    faults: [{ rule: 'ratio', bound: 100 }],
  })
  const bySize = unpacked(bomb, encoding, { decompressionRatioMax: 100_000 })
  await expect(bySize).rejects.toMatchObject({ faults: [{ rule: 'decompressed-size' }] })
})

test('what compresses well is no bomb while it is short', async () => {
  const body = Buffer.alloc(65_536, 'a')
  expect(await unpacked(gzipSync(body), 'gzip')).toEqual(body)
})

test.each([
  ['cut off', gzipSync(BODY).subarray(0, -12)],
  ['not compressed', BODY],
  ['of another kind', brotliCompressSync(BODY)],
])('a body that is %s is told', async (_what, body) => {
  await expect(unpacked(body, 'gzip')).rejects.toMatchObject({ code: 'ST417', status: 400 })
})
