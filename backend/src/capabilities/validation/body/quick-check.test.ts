import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import { createBodyGuard } from './guard.ts'
import { BODY_DEFAULTS, type BodyOptions } from './options.ts'
import { QuickCheck } from './quick-check.ts'

const RUNS = Number(process.env['STIER_FUZZ_RUNS'] ?? 6_000)

/** So narrow that every rule is met and broken. */
const NARROW: BodyOptions = Object.freeze({
  depthMax: 3,
  keysMax: 3,
  itemsMax: 4,
  stringBytesMax: 12,
  valuesMax: 9,
})

/** Numbers as no library would write them, some of which a double cannot hold. */
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => JSON.stringify(value)),
  fc.integer().map(String),
  fc.constantFrom('1e3', '1000', '1E5', '0.001', '1e-3', '15e-4', '-0', '0e0', '1.0', '1e400'),
  fc.constantFrom('9007199254740993', '1.0000000000000003', '2e-324', '100e-2', '0.10', '12e2'),
  fc
    .tuple(fc.bigInt(0n, 10n ** 18n), fc.nat(17), fc.constantFrom('', 'e2', 'e-3', 'E+1'))
    .map(([digits, point, exponent]) => {
      const text = String(digits).padStart(point + 1, '0')
      const fraction = point === 0 ? '' : `.${text.slice(-point)}`
      return text.slice(0, text.length - point) + fraction + exponent
    }),
)
const string = fc
  .array(
    fc.constantFrom('a', 'ä', '😀', '\\n', '\\"', '\\\\', '\\/', '\\u0041', '\\u0000', '\\ud83d'),
    { maxLength: 5 },
  )
  .map(pieces => `"${pieces.join('')}"`)
const key = fc.oneof(
  fc.constantFrom('"a"', '"b"', '"\\u0061"', '"__proto__"', '"constructor"', '"prototype"', '""'),
  string,
)
const space = fc.constantFrom('', '', '', '', ' ', '\n')
const { json } = fc.letrec<{ json: string; list: string; object: string }>(tie => ({
  json: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    ...[number, string, fc.constantFrom('true', 'false', 'null')],
    ...[tie('list'), tie('object'), tie('object')],
  ),
  list: fc
    .tuple(fc.array(tie('json'), { maxLength: 5 }), space)
    .map(([items, before]) => `[${before}${items.join()}]`),
  object: fc
    .tuple(fc.array(fc.tuple(key, tie('json')), { maxLength: 4 }), space)
    .map(([members, before]) => {
      return `{${members.map(([name, value]) => `${before}${name}:${value}`).join()}}`
    }),
}))

test.each<[name: string, options: BodyOptions]>([
  ['the defaults', {}],
  ['narrow limits', NARROW],
  ['control characters', { controlCharacters: 'refuse' }],
  ['all tricks allowed', { duplicateKeys: 'allow', pollutingKeys: 'allow', lossyNumbers: 'allow' }],
])(
  `the quick check passes nothing that the scanner refuses: %s (seed ${seed})`,
  (_name, options) => {
    const guard = createBodyGuard(options)
    const quick = new QuickCheck(guard.rules)
    let passed = 0
    fc.assert(
      fc.property(json, text => {
        const isHarmless = quick.isSurelyHarmless(text, JSON.parse(text), Buffer.byteLength(text))
        if (isHarmless) passed++
        if (isHarmless) expect(guard.find(text)).toBeUndefined()
        expect(outcome(() => guard.parse(Buffer.from(text)))).toEqual(
          outcome(() => {
            guard.check(Buffer.from(text))
            return JSON.parse(text) as unknown
          }),
        )
      }),
      { seed, numRuns: RUNS / 4 },
    )
    expect(passed).toBeGreaterThan(RUNS / 40) // Otherwise nothing was tried.
  },
)

function outcome(act: () => unknown): unknown {
  try {
    return { value: act() }
  } catch (error) {
    return { error }
  }
}

const quickest = new QuickCheck(BODY_DEFAULTS)

test.each([
  '{"name":"Drill","price":19.99,"stock":-400,"tags":["a","b"],"weight":null,"active":true}',
  '[1000,250000,0,-1.5,0.001,123456789012345,48.137154,{},[],"",{"":{}}]',
  '{"text":"\\"Grüße\\",\\n\\u00e4 😀 e5 1e5"}',
])('%s needs no scanner', text => {
  expect(quickest.isSurelyHarmless(text, JSON.parse(text), Buffer.byteLength(text))).toBe(true)
})

test.each([
  ['a key that comes twice', '{"a":1,"a":2}'],
  ['the same, where another number is shorter than it looks', '{"a":[1e9],"a":[1e9]}'],
  ['a number of too many digits, as long as what it becomes', '[1.0000000000000003]'],
  ['zero, as it seems', '[2e-324,1e8]'],
  ['a key that pollutes', '{"__proto__":1}'],
  ['half a character', '["\\uD83D"]'],
  ['what does not come alone', '{"constructor":{"prototype":1}}'],
])('the scanner is asked about %s', (_what, text) => {
  expect(quickest.isSurelyHarmless(text, JSON.parse(text), Buffer.byteLength(text))).toBe(false)
})
