import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { hasFunction } from './pre-request.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase(`
    create schema auth;
    create function auth.check_request() returns void language sql as '';
    create function auth.with_default(a int default 1) returns void language sql as '';
    create function auth.with_argument(a int) returns void language sql as '';
    create table auth.seen (id int)`)
})
afterAll(() => database.drop())

test.each([
  ['auth.check_request', [], true],
  ['auth.with_default', [], true],
  ['check_request', ['public', 'auth'], true],
  ['check_request', ['public'], false],
  ['now', ['public'], true],
  ['auth.with_argument', ['auth'], false],
  ['auth.nothing', ['auth'], false],
  ['nowhere.check_request', ['auth'], false],
  ['auth.seen', ['auth'], false],
  ["x' or true --", ['auth'], false],
])('%s with the search path %j can be called: %s', async (name, searchPath, expected) => {
  const queryable = {
    query: (text: string, values: readonly string[] = []) => database.query(text, [...values]),
  }
  expect(await hasFunction(queryable, name, searchPath)).toBe(expected)
})
