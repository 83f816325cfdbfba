import { expect, test } from 'vitest'
import { whySlow } from '../pattern/judge.ts'
import { createSchemaCheck, type SchemaOptions } from './check.ts'
import { FORMAT_PATTERNS, FORMATS } from './formats.ts'
import type { JsonSchema } from './json-schema.ts'

const ORDER: JsonSchema = {
  type: 'object',
  properties: {
    product: { type: 'string', maxLength: 10 },
    quantity: { type: 'integer', minimum: 1, default: 1 },
    state: { enum: ['open', 'paid'] },
    address: {
      type: 'object',
      properties: { 'street/no': { type: 'string' } },
      required: ['street/no'],
    },
    notes: { type: 'object' },
  },
  required: ['product', 'quantity'],
}

/** Plain values are judged alike, only quicker. */
function faults(schema: JsonSchema, value: unknown, options?: SchemaOptions) {
  const found = createSchemaCheck(schema, options).find(value)
  expect(createSchemaCheck(schema, { ...options, plainValues: true }).find(value)).toEqual(found)
  return found
}

test('all faults at once, each with its place, its rule and what to do', () => {
  const order = { prodct: 'tent', quantity: '5', state: 'lost', address: { street: 'x' } }
  expect(faults(ORDER, order)).toEqual([
    {
      pointer: '/product',
      rule: 'required',
      detail: "The member 'product' is missing",
      hint: undefined,
    },
    {
      pointer: '/prodct',
      rule: 'unknown-property',
      detail: "There is no member 'prodct'",
      hint: "Perhaps you meant 'product'.",
    },
    {
      pointer: '/quantity',
      rule: 'type',
      detail: 'The value must be of the type integer',
      hint: 'No type is changed into another: 5 is a number, "5" a text.',
    },
    {
      pointer: '/state',
      rule: 'enum',
      detail: 'The value is none of those allowed',
      hint: 'Send "open" or "paid".',
    },
    {
      pointer: '/address/street~1no',
      rule: 'required',
      detail: "The member 'street/no' is missing",
      hint: undefined,
    },
    {
      pointer: '/address/street',
      rule: 'unknown-property',
      detail: "There is no member 'street'",
      hint: "Perhaps you meant 'street/no'.",
    },
  ])
  expect(() => createSchemaCheck(ORDER).check(order)).toThrow(
    expect.objectContaining({
      code: 'ST420',
      status: 422,
      message: "The member 'product' is missing",
    }),
  )
})

test('nothing is changed: no type, no default, no member', () => {
  const order = Object.freeze({ product: 'tent', quantity: 1, notes: Object.freeze({ any: 1 }) })
  expect(faults(ORDER, order)).toEqual([])
  expect(faults(ORDER, { product: 'tent' })).toHaveLength(1)
  expect(faults(ORDER, { product: 1, quantity: 1 })).toHaveLength(1)
})

test('only own members count', () => {
  const schema = { type: 'object', properties: { toString: {}, a: {} }, required: ['toString'] }
  expect(faults(schema, {})).toMatchObject([{ pointer: '/toString' }])
  expect(faults(schema, JSON.parse('{"toString": 1, "__proto__": 1}'))).toMatchObject([
    { pointer: '/__proto__', rule: 'unknown-property' },
  ])
})

test('what a value inherits is none of its members', () => {
  const value: unknown = Object.create({ product: 'tent', quantity: 1 })
  expect(createSchemaCheck(ORDER).find(value)).toHaveLength(2)
})

test.each([
  ['', 0],
  ['a', 1],
  ['😀', 1],
  ['😀😀', 2],
  ['a😀', 2],
  ['\ud83d', 1],
  ['\ude00\ud83d', 2],
  ['äöü', 3],
])('%j has so many characters: %i', (text, length) => {
  for (const bound of [0, 1, 2, 3, 4]) {
    const bounds = (schema: JsonSchema) => faults(schema, text).map(({ detail }) => detail)
    expect(bounds({ type: 'string', maxLength: bound })).toEqual(
      length > bound ? [`The value must NOT have more than ${bound} characters`] : [],
    )
    expect(bounds({ type: 'string', minLength: bound })).toEqual(
      length < bound ? [`The value must NOT have fewer than ${bound} characters`] : [],
    )
  }
})

const PERSON = { type: 'object', properties: { name: { type: 'string' } } }
const WITH_AGE = { type: 'object', properties: { age: { type: 'integer' } } }
const EXTRA = { name: 'x', extra: 1 }

