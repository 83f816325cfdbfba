import { expect, test } from 'vitest'
import { bodyOf } from './body.ts'

function made(bytes: boolean) {
  const handler = {
    ...{ mediaType: 'image/png', function: { schema: 'public', name: 'png' } },
    ...{ aggregate: true, relation: null, bytes },
  }
  return { kind: 'handler', mediaType: 'image/png', handler } as const
}

test('hexadecimal digits become the bytes that a handler has made', () => {
  expect(bodyOf('00ff0a', made(true))).toEqual(Buffer.from([0, 255, 10]))
  expect(bodyOf('', made(true))).toEqual(Buffer.alloc(0))
})

test('text stays text, and no body none', () => {
  expect(bodyOf('00ff0a', made(false))).toBe('00ff0a')
  expect(bodyOf('[]', { kind: 'json', stripNulls: false })).toBe('[]')
  expect(bodyOf(null, made(true))).toBeNull()
})
