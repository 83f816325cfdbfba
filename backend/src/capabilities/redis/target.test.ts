import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../tests/support/folder.ts'
import { parseRedisUrl, placeOf } from './target.ts'

test('a URL says everything, or the usual holds', () => {
  expect(parseRedisUrl('redis://us%40er:pass%3Aword@example.com:1234/7')).toEqual({
    host: 'example.com',
    port: 1234,
    username: 'us@er',
    password: 'pass:word',
    database: 7,
    isTls: false,
    authority: undefined,
  })
  const bare = { host: 'localhost', port: 6379, username: undefined, password: undefined }
  expect(parseRedisUrl('redis://')).toMatchObject({ ...bare, database: 0, isTls: false })
  expect(parseRedisUrl('redis://:secret@h')).toMatchObject({
    username: undefined,
    password: 'secret',
  })
})

test('rediss is TLS, and may name an authority', () => {
  const path = join(temporaryFolder('redis'), 'ca.pem')
  writeFileSync(path, 'PEM')
  expect(parseRedisUrl('rediss://h')).toMatchObject({ isTls: true, authority: undefined })
  expect(parseRedisUrl(`rediss://h?cacert=${path}`)).toMatchObject({ authority: 'PEM' })
})

test.each([
  ['http://user:hunter2@h', 'redis://'],
  ['hunter2', 'redis://'],
  ['redis://user:hunter2@h:99999', 'redis://'],
  ['redis://user:hunter2%@h', 'hexadecimal'],
  ['redis://user:hunter2@h/orders', 'number of a database'],
  ['redis://user:hunter2@h?family=6', "parameter 'family'"],
  ['rediss://user:hunter2@h?cacert=/nowhere', '/nowhere'],
])('%s is refused without being shown', (url, reason) => {
  let thrown: unknown
  try {
    parseRedisUrl(url)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({ code: 'ST040', message: expect.stringContaining(reason) })
  expect(String(thrown)).not.toContain('hunter2')
})

test('a place is host and port', () => {
  expect(placeOf(parseRedisUrl('redis://user:hunter2@example.com'))).toBe('example.com:6379')
  expect(placeOf(parseRedisUrl('redis://[::1]:7000'))).toBe('[::1]:7000')
})