test.each<[what: string, schema: JsonSchema, value: unknown, isRefused: boolean]>([
  ['by itself', PERSON, EXTRA, true],
  ['in an array', { type: 'array', items: PERSON }, [EXTRA], true],
  ['unless that is allowed', { ...PERSON, additionalProperties: true }, EXTRA, false],
  ['or of a type', { ...PERSON, additionalProperties: { type: 'integer' } }, EXTRA, false],
  ['in all of several', { allOf: [PERSON, WITH_AGE] }, { name: 'x', age: 1 }, false],
  ['beyond all of several', { allOf: [PERSON, WITH_AGE] }, { name: 'x', age: 1, extra: 1 }, true],
  ['by one of several', { anyOf: [PERSON, { type: 'null' }] }, EXTRA, true],
  ['by reference', { $ref: '#/$defs/p', $defs: { p: PERSON } }, EXTRA, true],
  ['by reference to another', { $ref: 'person' }, EXTRA, true],
  ['where none is named', { type: 'object' }, EXTRA, false],
  [
    'behind a reference that names none',
    { $ref: '#/$defs/o', $defs: { o: { type: 'object' } } },
    EXTRA,
    false,
  ],
  ['in what only asks', { type: 'object', not: PERSON }, EXTRA, true],
  [
    'in a tree',
    { type: 'object', properties: { child: { $ref: '#' } } },
    { child: { child: { x: 1 } } },
    true,
  ],
])('a member that no schema names is refused or not: %s', (_what, schema, value, isRefused) => {
  const options = { schemas: [{ $id: 'person', ...PERSON }] }
  expect(faults(schema, value, options).length > 0).toBe(isRefused)
})

test('unknown members pass where that is asked for', () => {
  expect(faults(PERSON, EXTRA, { unknownProperties: 'allow' })).toEqual([])
})

test('faults are bounded', () => {
  const schema = { type: 'array', items: { type: 'string' } }
  expect(
    faults(
      schema,
      Array.from({ length: 1_000 }, () => 1),
    ),
  ).toHaveLength(20)
})

test.each<[schema: JsonSchema, words: string]>([
  [{ type: 'string', pattern: '^(a+)+$' }, 'The pattern at /pattern'],
  [
    { type: 'object', patternProperties: { '(a|a)*b': {} } },
    'The pattern at /patternProperties/(a|a)*b',
  ],
  [{ $defs: { a: { type: 'string', pattern: '(' } } }, 'is no regular expression'],
])('%j is refused at once', (schema, words) => {
  expect(() => createSchemaCheck(schema)).toThrow(
    expect.objectContaining({ code: 'ST421', message: expect.stringContaining(words) }),
  )
})

test('what only looks like a pattern is none', () => {
  const schema = {
    type: 'object',
    const: { pattern: '(a+)+$' },
    properties: { pattern: { type: 'string' } },
  }
  expect(() => createSchemaCheck({ enum: [schema.const], type: 'object' }).compile()).not.toThrow()
})

test.each<[schema: JsonSchema]>([
  [{ type: 'strng' }],
  [{ type: 'object', propertys: {} }],
  [{ type: 'string', minimum: 1 }],
  [{ type: 'string', format: 'shoe-size' }],
  [{ $ref: 'nowhere' }],
  [{ type: 'array', prefixItems: [{}, {}] }],
])('%j is no schema, which is said when it is compiled', schema => {
  expect(() => createSchemaCheck(schema).compile()).toThrow(
    expect.objectContaining({ code: 'ST421' }),
  )
})

test.each<[format: string, good: string[], bad: string[]]>([
  [
    'date',
    ['2024-02-29', '0000-02-29', '1999-12-31'],
    ['2023-02-29', '2024-13-01', '2024-1-1', '2024-00-10'],
  ],
  ['time', ['23:59:60Z', '00:00:00.5+02:00'], ['24:00:00Z', '12:00:00', '12:00Z']],
  [
    'date-time',
    ['2024-02-29T12:00:00Z', '2024-02-29 12:00:00z'],
    ['2024-02-30T12:00:00Z', '2024-02-29'],
  ],
  [
    'email',
    ['a.b+c@example.org', "o'neil@x.example"],
    ['a@b@c', 'a', '@x', 'a@-x', 'a..b@x.org', 'a b@x.org'],
  ],
  ['hostname', ['example.org', 'a', 'a-b.c.'], ['-a.org', 'a_b', 'a..b', `${'a'.repeat(64)}.org`]],
  ['ipv4', ['127.0.0.1'], ['127.1', '256.0.0.1', '01.2.3.4']],
  ['ipv6', ['::1', 'fe80::1'], ['1', ':::']],
  [
    'uuid',
    ['123e4567-e89b-12d3-a456-426614174000'],
    ['123e4567', '{123e4567-e89b-12d3-a456-426614174000}'],
  ],
  ['uri', ['https://example.org/a?b#c', 'urn:isbn:1'], ['//x', 'https://a b', 'x', 'https://']],
  ['json-pointer', ['', '/a/~1b~0'], ['a', '/~2']],
  ['integer', ['0', '-1', '10'], ['01', '1.0', '', ' 1', '-0']],
  ['number', ['0.5', '-1e3'], ['.5', '1.', 'NaN', '']],
  ['boolean', ['true', 'false'], ['TRUE', '1', '']],
])('the format %s', (format, good, bad) => {
  const isOne = FORMATS[format] ?? (() => undefined)
  expect([good.map(isOne), bad.map(isOne)]).toEqual([good.map(() => true), bad.map(() => false)])
})

test.each(Object.entries(FORMAT_PATTERNS))(
  'the pattern of %s takes linear time',
  (_format, pattern) => {
    expect(whySlow(pattern.source)).toBeUndefined()
  },
)
