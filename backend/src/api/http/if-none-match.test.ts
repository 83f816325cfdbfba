import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isKnownTo } from './if-none-match.ts'

const TAG = '"0123456789abcdef"'

test.each([
  TAG,
  `W/${TAG}`,
  '*',
  ' * ',
  `"x", ${TAG}`,
  `"x",W/${TAG}`,
  `"a,b" , ${TAG}, "y"`,
  `${TAG}${TAG}`,
])('%s knows it', ifNoneMatch => {
  expect(isKnownTo(ifNoneMatch, TAG)).toBe(true)
  expect(isKnownTo(ifNoneMatch, `W/${TAG}`)).toBe(true)
})

test.each(['', '"x"', TAG.slice(1, -1), TAG.slice(1), '*, "x"', '"*"', `"x${TAG}`])(
  '%s does not',
  ifNoneMatch => {
    expect(isKnownTo(ifNoneMatch, TAG)).toBe(false)
  },
)

test('a list knows exactly what is in it', () => {
  const opaque = fc.stringMatching(/^[!#-~]{0,6}$/)
  const tags = fc.array(fc.record({ opaque, isWeak: fc.boolean() }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(tags, opaque, (list, other) => {
      const header = list.map(one => `${one.isWeak ? 'W/' : ''}"${one.opaque}"`).join(', ')
      for (const one of list) expect(isKnownTo(header, `"${one.opaque}"`)).toBe(true)
      expect(isKnownTo(header, `"${other}"`)).toBe(list.some(one => one.opaque === other))
    }),
  )
})

test('who says nothing knows nothing', () => {
  expect(isKnownTo(undefined, TAG)).toBe(false)
})
