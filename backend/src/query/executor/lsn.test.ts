import { expect, test } from 'vitest'
import { lsnIn } from './lsn.ts'

test('a commit stands before the end of what is inserted, flushed or not', () => {
  expect(lsnIn([['0/1A2B3C4D', '0/1A2B3C00']])).toBe('0/1A2B3C4D')
  expect(lsnIn([['16/B374D848', '16/B374D848']])).toBe('16/B374D848')
})

test('the header of a page that nothing stands on yet is no commit', () => {
  expect(lsnIn([['0/5000028', '0/5000000']])).toBe('0/5000000')
  expect(lsnIn([['0/5002018', '0/5002000']])).toBe('0/5002000')
  expect(lsnIn([['0/5000048', '0/5000000']])).toBe('0/5000048')
})

test('without an answer there is no place', () => {
  expect([lsnIn(undefined), lsnIn([]), lsnIn([[null, null]])]).toEqual(Array(3).fill(undefined))
})
