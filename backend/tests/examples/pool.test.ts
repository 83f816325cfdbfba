import { expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { PATIENCE, runExample } from './example.ts'

test('a service on the pool: deadlines, tidy sessions, and an end that leaves no connection', async () => {
  const database = await createDatabase()
  const sessions = async (where: string) =>
    (
      await database.query(
        `select 1 from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and ${where}`,
      )
    ).length
  const { json, stop } = await runExample('pool/service.mjs', { DATABASE_URL: database.url })
  expect((await json('/now')).body).toEqual({ now: expect.any(String) })
  const reports = await Promise.all(Array.from({ length: 4 }, () => json('/report')))
  for (const { body } of reports) expect(body).toMatchObject([{ answer: 42 }])

  const late = await json('/too-slow')
  expect(late).toMatchObject({ status: 504, body: { code: 'ST514' } })
  expect(late.headers.get('retry-after')).toBe('1')
  await expect
    .poll(() => sessions(`query like '%pg_sleep(60)%' and state = 'active'`), PATIENCE)
    .toBe(0)

  for (let round = 0; round < 5; round++) expect((await json('/untidy')).status).toBe(200)
  await expect.poll(() => sessions(`application_name = 'untidy'`), PATIENCE).toBe(0)

  const { body } = await json('/pool')
  expect(body).toMatchObject({ waiting: 0, closed: { unclean: 0, broken: 0, dead: 0 } })
  expect(await stop()).toBe(0)
  await expect.poll(() => sessions(`application_name = 's-tier'`), PATIENCE).toBe(0)
  await database.drop()
})
