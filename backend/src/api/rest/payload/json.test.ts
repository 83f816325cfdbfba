import { expect, test } from 'vitest'
import { beginsWithArray } from './json.ts'

test('an array is told from an object by how it begins', () => {
  expect([' \t\r\n[]', '[', '{"a": []}', '', '"["'].map(beginsWithArray)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ])
})
