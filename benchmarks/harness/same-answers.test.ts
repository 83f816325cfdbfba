import { expect, test } from 'vitest'
import { saySame } from './same-answers.ts'

test('the same values in other notations say the same', () => {
  const driver = { id: 1, price: '9.90', placed_at: '2025-03-01T12:00:00.000Z', day: '2025-03-01' }
  const database = { price: 9.9, id: 1, placed_at: '2025-03-01T13:00:00+01:00', day: '2025-03-01' }
  expect(saySame([driver], [database])).toBe(true)
})

test('a different value, key or number of rows does not say the same', () => {
  expect(saySame({ id: 1 }, { id: 2 })).toBe(false)
  expect(saySame({ id: 1 }, { id: 1, name: null })).toBe(false)
  expect(saySame([{ id: 1 }], [])).toBe(false)
  expect(saySame({ name: 'a' }, { name: 'A' })).toBe(false)
})
