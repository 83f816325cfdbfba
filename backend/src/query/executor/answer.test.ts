import { expect, test } from 'vitest'
import { readAnswer, readEstimate } from './answer.ts'

test('an answer is its five columns', () => {
  expect(readAnswer([['[]', '0', '12', '201', '[{"a":"b"}]']])).toEqual({
    body: '[]',
    rows: 0,
    total: 12,
    status: '201',
    headers: '[{"a":"b"}]',
    location: null,
    inserted: null,
  })
  expect(readAnswer([[null, '3', null, null, null]])).toEqual({
    body: null,
    rows: 3,
    total: null,
    status: null,
    headers: null,
    location: null,
    inserted: null,
  })
})

test('an execution plan is its lines', () => {
  expect(readAnswer([['Result'], ['  Cost']])).toMatchObject({ body: 'Result\n  Cost', rows: 2 })
})

test('anything else is a bug', () => {
  expect(() => readAnswer([])).toThrow('at least one row')
  expect(() => readAnswer([['a', 'b']])).toThrow('5 or 7 columns, not 2')
  expect(() => readEstimate([['[]']])).toThrow('EXPLAIN')
})

test('an estimate is the rows of the topmost node', () => {
  const plan = JSON.stringify([{ Plan: { 'Plan Rows': 42, Plans: [{ 'Plan Rows': 7 }] } }])
  expect(readEstimate([[plan]])).toBe(42)
})
