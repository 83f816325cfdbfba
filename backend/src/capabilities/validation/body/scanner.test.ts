import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import { createBodyGuard } from './guard.ts'
import type { BodyOptions } from './options.ts'

const RUNS = Number(process.env['STIER_FUZZ_RUNS'] ?? 6_000)

/** Takes whatever is JSON. */
const ANYTHING: BodyOptions = Object.freeze({
  depthMax: 1_000,
  keysMax: 1_000_000,
  itemsMax: 1_000_000,
  stringBytesMax: 1_000_000_000,
  duplicateKeys: 'allow',
  pollutingKeys: 'allow',
  nulCharacters: 'allow',
  loneSurrogates: 'allow',
  lossyNumbers: 'allow',
})
const lenient = createBodyGuard(ANYTHING)
const strict = createBodyGuard({ ...ANYTHING, duplicateKeys: 'refuse', lossyNumbers: 'refuse' })

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** JSON, with spaces and escapes of all kinds, and JSON with a few characters of it changed. */
const json = fc
  .tuple(fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' }), fc.constantFrom(undefined, 1, '\t'))
  .map(([value, space]) => JSON.stringify(value, undefined, space))
const PIECES = [
  ...[
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    ' ',
    '\n',
    '\r',
    '\t',
    '0',
    '-',
    '1',
    '.',
    'e',
    'E+',
    '-1',
  ],
  ...[
    'true',
    'null',
    'nul',
    '\\u',
    '\\ud83d',
    '\\ude00',
    '\\u0000',
    '\\uD8',
    '\\x',
    '\u0000',
    '\u001f',
  ],
  ...['\u007f', '\ud83d', '\ude00', '\u2028', '\ufeff', '1e5', '01', '1.', '.5', '/*', "'", 'NaN'],
]
const mutated = fc
  .tuple(
    json,
    fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.constantFrom(...PIECES)), { maxLength: 3 }),
  )
  .map(([text, changes]) =>
    changes.reduce((changed, [place, dropped, piece]) => {
      const at = place % (changed.length + 1)
      return changed.slice(0, at) + piece + changed.slice(at + dropped)
    }, text),
  )
const soup = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map(pieces => pieces.join(''))

test(`the scanner and JSON.parse agree on what is JSON (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.oneof(json, mutated, mutated, soup), text => {
      expect(lenient.find(text) === undefined).toBe(isJson(text))
    }),
    { seed, numRuns: RUNS },
  )
})

test(`what passes says the same after JSON.parse and back (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.oneof(json, mutated), text => {
      if (strict.find(text) !== undefined) return
      const value: unknown = JSON.parse(text)
      const again = JSON.stringify(value)
      expect(strict.find(again)).toBeUndefined()
      expect(JSON.parse(again)).toEqual(value)
      expect(countOf(again)).toEqual(countOf(text)) // No member was lost on the way.
    }),
    { seed, numRuns: RUNS / 4 },
  )
})

/** Structure without strings. */
function countOf(text: string): number {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"/gs, '').replaceAll(/[^:,[{]/g, '').length
}

test.each<[text: string, rule: string, pointer: string, options?: BodyOptions]>([
  ['{"a": [1, {"b": [', 'syntax', '/a/1/b/0'],
  ['', 'syntax', ''],
  ['1 2', 'syntax', ''],
  ['{"a": {"b": [[1]]}}', 'depth', '/a/b/0', { depthMax: 3 }],
  ['[0, {"a": 1, "b": 2, "c": 3}]', 'keys', '/1', { keysMax: 2 }],
  ['{"a": [1, 2, 3]}', 'items', '/a', { itemsMax: 2 }],
  ['[[1], [2]]', 'values', '/1/0', { valuesMax: 4 }],
  ['{"a": {"b": "äöü"}}', 'string', '/a/b', { stringBytesMax: 5 }],
  ['["\\u00e4\\u00f6\\u00fc"]', 'string', '/0', { stringBytesMax: 5 }],
  ['{"too long": 1}', 'string', '/too long', { stringBytesMax: 5 }],
  ['{"a/b~": {"x": 1, "y": 2, "x": 3}}', 'duplicate-key', '/a~1b~0/x'],
  ['[{"x": 1, "\\u0078": 2}]', 'duplicate-key', '/0/x'],
  ['[{"\\u0078": 1, "x": 2}]', 'duplicate-key', '/0/x'],
  ['{"a": {"__proto__": {"isAdmin": true}}}', 'polluting-key', '/a/__proto__'],
  ['{"\\u005f_proto__": 1}', 'polluting-key', '/__proto__'],
  ['{"constructor": {"prototype": {}}}', 'polluting-key', '/constructor/prototype'],
  ['{"constructor": {"a": {}, "prototype": {}}}', 'polluting-key', '/constructor/prototype'],
  ['["a\\u0000"]', 'nul', '/0'],
  ['{"\\u0000": 1}', 'nul', '/\u0000'],
  ['["\\ud83d"]', 'surrogate', '/0'],
  ['["\\ude00"]', 'surrogate', '/0'],
  ['["\\ud83d\\ud83d\\ude00"]', 'surrogate', '/0'],
  ['["\ud83d"]', 'surrogate', '/0'],
  ['["\\u001b[31m"]', 'control', '/0', { controlCharacters: 'refuse' }],
  ['["\\b"]', 'control', '/0', { controlCharacters: 'refuse' }],
  ['{"id": 9007199254740993}', 'number', '/id'],
  ['[0.1, 1e400]', 'number', '/1'],
])('%j: %s', (text, rule, pointer, options = {}) => {
  const error = createBodyGuard(options).find(text)
  expect(error?.faults).toMatchObject([{ rule, pointer }])
  if (!/\p{Surrogate}/u.test(text)) {
    expect(createBodyGuard(options).find(Buffer.from(text))?.faults).toEqual(error?.faults)
  }
  expect(() => createBodyGuard(options).check(text)).toThrow(
    expect.objectContaining({ code: error?.code }),
  )
})

