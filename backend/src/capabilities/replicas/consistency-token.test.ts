import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../tests/support/seed.ts'
import { formatConsistencyToken, latestToken, parseConsistencyToken } from './consistency-token.ts'
import { formatLsn, parseLsn } from './lsn.ts'

console.log(`seed ${seed}`)

const MAX_64 = 2n ** 64n - 1n
const tokens = fc.record({
  systemId: fc.bigInt(0n, MAX_64).map(String),
  timeline: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  lsn: fc.bigInt(0n, MAX_64),
  xid: fc.option(fc.bigInt(1n, MAX_64), { nil: undefined }),
})

test('a token is read as it was written, fits into a cookie, and is short', () => {
  fc.assert(
    fc.property(tokens, token => {
      const text = formatConsistencyToken(token)
      expect(parseConsistencyToken(text)).toEqual(token)
      expect(text).toMatch(/^[0-9a-f:]{5,59}$/)
    }),
    { seed, numRuns: 2_000 },
  )
})

test('whatever else is read is what one would write, or nothing', () => {
  const almost = fc.stringMatching(/^[0-9a-fA-F:x -]{0,70}$/)
  fc.assert(
    fc.property(fc.oneof(almost, fc.string()), text => {
      const token = parseConsistencyToken(text)
      if (token !== undefined) expect(formatConsistencyToken(token)).toBe(text)
    }),
    { seed, numRuns: 5_000 },
  )
  for (const bad of [
    '',
    '7:1',
    '7:0:1',
    '07:1:1',
    '7:1:1:',
    '7:1:1:0',
    '7:1:1:1:1',
    '7:1::1',
    ' 7:1:1',
    '7:1:1\n',
    '7:1:G',
    '7:1:A',
  ]) {
    expect(parseConsistencyToken(bad)).toBeUndefined()
  }
  expect(parseConsistencyToken(`7:1:${'f'.repeat(1e6)}`)).toBeUndefined()
})

test('of two tokens the later one counts, unless their histories cannot be compared', () => {
  const one = { systemId: '7', timeline: 1, lsn: 5n }
  const later = { ...one, lsn: 6n }
  expect(latestToken(one, later)).toBe(later)
  expect(latestToken(later, one)).toBe(later)
  expect(latestToken(one, { ...one, timeline: 2 })).toBeUndefined()
  expect(latestToken(one, { ...one, systemId: '8' })).toBeUndefined()
})

test('of two tokens with transactions neither counts for the other: only the place is asked for', () => {
  const one = { systemId: '7', timeline: 1, lsn: 5n, xid: 8n }
  expect(latestToken(one, { ...one, lsn: 6n })).toEqual({ ...one, lsn: 6n })
  expect(latestToken(one, { ...one, lsn: 6n, xid: 9n })).toEqual({
    ...one,
    lsn: 6n,
    xid: undefined,
  })
  expect(latestToken({ ...one, lsn: 6n, xid: undefined }, one)?.xid).toBeUndefined()
  fc.assert(
    fc.property(tokens, tokens, (first, second) => {
      const other = { ...second, systemId: first.systemId, timeline: first.timeline }
      const latest = latestToken(first, other)
      expect(latest).toEqual(latestToken(other, first))
      expect(latest?.lsn).toBe(first.lsn > other.lsn ? first.lsn : other.lsn)
      if (latest?.xid !== undefined)
        expect([first.xid, other.xid]).toEqual([latest.xid, latest.xid])
    }),
    { seed },
  )
})

test('places in the log are read and written as PostgreSQL does', () => {
  expect(parseLsn('16/B374D848')).toBe(0x16_b374_d848n)
  expect(parseLsn('0/0')).toBe(0n)
  for (const bad of ['', '1', '1/', '/1', '1/2/3', '123456789/0', 'g/0']) {
    expect(parseLsn(bad)).toBeUndefined()
  }
  fc.assert(
    fc.property(fc.bigInt(0n, MAX_64), lsn => parseLsn(formatLsn(lsn)) === lsn),
    { seed },
  )
  expect(formatLsn(0x16_b374_d848n)).toBe('16/B374D848')
})
