import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import { JsonText } from './json-text.ts'
import { scanRows } from './scan-rows.ts'

const scan = (text: string, given?: readonly string[]) => {
  const values: unknown[] = []
  const scanned = scanRows(
    text,
    {
      key: () => undefined,
      value: (index, row, json) => void values.push([row, index, json.kind, json.valueText()]),
      rowEnd: () => undefined,
    },
    given,
  )
  return scanned && { ...pick(scanned), values }
}

const pick = ({
  keys,
  isArray,
  isUneven,
  isRepeated,
  nulRow,
}: NonNullable<ReturnType<typeof scanRows>>) => ({
  keys,
  isArray,
  isUneven,
  isRepeated,
  nulRow,
})

const EVEN = { isUneven: false, isRepeated: false, nulRow: -1 }

test('values come as they are written, and strings without their quotes', () => {
  expect(scan(' {"a" : 1.50, "b":"x\\u0041\\n" , "c":{ "d":[ 1 ,{} ] } ,"e":null}\n')).toEqual({
    keys: ['a', 'b', 'c', 'e'],
    isArray: false,
    ...EVEN,
    values: [
      [0, 0, 'number', '1.50'],
      [0, 1, 'string', 'xA\n'],
      [0, 2, 'object', '{ "d":[ 1 ,{} ] }'],
      [0, 3, 'null', 'null'],
    ],
  })
})

test('rows have their keys in any order, however they are spelled', () => {
  expect(scan('[{"a":1,"b":2},{"b":3,"\\u0061":4}]')).toMatchObject({
    keys: ['a', 'b'],
    isArray: true,
    ...EVEN,
    values: [
      [0, 0, 'number', '1'],
      [0, 1, 'number', '2'],
      [1, 1, 'number', '3'],
      [1, 0, 'number', '4'],
    ],
  })
})

test('with given keys others are passed over', () => {
  expect(scan('[{"x":0,"b":1},{"a":2}]', ['a', 'b'])).toMatchObject({
    keys: ['a', 'b'],
    isUneven: false,
    values: [
      [0, 1, 'number', '1'],
      [1, 0, 'number', '2'],
    ],
  })
})

test.each([
  ['[{"a":1},{"b":1}]', { isUneven: true }],
  ['[{"a":1},{}]', { isUneven: true }],
  ['[{"a":1,"a":2}]', { isRepeated: true }],
  ['[{"a":1},{"a":["\\u0000"]}]', { nulRow: 1 }],
  ['{"a":"\\\\u0000"}', { nulRow: -1 }],
  ['[]', { keys: [], isArray: true }],
  ['{}', { keys: [], isArray: false }],
])('%s', (text, found) => {
  expect(scan(text)).toMatchObject(found)
})

test('a text may be nested as deep as it likes', () => {
  const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
  expect(scanRows(deep)?.keys).toEqual(['a'])
  expect(scanRows(deep.slice(0, -2))).toBeUndefined()
})

/** Texts that are JSON, and what becomes of them when something is changed. */
const texts = fc
  .tuple(
    fc.json({ maxDepth: 4 }),
    fc.nat(),
    fc.constantFrom(
      '',
      '"',
      '\\',
      ',',
      '}',
      ']',
      '0',
      '-',
      ' ',
      '\n',
      'e',
      '\u0001',
      ':',
      '.',
      't',
      '\\u12',
    ),
    fc.nat(2),
  )
  .map(([text, at, piece, removed]) => {
    const place = at % (text.length + 1)
    return text.slice(0, place) + piece + text.slice(place + removed)
  })

test(`what is JSON is what JSON.parse says it is; seed ${seed}`, () => {
  fc.assert(
    fc.property(fc.oneof(fc.json({ maxDepth: 4 }), texts), text => {
      const json = new JsonText(text)
      json.skipSpace()
      expect(json.readValue() && json.isAtEnd).toBe(isJson(text))
    }),
    { seed, numRuns: 3_000 },
  )
})

test(`keys are those of the objects; seed ${seed}`, () => {
  const rows = fc.array(fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue(), { maxKeys: 4 }))
  fc.assert(
    fc.property(rows, objects => {
      const scanned = scanRows(JSON.stringify(objects))
      const sorted = objects.map(object => JSON.stringify(Object.keys(object).sort()))
      expect(scanned?.isUneven).toBe(new Set(sorted).size > 1)
      const [first = {}] = objects
      expect([...(scanned?.keys ?? [])].sort()).toEqual(Object.keys(first).sort())
    }),
    { seed, numRuns: 500 },
  )
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
