import { expect, test } from 'vitest'
import { createResponseGuard } from './response.ts'

const ROWS = [
  { id: 1, name: 'a' },
  { id: 2, name: 'b', password: 'x' },
]

test('members that nobody declared are left out, and told once', () => {
  const told: string[] = []
  const guard = createResponseGuard({
    columns: ['id', 'name'],
    onUndeclared: name => told.push(name),
  })
  expect(guard([...ROWS, ...ROWS])).toEqual(
    [...ROWS, ...ROWS].map(({ id, name }) => ({ id, name })),
  )
  expect(told).toEqual(['password'])
})

test('an answer with nothing unusual is the very same', () => {
  const guard = createResponseGuard({ columns: ['id', 'name', 'password'], rowsMax: 2 })
  expect(guard(ROWS)).toBe(ROWS)
  expect(createResponseGuard({ columns: ['id'], undeclared: 'tell' })(ROWS)).toBe(ROWS)
})

test('an answer can be refused instead', () => {
  expect(() =>
    createResponseGuard({ columns: ['id', 'name'], undeclared: 'refuse' })(ROWS),
  ).toThrow(expect.objectContaining({ code: 'ST423', status: 500, details: 'At /password' }))
  expect(() => createResponseGuard({ rowsMax: 1 })(ROWS)).toThrow('more than 1 rows')
})
