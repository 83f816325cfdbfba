import { expect, test } from 'vitest'
import { compareOperator, findOperator, OPERATORS } from './operators.ts'

test('the table holds the operators that PostgREST documents, and no others', () => {
  expect(Object.keys(OPERATORS).sort()).toEqual(
    [
      ...['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'like', 'ilike', 'match', 'imatch'],
      ...['in', 'is', 'isdistinct', 'fts', 'plfts', 'phfts', 'wfts'],
      ...['cs', 'cd', 'ov', 'sl', 'sr', 'nxr', 'nxl', 'adj'],
    ].sort(),
  )
})

test('any and all follow comparisons and patterns only', () => {
  const quantifiable = Object.entries(OPERATORS).filter(
    ([, operator]) => operator.kind === 'compare' && operator.quantifiable,
  )
  expect(quantifiable.map(([name]) => name)).toEqual(
    'eq gt gte lt lte like ilike match imatch'.split(' '),
  )
})

test('a search knows its own name', () => {
  for (const [name, operator] of Object.entries(OPERATORS)) {
    if (operator.kind === 'search') expect(operator.name).toBe(name)
  }
})

test('nothing can be added to it', () => {
  expect(Object.isFrozen(OPERATORS)).toBe(true)
  expect(Object.values(OPERATORS).every(Object.isFrozen)).toBe(true)
})

test('words of every object are no operators', () => {
  expect(findOperator('eq')).toBe(OPERATORS.eq)
  for (const word of ['toString', '__proto__', 'constructor', 'foo', '']) {
    expect(findOperator(word)).toBeUndefined()
    expect(() => compareOperator(word)).toThrow(expect.objectContaining({ code: 'PGRST100' }))
  }
})

test('an operator with a test of its own is no comparison', () => {
  expect(compareOperator('adj')).toBe('adj')
  expect(() => compareOperator('in')).toThrow("Unknown operator 'in'")
})
