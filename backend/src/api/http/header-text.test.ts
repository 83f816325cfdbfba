import { expect, test } from 'vitest'
import { bodyBeside, headerBytes, headerText, isHeader } from './header-text.ts'

test('a text goes out as the bytes of its UTF-8 and comes in as the same text', () => {
  expect(headerBytes('é')).toBe('\u00c3\u00a9')
  expect(headerText('\u00c3\u00a9')).toBe('é')
  expect(headerText(headerBytes('größe 猫 🐈'))).toBe('größe 猫 🐈')
})

test('plain text is itself', () => {
  expect(headerText('a b')).toBe('a b')
  expect(headerBytes('a b')).toBe('a b')
})

test('bytes that are no UTF-8 are told apart, not refused', () => {
  expect(headerText('a\u00ff')).toBe('a\ufffd')
})

test.each([
  [['X-Name', 'any text, größe 猫\t'], true],
  [['X-Name', ''], true],
  [['X Name', 'a'], false],
  [['', 'a'], false],
  [['X-Name', 1], false],
  [['X-Name', 'a\r\nSet-Cookie: b'], false],
  [['X-Name', 'a\u0000'], false],
  [['X-Name', 'a\u007f'], false],
] as const)('%j as a header: %s', (pair, expected) => {
  expect(isHeader(pair)).toBe(expected)
})

test('a body beside such bytes is bytes itself, any other stays a string', () => {
  expect(bodyBeside({ a: headerBytes('é') }, 'ü')).toEqual(Buffer.from('ü'))
  expect(bodyBeside({ a: ['b', headerBytes('é')] }, 'ü')).toEqual(Buffer.from('ü'))
  expect(bodyBeside({ a: 'b', c: ['d'] }, 'ü')).toBe('ü')
})
