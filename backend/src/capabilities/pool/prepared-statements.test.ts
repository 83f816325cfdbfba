import { expect, test } from 'vitest'
import { PreparedStatements } from './prepared-statements.ts'

test('a statement is known once the server has confirmed it', () => {
  const statements = new PreparedStatements(2)
  expect(statements.has('a', 'select 1')).toBe(false)
  statements.add('a', 'select 1')
  expect(statements.has('a', 'select 1')).toBe(true)
})

test('beyond the limit the one used longest ago is to be closed, and told until it is', () => {
  const statements = new PreparedStatements(2)
  statements.add('a', 'select 1')
  statements.add('b', 'select 2')
  statements.has('a', 'select 1')
  statements.add('c', 'select 3')
  expect(statements.toClose).toEqual(['b'])
  expect(statements.toClose).toEqual(['b'])
  statements.closed()
  expect(statements.toClose).toEqual([])
  expect(statements.has('b', 'select 2')).toBe(false)
  expect(statements.size).toBe(2)
})

test('all of them can be forgotten', () => {
  const statements = new PreparedStatements(2)
  statements.add('a', 'select 1')
  statements.forgetAll()
  expect(statements.size).toBe(0)
  expect(statements.toClose).toEqual(['a'])
})

test('one name with two texts is a bug', () => {
  const statements = new PreparedStatements(2)
  statements.add('a', 'select 1')
  expect(() => statements.has('a', 'select 2')).toThrow("'a' has two texts")
})

test('a statement that the server has against our knowledge is to be closed', () => {
  const statements = new PreparedStatements(2)
  statements.disown('a')
  expect(statements.has('a', 'select 1')).toBe(false)
  expect(statements.toClose).toEqual(['a'])
})
