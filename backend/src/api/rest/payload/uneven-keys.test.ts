import { expect, test } from 'vitest'
import { unevenKeys } from './uneven-keys.ts'

test.each<[items: readonly unknown[], details: string]>([
  [[{ a: 1, b: 2 }, { a: 1, b: 2 }, { a: 1 }], "Item 2 of the array lacks the key 'b' of item 0."],
  [[{ a: 1 }, { a: 1, b: 2 }], "Item 1 of the array has the key 'b', item 0 lacks it."],
  [[{ a: 1 }, 7], 'Item 1 of the array is no object.'],
  [[null, { a: 1 }], 'Item 0 of the array is no object.'],
  [[{ toString: 1 }, {}], "Item 1 of the array lacks the key 'toString' of item 0."],
])('%j', (items, details) => {
  expect(unevenKeys(items, 'What to do.')).toMatchObject({
    code: 'PGRST102',
    message: 'All object keys must match',
    details,
    hint: 'What to do.',
  })
})
