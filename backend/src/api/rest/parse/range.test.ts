import { expect, test } from 'vitest'
import { contentRange, describePage } from './page.ts'
import { ALL_ROWS, combineRanges, parseLimit, parseOffset, parseRange } from './range.ts'

test('a Range header asks for rows, closed or open', () => {
  expect(parseRange('GET', '0-9')).toEqual({ offset: 0, limit: 10 })
  expect(parseRange('GET', '5-5')).toEqual({ offset: 5, limit: 1 })
  expect(parseRange('GET', '10-')).toEqual({ offset: 10, limit: undefined })
})

test('other methods and other forms of the Range header ask for nothing', () => {
  for (const method of ['HEAD', 'POST', 'PATCH', 'PUT', 'DELETE']) {
    expect(parseRange(method, '0-9')).toBeUndefined()
  }
  for (const header of [undefined, '', '-', '5', '-5', 'bytes=0-9', '0-9,20-29', '0--1', 'a-b']) {
    expect(parseRange('GET', header)).toBeUndefined()
  }
})

test('a Range header upside down is PGRST103', () => {
  const details =
    'The lower boundary must be lower than or equal to the upper boundary in the Range header.'
  const error = { code: 'PGRST103', status: 416, details }
  expect(() => parseRange('GET', '1-0')).toThrow(expect.objectContaining(error))
})

test('header and query string together ask for the rows of both', () => {
  expect(combineRanges(undefined, undefined, undefined)).toEqual(ALL_ROWS)
  expect(combineRanges({ offset: 0, limit: 2 }, 3, undefined)).toEqual({ offset: 0, limit: 2 })
  expect(combineRanges({ offset: 5, limit: undefined }, 10, 2)).toEqual({ offset: 5, limit: 7 })
  expect(combineRanges(undefined, undefined, 4)).toEqual({ offset: 4, limit: undefined })
  expect(combineRanges({ offset: 9, limit: 1 }, 0, 3)).toEqual({ offset: 0, limit: 0 })
})

test('a header and a query string without a common row are PGRST103', () => {
  const error = { code: 'PGRST103', details: 'The Range header and limit/offset share no row.' }
  const combine = () => combineRanges({ offset: 0, limit: 2 }, 5, 2)
  expect(combine).toThrow(expect.objectContaining(error))
})

test('limits and offsets are whole numbers; huge ones are as large as can be exact', () => {
  expect(parseLimit(' 5 ')).toBe(5)
  expect(parseLimit('1.5')).toBeUndefined()
  expect(parseLimit('9'.repeat(400))).toBe(Number.MAX_SAFE_INTEGER)
  expect(parseOffset('-3')).toBe(0)
  expect(parseOffset('')).toBeUndefined()
})

test('an answer says which rows it has, and 206 when the total is larger', () => {
  expect(describePage(0, 15, null)).toEqual({ status: 200, contentRange: '0-14/*' })
  expect(describePage(0, 15, 15)).toEqual({ status: 200, contentRange: '0-14/15' })
  expect(describePage(10, 5, 15)).toEqual({ status: 206, contentRange: '10-14/15' })
  expect(describePage(0, 0, null)).toEqual({ status: 200, contentRange: '*/*' })
  expect(describePage(0, 0, 0)).toEqual({ status: 200, contentRange: '*/0' })
  expect(describePage(15, 0, 15)).toEqual({ status: 206, contentRange: '*/15' })
  expect(contentRange(1, 0, 3)).toBe('*/3')
})

test('an offset behind the total is 416 and tells the total', () => {
  const error = {
    code: 'PGRST103',
    status: 416,
    message: 'Requested range not satisfiable',
    details: 'An offset of 100 was requested, but there are only 15 rows.',
    headers: { 'content-range': '*/15' },
  }
  expect(() => describePage(100, 0, 15)).toThrow(expect.objectContaining(error))
})
