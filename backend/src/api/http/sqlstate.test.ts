import { expect, test } from 'vitest'
import { statusOfSqlState } from './sqlstate.ts'

test.each([
  ['08006', 503],
  ['23503', 409],
  ['23505', 409],
  ['23514', 400],
  ['25006', 405],
  ['25001', 500],
  ['42883', 404],
  ['42P01', 404],
  ['42P17', 500],
  ['53400', 500],
  ['53300', 503],
  ['54000', 400],
  ['54001', 400],
  ['54011', 400],
  ['57014', 500],
  ['57P01', 503],
  ['P0001', 400],
  ['P0002', 500],
  ['XX000', 500],
  ['22P02', 400],
])('SQLSTATE %s answers %i', (state, status) => {
  expect(statusOfSqlState(state, '', true)).toBe(status)
})

test('a refused privilege asks the anonymous caller to log in and forbids the others', () => {
  expect(statusOfSqlState('42501', 'permission denied', true)).toBe(401)
  expect(statusOfSqlState('42501', 'permission denied', false)).toBe(403)
})

test('a token for a role that does not exist is a bad token, other bad parameters are bad requests', () => {
  expect(statusOfSqlState('22023', 'role "nobody_here" does not exist', false)).toBe(401)
  expect(statusOfSqlState('22023', 'time zone "Mars/Base" not recognized', false)).toBe(400)
})

test('a write that pg-safeupdate stops is a bad request, other cardinality violations are not', () => {
  expect(statusOfSqlState('21000', 'UPDATE requires a WHERE clause', false)).toBe(400)
  expect(statusOfSqlState('21000', 'more than one row returned by a subquery', false)).toBe(500)
})

test('PTxyz chooses the status, and nonsense after PT is a server error', () => {
  expect(statusOfSqlState('PT402', '', true)).toBe(402)
  expect(statusOfSqlState('PT999', '', true)).toBe(500)
  expect(statusOfSqlState('PTabc', '', true)).toBe(500)
})
