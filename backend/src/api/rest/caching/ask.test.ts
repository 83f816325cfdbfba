import fc from 'fast-check'
import { expect, test } from 'vitest'
import { askOf } from './ask.ts'

const asked = (control: string) => askOf({ 'cache-control': control })

test.each([
  ['no-cache', { noCache: true }],
  ['no-store', { noStore: true }],
  ['only-if-cached', { onlyIfCached: true }],
  ['max-age=0', { maxAgeMs: 0 }],
  ['max-age=60', { maxAgeMs: 60_000 }],
  ['min-fresh=5', { minFreshMs: 5_000 }],
  ['max-stale=5', { maxStaleMs: 5_000 }],
  ['max-stale', { maxStaleMs: Number.POSITIVE_INFINITY }],
  ['No-Cache , MAX-AGE="60"', { noCache: true, maxAgeMs: 60_000 }],
  ['only-if-cached,max-stale=600,', { onlyIfCached: true, maxStaleMs: 600_000 }],
])('%s is %o', (control, ask) => {
  expect(asked(control)).toEqual(ask)
})

test('of equal directives the strictest holds', () => {
  expect(asked('max-age=60, max-age=5, max-age=90')).toEqual({ maxAgeMs: 5_000 })
  expect(asked('min-fresh=1, min-fresh=9, min-fresh=3')).toEqual({ minFreshMs: 9_000 })
  expect(asked('max-stale, max-stale=9, max-stale')).toEqual({ maxStaleMs: 9_000 })
})

test('a number beyond what is counted means for a very long time', () => {
  expect(asked('max-age=99999999999999999999')).toEqual({ maxAgeMs: 2 ** 31 * 1_000 })
})

test.each([
  'max-age',
  'max-age=',
  'max-age=-1',
  'max-age=1.5',
  'max-age=1h',
  'max-age=0x10',
  'max-age =5',
  'max-stale=',
  'max-stale=soon',
  'public',
  'no-cachet',
  'x="1, no-cache, 2"',
  'no-store please',
  '',
])('%s asks for nothing', control => {
  expect(asked(control)).toBeUndefined()
})

test('a directive that means nothing takes no other along', () => {
  expect(asked('stale-if-error=5, max-age=soon, x="a, b", max-age=5')).toEqual({ maxAgeMs: 5_000 })
})

test('Pragma counts where there is no Cache-Control', () => {
  expect(askOf({ pragma: 'no-cache' })).toEqual({ noCache: true })
  expect(askOf({ pragma: 'x=1, no-cache' })).toEqual({ noCache: true })
  expect(askOf({ pragma: 'no-store' })).toBeUndefined()
  expect(askOf({ pragma: 'no-cache', 'cache-control': 'max-age=5' })).toEqual({ maxAgeMs: 5_000 })
  expect(askOf({})).toBeUndefined()
})

test('whatever is sent is read, and says only what is known', () => {
  const piece = fc.constantFrom(
    ...['no-cache', 'max-age', 'max-stale', '=', '"', ',', ' ', '\\', '5', '-1', 'é', '\t', 'a'],
  )
  const text = fc.array(piece, { maxLength: 30 }).map(pieces => pieces.join(''))
  fc.assert(
    fc.property(fc.oneof(fc.string({ maxLength: 80 }), text), control => {
      for (const value of Object.values(asked(control) ?? {})) {
        expect(value === true || (typeof value === 'number' && value >= 0)).toBe(true)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('what is written is what is read', () => {
  const seconds = fc.option(fc.nat({ max: 1_000_000 }), { nil: undefined })
  const flag = fc.boolean()
  const control = fc.record({
    ...{ noCache: flag, noStore: flag, onlyIfCached: flag },
    ...{ maxAge: seconds, minFresh: seconds, maxStale: seconds },
  })
  fc.assert(
    fc.property(control, fc.boolean(), (given, isQuoted) => {
      const quote = isQuoted ? '"' : ''
      const numbered = (name: string, value: number | undefined) =>
        value === undefined ? [] : [`${name}=${quote}${value}${quote}`]
      const directives = [
        ...(given.noCache ? ['no-cache'] : []),
        ...(given.noStore ? ['no-store'] : []),
        ...(given.onlyIfCached ? ['only-if-cached'] : []),
        ...numbered('max-age', given.maxAge),
        ...numbered('min-fresh', given.minFresh),
        ...numbered('max-stale', given.maxStale),
      ]
      const ask = asked(directives.join(', ')) ?? {}
      const milliseconds = (value: number | undefined) => value && value * 1_000
      expect(ask.noCache ?? false).toBe(given.noCache)
      expect(ask.noStore ?? false).toBe(given.noStore)
      expect(ask.onlyIfCached ?? false).toBe(given.onlyIfCached)
      expect(ask.maxAgeMs).toBe(milliseconds(given.maxAge))
      expect(ask.minFreshMs).toBe(milliseconds(given.minFresh))
      expect(ask.maxStaleMs).toBe(milliseconds(given.maxStale))
    }),
  )
})

test('a header as long as headers may be is read in time', () => {
  for (const piece of ['a="', 'a="\\"', ',a=",', ' ,', 'max-age=', '"', 'a ', '=,']) {
    asked(piece.repeat(32_768 / piece.length))
  }
})
