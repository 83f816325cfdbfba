import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import { whySlow } from './judge.ts'
import { stepsOf } from './testing/backtracking.ts'

test.each([
  '(a+)+$',
  '^(a+)+$',
  '^(a*)*$',
  '^(a|a)*$',
  '^(a|aa)+$',
  '^(a?b?)*$',
  '^(?:a|ab|b)*c$',
  '^([a-z]+)*[A-Z]$',
  '^(.*)*x$',
  '^\\d+\\d+$',
  '^.*.*$',
  '^\\s*.*x$',
  '\\s+$',
  'a+b',
  '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$',
  '^(\\w+\\s?)*$',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '^(a{0,10}){0,10}$',
  '^a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?b$',
  '^(a{1,1000})*$',
  '(?=.*a)b',
  '^(a)\\1$',
  '^a(?=b+)',
  '(?<=a)b',
  '^(\\p{L}|a)*$',
  '^(?:[\\u{1f600}-\\u{1f64f}]|\\ud83d\\ude00)*$',
])('%s is refused', source => {
  expect(whySlow(source)).toBeDefined()
})

test.each([
  '',
  '^$',
  'abc',
  '[a-z]',
  '[a-z]+',
  'a*',
  '^a+$',
  '^[^@\\s]+@[^@\\s.]+(?:\\.[^@\\s.]+)+$',
  '^\\d{4}-\\d{2}-\\d{2}(?:T\\d{2}:\\d{2})?$',
  '^[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12}$',
  '^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(?:-((?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\\.(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\\+([0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*))?$',
  '^(?=.*\\d)(?=.*[a-z])(?=.*[A-Z]).{8,64}$',
  '^(?!admin$)[a-z]+$',
  '^(\\d{1,3}\\.){3}\\d{1,3}$',
  '^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$',
  '^[a-z]+(?:-[a-z]+)*$',
  '^\\p{Lu}',
  '^(?<year>\\d+)-(?<rest>[a-z]*)$',
  '^(?:[\\w.]*,)*$',
  '^[\\u0041-\\x5a\\cA\\u{1f600}\\-\\]]+$',
  '^#[0-9a-f]{3,8}$',
  '^a|^b+$',
])('%s is taken', source => {
  expect(whySlow(source)).toBeUndefined()
})

test('an expression of any size is judged in bounded time', () => {
  expect(whySlow(`^${'(a|b)?'.repeat(300)}$`)).toBeDefined()
  expect(whySlow(`^(?:${'[ab]{0,9}c?'.repeat(20)})$`)).toBeDefined()
  expect(whySlow(`^.*a.{15}$`)).toBeDefined()
  expect(whySlow('x'.repeat(5_000))).toBeDefined()
})

const source: fc.Arbitrary<string> = fc.letrec<{ pattern: string }>(tie => ({
  pattern: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'p' },
    fc.constantFrom('a', 'b', '[ab]', '.', '[^a]'),
    fc.tuple(tie('pattern'), tie('pattern')).map(([one, other]) => one + other),
    fc.tuple(tie('pattern'), tie('pattern')).map(([one, other]) => `(?:${one}|${other})`),
    fc
      .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{0,20}'))
      .map(([item, count]) => `(?:${item})${count}`),
  ),
})).pattern
const anchors = fc.constantFrom(['', ''], ['^', ''], ['', '$'], ['^', '$'])

test(`what is taken needs a number of steps that grows with the text, and no more (seed ${seed})`, () => {
  const text = fc.tuple(fc.stringMatching(/^[abc]{1,4}$/), fc.stringMatching(/^[abc]{0,2}$/))
  const numRuns = Number(process.env['STIER_FUZZ_RUNS'] ?? 1_500)
  fc.assert(
    fc.property(source, anchors, text, (inner, [start, end], [pumped, tail]) => {
      const pattern = `${start}(?:${inner})${end}`
      if (whySlow(pattern) !== undefined) return
      const stepsFor = (length: number) =>
        stepsOf(pattern, pumped.repeat(Math.ceil(length / pumped.length)) + tail)
      const [short, long] = [stepsFor(60), stepsFor(240)] // Four times; what is quadratic takes sixteen times.
      const isLinear = long <= 6 * short + 2_000
      expect({ pattern, pumped, tail, isLinear }).toMatchObject({ isLinear: true })
    }),
    { seed, numRuns },
  )
})
