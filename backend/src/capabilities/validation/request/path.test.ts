import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkPath } from './path.ts'

test.each([
  ['/a/../b', 'dot-segment'],
  ['/..', 'dot-segment'],
  ['/a/./b', 'dot-segment'],
  ['/a/%2e%2E/b', 'dot-segment'],
  ['/a/.%2e', 'dot-segment'],
  ['/a/..;/b', 'dot-segment'],
  ['/a%2f..%2fb', 'dot-segment'],
  ['/a%5c..%5cb', 'dot-segment'],
  ['/a\\..\\b', 'backslash'],
  ['/a%2Fb', 'encoded-slash'],
  ['/a%5Cb', 'encoded-slash'],
  ['/a%00.png', 'nul'],
  ['/a%0d%0aSet-Cookie:x', 'control'],
  ['/a%7f', 'control'],
  ['/%252e%252e/a', 'double-encoding'],
  ['/a%252fb', 'double-encoding'],
  ['/%c0%ae%c0%ae/a', 'encoding'],
  ['/%e0%80%af', 'encoding'],
  ['/%ed%a0%80', 'encoding'],
  ['/%ff', 'encoding'],
  ['/%', 'encoding'],
  ['/%u002e', 'encoding'],
  ['/ä', 'encoding'],
  ['/a b', 'encoding'],
])('%s is refused: %s', (path, rule) => {
  expect(() => checkPath(path)).toThrow(
    expect.objectContaining({ code: 'ST418', faults: [expect.objectContaining({ rule })] }),
  )
})

test.each([
  '/',
  '/a/b.c',
  '/.well-known/x',
  '/a..b',
  '/...',
  '/100%25',
  '/a%20b',
  '/%C3%A4',
  '/a;b=1',
  '//a',
])('%s passes', path => {
  expect(() => checkPath(path)).not.toThrow()
})

test('an encoded slash passes where a route asks for it, a way up never does', () => {
  expect(() => checkPath('/a%2Fb', { encodedSlashes: 'allow' })).not.toThrow()
  expect(() => checkPath('/a%2F..', { encodedSlashes: 'allow' })).toThrow("'..'")
})

test('whatever a program encodes once passes, unless it has slashes, dots alone or control characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), text => {
      const isPlain = !/[\p{Cc}/\\%]/u.test(text) && !/^\.{1,2}(?:;|$)/.test(text)
      if (isPlain) expect(() => checkPath(`/${encodeURIComponent(text)}`)).not.toThrow()
    }),
  )
})
