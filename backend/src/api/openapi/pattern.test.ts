import { expect, test } from 'vitest'
import { ecmaPattern } from './pattern.ts'

test.each([
  ['^[A-Z]{3}-[0-9]{5}$', '^[A-Z]{3}-[0-9]{5}$'],
  ['^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$', '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$'],
  ['^(a|b)*?c{2,}$', '^(a|b)*?c{2,}$'],
  ['a.b', 'a[\\s\\S]b'],
  ['[.]', '[.]'],
])('%s means the same as %s', (postgres, ecma) => {
  expect(ecmaPattern(postgres)).toBe(ecma)
})

test.each([
  '[[:alpha:]]+',
  '\\w',
  '\\ystart\\y',
  '(a)\\1',
  '(?i)a',
  '***:a',
  'a{',
  '(',
  '[a',
  '\\mword',
])('%s has no equal', postgres => {
  expect(ecmaPattern(postgres)).toBeUndefined()
})
