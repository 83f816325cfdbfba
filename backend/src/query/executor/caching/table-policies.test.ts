import { expect, test } from 'vitest'
import { option } from '../../../base/index.ts'
import { CACHING_CHECKS, CACHING_DEFAULTS, type CachingOptions } from './options.ts'

const settled = (options: CachingOptions) =>
  option.settled('cache', options, CACHING_CHECKS, CACHING_DEFAULTS)
const tablesFrom = (value: unknown) =>
  option.checked('cache.tables', CACHING_CHECKS.tables, value, '--cache-tables')

test('tables are told as an object, or as the JSON of one, with times as in every option', () => {
  const tables = { 'public.a': { ttlMs: 60_000 }, 's.b.c': { enabled: false } }
  expect(settled({ tables }).tables).toEqual(tables)
  expect(tablesFrom('{"public.a": {"ttlMs": "1min", "enabled": "no"}}')).toEqual({
    'public.a': { ttlMs: 60_000, enabled: false },
  })
  expect(tablesFrom('')).toEqual({})
  expect(settled({}).tables).toEqual({})
})

test.each([
  ['{', 'no JSON object'],
  [[], 'no JSON object'],
  [{ products: {} }, `'products' is not of the form schema.table`],
  [{ 'public.a': true }, `What is said of 'public.a' is no object`],
  [{ 'public.a': { ttl: 5 } }, `'public.a' has 'ttl', which is none of enabled, ttlMs`],
  [{ 'public.a': { ttlMs: -1 } }, `ttlMs of 'public.a' must be a time from 0 to`],
])('%j is refused, and it is said what is wrong with it', (value, fault) => {
  expect(() => tablesFrom(value)).toThrow(
    expect.objectContaining({
      code: 'ST001',
      details: expect.stringContaining(fault),
      hint: expect.stringContaining('--cache-tables'),
    }),
  )
})

test('the server has limits of its own in place of those of a cache in a program', () => {
  expect(settled({})).toMatchObject({ enabled: true, staleIfErrorMs: 300_000, hardTimeoutMs: 0 })
  expect(() => settled({ negativeTtlMs: 1 } as CachingOptions)).toThrow('negativeTtlMs')
})
