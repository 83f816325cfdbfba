import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import { createSecrets } from '../secrets.ts'
import { Signing } from './signing.ts'

const keyOf = (secret: string) => createSecrets(secret, 'a').newsKey
const signing = new Signing(keyOf('one'), 'here')

test('what was signed is verified as it was, and nothing else', () => {
  const objects = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 })
  fc.assert(
    fc.property(objects, fc.nat(), (object, place) => {
      const json = JSON.stringify(object)
      const signed = signing.sign(json)
      expect(JSON.parse(signed)).toMatchObject({ mac: expect.any(String) })
      expect(signing.verified(signed)).toBe(json)
      expect(new Signing(keyOf('another'), 'here').verified(signed)).toBeUndefined()
      expect(new Signing(keyOf('one'), 'there').verified(signed)).toBeUndefined()
      const at = place % signed.length
      const other = signed[at] === '1' ? '2' : '1'
      const changed = signed.slice(0, at) + other + signed.slice(at + 1)
      expect(signing.verified(changed)).toBeUndefined()
    }),
    { seed, numRuns: 200 },
  )
})

test.each(['', '{}', '{"a":1}', '{"a":1,"mac":"00"}', 'x,"mac":"'.padEnd(73, '0')])(
  '%j is not signed',
  text => {
    expect(signing.verified(text)).toBeUndefined()
    expect(new Signing(undefined, 'here').verified(text)).toBe(text)
  },
)
