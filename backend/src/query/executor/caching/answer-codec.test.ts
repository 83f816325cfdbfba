import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import { parseSnapshot } from '../../cacheability/index.ts'
import { ANSWER_CODEC, keepable, snapshotText } from './answer-codec.ts'

const text = fc.option(fc.string({ unit: 'grapheme' }), { nil: null })
const kept = fc
  .record({ body: text, rows: fc.nat(), total: fc.option(fc.nat()), status: text, headers: text })
  .chain(answer =>
    fc.array(fc.bigInt(1n, 2n ** 63n), { maxLength: 4 }).map(xids => ({
      answer: keepable(answer),
      snapshot: parseSnapshot(`7:${2n ** 63n}:${[...new Set(xids)].join(',')}`),
    })),
  )

test(`an answer comes out of its bytes as it was (seed ${seed})`, () => {
  fc.assert(
    fc.property(kept, one => {
      expect(ANSWER_CODEC.decode(ANSWER_CODEC.encode(one))).toEqual(one)
      expect(ANSWER_CODEC.decodeVersion(ANSWER_CODEC.encodeVersion(one.snapshot))).toEqual(
        one.snapshot,
      )
    }),
    { seed },
  )
})

test('bytes that are no answer are refused', () => {
  const head = '["1:1:",1,1,null,null,null]'
  expect(ANSWER_CODEC.decode(Buffer.from(`${head}\n[]`)).answer.body).toBe('[]')
  for (const wrong of [
    '',
    head,
    '\n',
    '{}\n',
    `[1${head.slice(7)}\n`,
    `["1:1",1,1,null,null,null]\n`,
  ]) {
    expect(() => ANSWER_CODEC.decode(Buffer.from(wrong))).toThrow(SyntaxError)
  }
})

test('what belongs to one request is not kept', () => {
  const answer = { body: '[]', rows: 0, total: null, status: null, headers: null }
  const own = { token: 'a', node: 'b', snapshot: '1:1:', databaseMs: 5, waitMs: 5, estimated: 5 }
  const whole = { ...answer, ...own, location: '{}', inserted: 1 }
  const empty = { estimated: null, location: null, inserted: null, databaseMs: 0, waitMs: 0 }
  expect(keepable(whole)).toEqual({ ...answer, ...empty })
  expect(snapshotText(parseSnapshot('3:9:4,7'))).toBe('3:9:4,7')
})
