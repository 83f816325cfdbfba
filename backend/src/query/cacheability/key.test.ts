import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../tests/support/seed.ts'
import { Claims, membersOf } from './claims.ts'
import { writeKey } from './key.ts'

const shape = { statement: 's1', catalogVersion: 'v1', claims: ['sub', 'org'] }
const context = {
  role: 'anon',
  claims: new Claims('{"sub":"a"}'),
  searchPath: 'public',
  settings: [],
}

test('a key is short where there is little to say', () => {
  const none = { ...shape, claims: 'none' as const }
  expect(writeKey(none, context, ['1', null])).toBe('2:v12:s14:anon6:public0:0;1:1-')
  expect(writeKey(shape, context, [])).toBe('2:v12:s14:anon6:public6:3:"a"-0;')
})

test(`other parts make another key, however they run into each other (seed ${seed})`, () => {
  const text = fc.string({ unit: fc.constantFrom('1', ':', '-', ';', '"', 'a'), maxLength: 6 })
  const parts = fc.record({
    role: text,
    searchPath: text,
    claims: fc.oneof(
      text,
      fc.dictionary(fc.constantFrom('sub', 'org', 'x'), text).map(claims => JSON.stringify(claims)),
    ),
    settings: fc.array(fc.tuple(text, text), { maxLength: 2 }),
    parameters: fc.array(fc.option(text), { maxLength: 3 }),
  })
  const keyOf = ({
    claims,
    parameters,
    ...rest
  }: typeof parts extends fc.Arbitrary<infer P> ? P : never) =>
    writeKey({ ...shape, claims: 'all' }, { ...rest, claims: new Claims(claims) }, parameters)
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      expect(keyOf(one) === keyOf(other)).toBe(JSON.stringify(one) === JSON.stringify(other))
    }),
    { seed, numRuns: 500 },
  )
})

test('only the claims that are read make a difference, by their very text', () => {
  const part = (text: string) => new Claims(text).part(['sub', 'org'])
  expect(part('{"sub":"a","exp":1}')).toBe(part(' {"exp" : 2, "sub" : "a" } '))
  expect(part('{"sub":"a"}')).toBe(part('{"x":{"org":1},"sub":"b","s\\u0075b":"a"}'))
  const different = [
    '{}',
    '',
    'null',
    '{"sub":null}',
    '{"sub":"null"}',
    '{"sub":1}',
    '{"sub":1.0}',
    '{"sub":"a","org":1}',
    '{"org":"a"}',
    '{"sub":9007199254740993}',
    '{"sub":9007199254740992}',
    '{"sub":{"a":1}}',
    '{"sub":{"a": 1}}',
  ]
  expect(new Set(different.map(part)).size).toBe(different.length)
})

test('what could decide whether the claims can be read at all counts as a whole', () => {
  const part = (text: string) => new Claims(text).part(['sub'])
  for (const strange of ['"\\u0000"', '"\\ud800"', '1e99999']) {
    expect(part(`{"sub":"a","x":${strange}}`)).not.toBe(part('{"sub":"a"}'))
  }
})

test('none and all are nothing and everything', () => {
  const claims = new Claims('{"iat": 1}')
  expect(claims.part('none')).toBe('')
  expect(claims.part('all')).toBe('{"iat": 1}')
  expect(claims.part(['sub'])).toBe(claims.part(['sub']))
})

test('members are found as they are written, whatever is in them', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.constantFrom(0, 2),
      (value, indent) => {
        const found = membersOf(JSON.stringify(value, null, indent))
        const read = Array.from(found ?? [], ([name, text]) => [name, JSON.parse(text) as unknown])
        expect(read).toEqual(Object.entries(JSON.parse(JSON.stringify(value)) as object))
      },
    ),
    { seed },
  )
  expect(membersOf('[]')).toBeUndefined()
  expect(membersOf('{')).toBeUndefined()
})
