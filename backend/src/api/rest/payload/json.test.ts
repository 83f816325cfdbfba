import { expect, test } from 'vitest'
import { beginsWithArray, parseJson } from './json.ts'

test('an array is told from an object by how it begins', () => {
  expect([' \t\r\n[]', '[', '{"a": []}', '', '"["'].map(beginsWithArray)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ])
})

test('what is no JSON is told with its place, and an empty body as such', () => {
  expect(() => parseJson('[1,\n2')).toThrow(
    expect.objectContaining({
      code: 'PGRST102',
      message: 'Empty or invalid json',
      details: 'Line 2, column 2: the body ends, expected a comma or ].',
    }),
  )
  for (const text of ['', ' \r\n']) {
    expect(() => parseJson(text)).toThrow(
      expect.objectContaining({ code: 'PGRST102', details: 'The body is empty.' }),
    )
  }
})
