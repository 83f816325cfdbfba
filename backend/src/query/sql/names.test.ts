import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { literal, sql } from '../../base/index.ts'
import { castTo } from './names.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database.drop())

test.each([
  ['1.23456', 'interval(3)', '00:00:01.235'],
  ['1 year 1.6', 'interval(0)', '1 year 00:00:02'],
  ['1.23456', 'interval', '00:00:01.23456'],
  ['10:00:00.67', 'time(0)', '10:00:01'],
  ['1.239', 'numeric(4,2)', '1.24'],
  ['abc', 'character', 'a'],
  ['abc', 'character varying(2)', 'ab'],
])('%s as %s is %s', async (text, type, expected) => {
  const statement = sql`select ${castTo(literal(text), type)}::text as value`
  expect(await database.query(statement.text)).toEqual([{ value: expected }])
})
