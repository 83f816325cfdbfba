import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { parameter, sql } from '../../base/index.ts'
import { guarded, guardedRows } from './guard.ts'
import type { RowsGuard } from './types.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase('create table things (id int)')
})
afterAll(() => database.drop())

/** Inserts this many rows under a guard, and tells the answer or the number that the guard refused. */
async function insert(rows: number, guard: RowsGuard | undefined, max: string[] = []) {
  const body = guarded(sql`'body'`, sql`count(*)`, guard, item => item)
  const things = sql`insert into things select generate_series(1, $1::int) returning 1`
  const { text } = sql`with w as (${things}) select ${body} as body from w`
  try {
    const [row] = await database.query<{ body: string }>(text, [rows, ...max])
    return row?.body
  } catch (error) {
    return guardedRows(error) ?? error
  }
}

const left = async () => (await database.query('select from things')).length
const AT_MOST: RowsGuard = { kind: 'at-most', rows: parameter(2) }

test('one row is one row', async () => {
  expect(await insert(0, { kind: 'one' })).toBe(0)
  expect(await insert(2, { kind: 'one' })).toBe(2)
  expect(await left()).toBe(0)
  expect(await insert(1, { kind: 'one' })).toBe('body')
  expect(await left()).toBe(1)
})

test('more rows than allowed leave nothing behind', async () => {
  await database.query('truncate things')
  expect(await insert(3, AT_MOST, ['2'])).toBe(3)
  expect(await left()).toBe(0)
  expect(await insert(2, AT_MOST, ['2'])).toBe('body')
  expect(await insert(0, AT_MOST, ['-1'])).toBe(0)
  expect(await left()).toBe(2)
})

test('without a guard every number is good, and nothing is added to the statement', async () => {
  expect(await insert(5, undefined)).toBe('body')
  expect(guarded(sql`body`, sql`count(*)`, undefined, item => item).text).toBe('body')
})

test('a refusal is understood in any language', async () => {
  const german = 'nicht erkannter Konfigurationsparameter »s-tier rows: 12«'
  expect(guardedRows(Object.assign(new Error(german), { code: '42704' }))).toBe(12)
})

test('no setting has the name, and none can be made', async () => {
  const made = database.query(`select set_config('s-tier rows: 1', 'x', false)`)
  await expect(made).rejects.toMatchObject({ code: '42704' })
})

test('errors of other kinds are no refusals, even when they hold the words', async () => {
  const caught = async (text: string) => {
    try {
      return await database.query(text)
    } catch (error) {
      return guardedRows(error)
    }
  }
  expect(await caught(`select 's-tier rows: 5'::int`)).toBeUndefined()
  expect(await caught(`select current_setting('no.such')`)).toBeUndefined()
  expect(await caught(`select '"s-tier rows: 5"'::regclass`)).toBeUndefined()
  expect(guardedRows(new Error('s-tier rows: 5'))).toBeUndefined()
})
