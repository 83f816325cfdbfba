import { expect, test } from 'vitest'
import { createNames, pascalCase } from './names.ts'

test.each([
  ['books', 'Books'],
  ['order_items', 'OrderItems'],
  ['order items', 'OrderItems'],
  ['HTTPLog', 'HTTPLog'],
  ['Größe', 'Grosse'],
  ['café-menü', 'CafeMenu'],
  ['2fa', 'N2fa'],
  ['本', 'U672c'],
  ['🐈 log', 'U1f408Log'],
  ['"; drop', 'Drop'],
  ['--', 'Unnamed'],
])('%s is called %s', (name, called) => {
  expect(pascalCase(name)).toBe(called)
})

test('names that come out alike are numbered', () => {
  const names = createNames()
  expect([names.claim('a b'), names.claim('a_b'), names.claim('A-B')]).toEqual(['AB', 'AB2', 'AB3'])
})

test('a name with endings keeps clear of what others are called', () => {
  const names = createNames(['BooksInsert'])
  expect(names.claim('books', ['Insert'])).toBe('Books2')
  expect(names.claim('books2_insert')).toBe('Books2Insert2')
})
