import { afterAll, beforeAll, expect, test } from 'vitest'
import { runnerOf } from '../../tests/support/command-line.ts'
import { createDatabase, type TestDatabase } from '../../tests/support/database.ts'

let database: TestDatabase
beforeAll(async () => void (database = await createDatabase()))
afterAll(() => database.drop())

const run = runnerOf('streams')

test('it enables, tells, and disables, each of them as often as one likes', async () => {
  const { url } = database
  expect(await run(['status', url])).toEqual({ code: 0, text: 'Streams are not enabled\n' })
  const users = 'Servers that log in as authenticator may use them\n'
  const enabled = `Streams are enabled: schema s_tier, version 1\n${users}`
  expect(await run(['enable', url, '--for', 'authenticator'])).toEqual({ code: 0, text: enabled })
  expect((await run(['enable', url])).text).toBe(
    enabled.replace('are enabled', 'were enabled already'),
  )
  expect((await run(['status', url])).text).toMatch(/\n0 events in 0 streams, in \d+ kB\n$/)
  const disabled = { code: 0, text: 'Streams are disabled: nothing is left\n' }
  expect(await run(['disable', url])).toEqual(disabled)
  expect((await run(['disable', url])).text).toBe('Streams are not enabled\n')
})

test('events are removed only when somebody says so', async () => {
  const { url } = database
  await run(['enable', url])
  const event = `[{"id":"0190163d-8694-739b-aea5-966c26f8ad91","type":"a","data":1}]`
  await database.query(`select s_tier.stream_append('one', -1, $1)`, [event])
  const refused = await run(['disable', url])
  expect(refused).toMatchObject({ code: 2, text: expect.stringContaining('1 events in 1 streams') })
  expect((await run(['status', url])).text).toContain('1 events in 1 streams')
  expect((await run(['disable', url, '--with-events'])).code).toBe(0)
  const left = await database.query(`select from pg_namespace where nspname = 's_tier'`)
  expect(left).toEqual([])
})

test.each([
  [[], 2, 'enable, disable or status'],
  [['constructor'], 2, "There is no 'constructor'"],
  [['status'], 3, 's-tier streams status postgres://'],
])('%j ends with %i', async (argv, code, text) => {
  expect(await run(argv)).toEqual({ code, text: expect.stringContaining(text) })
})