test.each<[text: string, options?: BodyOptions]>([
  ['{"constructor": "Ferrari", "prototype": "yes"}'],
  ['{"prototype": {"constructor": 1}}'],
  ['[{"a": 1}, {"a": 2}, {"b": {"a": {"a": 1}}}]'],
  ['["\\ud83d\\ude00", "😀", "\\t\\n\\r"]', { controlCharacters: 'refuse' }],
  ['[0.1, -0, 1.0, 1e3, 123456789012345, 9007199254740992, 100000000000000000000, 1E-7]'],
  ['{"a": "äöü"}', { stringBytesMax: 6 }],
  ['["\\u00e4\\u00f6\\u00fc"]', { stringBytesMax: 6 }],
])('%s passes', (text, options = {}) => {
  expect(createBodyGuard(options).find(text)).toBeUndefined()
})

test('a key that comes again is found among any number of keys, and no other one is', () => {
  const guard = createBodyGuard({ keysMax: 100_000 })
  for (const size of [12, 13, 14, 100, 5_000]) {
    const members = Array.from({ length: size }, (_, index) => `"key${index}": {"key0": 1}`)
    expect(guard.find(`{${members.join()}}`)).toBeUndefined()
    const [again = ''] = members
    expect(guard.find(`{${[...members, again].join()}}`)?.faults[0]?.pointer).toBe('/key0')
  }
})

test('U+FFFD is a character', () => {
  expect(createBodyGuard().find('{"\ufffd": "\ufffd"}')).toBeUndefined()
  expect(createBodyGuard().find('{"ä\ufffd": ["\ud800"]}')?.faults).toMatchObject([
    { rule: 'surrogate', pointer: '/ä\ufffd/0' },
  ])
})

test('a guard that refused is as good as new, whatever it was inside of', () => {
  const guard = createBodyGuard({ depthMax: 3 })
  for (const text of ['[[[[', '{"a": {"b": 1, "b": 2}}', '{"a": "x', '{"a": {"__proto__": 1}}']) {
    expect(guard.find(text)).toBeDefined()
    expect(guard.find('{"a": {"b": [1]}}')).toBeUndefined()
  }
})

test.each([
  ['brackets', '['.repeat(9_000_000), 'depth'],
  ['braces', '{"a":'.repeat(2_000_000), 'depth'],
  ['items', `[${'0,'.repeat(4_000_000)}0]`, 'items'],
  ['one string', `["${'x'.repeat(9_000_000)}"]`, 'string'],
  ['escapes', `["${'\\u0041'.repeat(1_500_000)}"]`, 'string'],
  ['keys', `{${Array.from({ length: 500_000 }, (_, n) => `"${n}":0`).join()}}`, 'keys'],
  ['digits', `[${'9'.repeat(9_000_000)}]`, 'number'],
  ['a string that does not end', `["${'\\"'.repeat(4_000_000)}`, 'syntax'],
])('a bomb of %s is refused in one pass', (_what, text, rule) => {
  expect(createBodyGuard().find(text)?.faults[0]?.rule).toBe(rule)
})
