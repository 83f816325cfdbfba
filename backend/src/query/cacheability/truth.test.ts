import { expect, test } from 'vitest'
import { and, couldPass, FALSE, MAYBE, not, NULL, or, TRUE, type Truth } from './truth.ts'

/** SQL's own tables, of single values. */
function sqlAnd(one: boolean | null, other: boolean | null): boolean | null {
  if (one === false || other === false) return false
  return one === null || other === null ? null : true
}
const VALUES = [true, false, null]
const bitOf = (value: boolean | null): Truth => (value === null ? NULL : value ? TRUE : FALSE)
const valuesOf = (truth: Truth) => VALUES.filter(value => (truth & bitOf(value)) !== 0)
const setOf = (values: readonly (boolean | null)[]) =>
  values.reduce<Truth>((set, value) => set | bitOf(value), 0)
const negation = (value: boolean | null) => (value === null ? null : !value)

test('what is known of a tree is what any of the possible values would make it', () => {
  for (let one = TRUE; one <= MAYBE; one++) {
    expect(not(one)).toBe(setOf(valuesOf(one).map(negation)))
    for (let other = TRUE; other <= MAYBE; other++) {
      const pairs = valuesOf(one).flatMap(a => valuesOf(other).map(b => [a, b] as const))
      expect(and(one, other)).toBe(setOf(pairs.map(([a, b]) => sqlAnd(a, b))))
      const either = pairs.map(([a, b]) => negation(sqlAnd(negation(a), negation(b))))
      expect(or(one, other)).toBe(setOf(either))
    }
  }
})

test('a row passes if it may be true', () => {
  expect([TRUE, FALSE, NULL, MAYBE, FALSE | NULL].map(couldPass)).toEqual([
    true,
    false,
    false,
    true,
    false,
  ])
})
