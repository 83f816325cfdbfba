import { expect, test } from 'vitest'
import { keywordsOf, narrowed } from './checks.ts'

test.each([
  ['(VALUE >= (0)::numeric)', { minimum: 0 }],
  ['((stars >= 1) AND (stars <= 5))', { minimum: 1, maximum: 5 }],
  ["((VALUE > '-5'::integer) AND (VALUE < 10))", { exclusiveMinimum: -5, exclusiveMaximum: 10 }],
  ['(VALUE >= (- 1.5))', { minimum: -1.5 }],
  ['(kind = ANY (ARRAY[1, 2, 3]))', { enum: [1, 2, 3] }],
  ['(VALUE <> 0)', {}],
  ['((VALUE >= 1) OR (VALUE = 0))', {}],
  ['(is_fine(VALUE) AND (VALUE >= 1))', { minimum: 1 }],
  ['(("strange ""name" % 2) = 0)', {}],
  ['(VALUE >= now())', {}],
  ["(VALUE >= 'abc'::text)", {}],
])('a number that is checked with %s', (check, keywords) => {
  expect(keywordsOf([check], 'number')).toEqual(keywords)
})

test.each([
  ["(code ~ '^[A-Z]{2}$'::text)", { pattern: '^[A-Z]{2}$' }],
  ["((VALUE)::text ~ 'it''s.'::text)", { pattern: "it's[\\s\\S]" }],
  ["(VALUE ~* 'a'::text)", {}],
  ["(VALUE ~ '\\w+'::text)", {}],
  ['((length(name) > 0) AND (char_length(name) <= 20))', { minLength: 1, maxLength: 20 }],
  ['(length((name)::text) = 3)', { minLength: 3, maxLength: 3 }],
  ["(VALUE = ANY (ARRAY['a'::text, 'b,c'::text]))", { enum: ['a', 'b,c'] }],
  [
    "((VALUE)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
    { enum: ['a', 'b'] },
  ],
  ["(VALUE ~~ '%@%'::text)", {}],
  ["(lower(VALUE) = 'a'::text)", {}],
  ['((', {}],
  ['', {}],
])('a text that is checked with %s', (check, keywords) => {
  expect(keywordsOf([check], 'string')).toEqual(keywords)
})

test('a value that is neither number nor text is not narrowed', () => {
  expect(keywordsOf(['(VALUE >= 1)'], 'other')).toEqual({})
})

test('one bound of a kind is enough', () => {
  const schema = { type: 'integer', minimum: -32_768, maximum: 32_767 }
  expect(narrowed(schema, { exclusiveMinimum: 0 })).toEqual({
    type: 'integer',
    maximum: 32_767,
    exclusiveMinimum: 0,
  })
  expect(narrowed(schema, { maximum: 5 })).toEqual({ ...schema, maximum: 5 })
})
