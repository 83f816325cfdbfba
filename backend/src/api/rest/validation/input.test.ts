import { expect, test } from 'vitest'
import { integer, UNSURE } from './input.ts'

const DIGITS = '9'.repeat(100_000)

test('a whole number of very many digits is too large for every integer, and not repeated', () => {
  const read = integer('bigint', 64)
  const refused = { code: '22003', rule: 'range' }
  expect(read(DIGITS, 'number')).toMatchObject(refused)
  expect(read(`-${DIGITS}`, 'number')).toMatchObject(refused)
  expect(JSON.stringify(read(DIGITS, 'number')).length).toBeLessThan(500)
})

test.each([
  [`${DIGITS}.5`, 'number'],
  [`1e${DIGITS}`, 'number'],
  [`1E${DIGITS}`, 'number'],
  [`${'0'.repeat(1_000)}7`, 'string'], // PostgreSQL takes it.
] as const)('one that is written in another way is left to PostgreSQL', (text, kind) => {
  expect(integer('bigint', 64)(text, kind)).toBe(UNSURE)
})
