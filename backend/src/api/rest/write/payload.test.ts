import { expect, test } from 'vitest'
import { readPayload } from './payload.ts'

function payload(body: string | Buffer, type?: string, columns?: string[]) {
  const headers = type === undefined ? {} : { 'content-type': type }
  return readPayload({ headers, body: Buffer.from(body) }, 'insert', columns)
}

const JSON_ROW = { text: '{"a": 1}', isArray: false, columns: ['a'] }

test.each([
  undefined,
  '',
  'application/json',
  'application/json; charset=utf-8',
  'Application/JSON;charset=UTF-8',
  'application/vnd.pgrst.object+json',
  'application/vnd.pgrst.array+json;nulls=stripped',
])('a body of type %s is JSON', type => {
  expect(payload('{"a": 1}', type)).toEqual(JSON_ROW)
})

test('a form is one object, of equal names the last', () => {
  expect(payload('a=1&b=x+y%26&c&a=2&', 'application/x-www-form-urlencoded')).toEqual({
    text: '{"a":"2","b":"x y&","c":""}',
    isArray: false,
    columns: ['a', 'b', 'c'],
  })
})

test('CSV is an array of objects; a header alone has neither rows nor columns', () => {
  const rows = { text: '[{"a":"1"}]', isArray: true, columns: ['a'] }
  expect(payload('a\n1', 'text/csv; header=present')).toEqual(rows)
  expect(payload('a', 'text/csv')).toEqual({ text: '[]', isArray: true, columns: [] })
})

test('given columns are taken, and JSON is not looked into', () => {
  expect(payload('no json', undefined, ['x'])).toEqual({
    text: 'no json',
    isArray: false,
    columns: ['x'],
  })
  expect(payload(' [1', undefined, ['x'])).toMatchObject({ isArray: true })
  expect(payload('a,b\n1,2', 'text/csv', ['b'])).toMatchObject({ columns: ['b'] })
})

test('a PUT takes all keys, whatever columns say', () => {
  const body = Buffer.from('{"a": 1}')
  expect(readPayload({ headers: {}, body }, 'replace', ['b'])).toEqual(JSON_ROW)
})

test('a delete has no body, whatever came', () => {
  const input = { headers: { 'content-type': 'image/png' }, body: Buffer.from('x') }
  expect(readPayload(input, 'delete', undefined)).toBeUndefined()
})

test.each(['text/plain', 'application/octet-stream', 'nonsense', 'application/jsonx'])(
  'a body of type %s is refused',
  type => {
    expect(() => payload('{}', type)).toThrow(
      expect.objectContaining({
        code: 'PGRST102',
        status: 400,
        message: `Content-Type not acceptable: ${type}`,
      }),
    )
  },
)

test.each([
  [undefined, Buffer.from([0x7b, 0xff, 0x7d])],
  ['text/csv', Buffer.from([0x61, 0x0a, 0xc3])],
  ['application/x-www-form-urlencoded', Buffer.from([0x61, 0x3d, 0xff])],
  ['application/x-www-form-urlencoded', Buffer.from('a=%ff')],
  ['application/x-www-form-urlencoded', Buffer.from('a=%')],
])('a body of type %s that is no UTF-8 is refused', (type, body) => {
  expect(() => payload(body, type)).toThrow(expect.objectContaining({ code: 'PGRST102' }))
})

test.each([
  [undefined, '{"a": 1}', JSON_ROW],
  ['text/csv', 'a\n1', { text: '[{"a":"1"}]', isArray: true, columns: ['a'] }],
  [
    'application/x-www-form-urlencoded',
    'a=1',
    { text: '{"a":"1"}', isArray: false, columns: ['a'] },
  ],
])('the byte order mark of a body of type %s is no part of it', (type, text, read) => {
  expect(payload(`\ufeff${text}`, type)).toEqual(read)
})

test('with columns no byte order mark reaches PostgreSQL either', () => {
  const taken = { text: '[{"a": 1}]', isArray: true, columns: ['a'] }
  expect(payload('\ufeff[{"a": 1}]', undefined, ['a'])).toEqual(taken)
})

test('a compressed body is refused by its name', () => {
  const compressed = (encoding: string) => {
    const headers = { 'content-encoding': encoding }
    return readPayload({ headers, body: Buffer.from('{"a": 1}') }, 'insert', undefined)
  }
  expect(compressed('Identity')).toEqual(JSON_ROW)
  expect(() => compressed('gzip')).toThrow(
    expect.objectContaining({
      code: 'PGRST102',
      status: 400,
      message: 'Content-Encoding not acceptable: gzip',
    }),
  )
})

test('characters come through as they are', () => {
  const text = '{"größe": "圍棋 🦆 \\u0041"}'
  expect(payload(text)).toEqual({ text, isArray: false, columns: ['größe'] })
})
