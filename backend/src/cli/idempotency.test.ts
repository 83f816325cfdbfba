import { afterAll, beforeAll, expect, test } from 'vitest'
import { runnerOf } from '../../tests/support/command-line.ts'
import { createDatabase, type TestDatabase } from '../../tests/support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database.drop())

const run = runnerOf('idempotency')

test('it enables, tells, and disables, each of them as often as one likes', async () => {
  const { url } = database
  expect(await run(['status', url])).toEqual({
    code: 0,
    text: 'Idempotency keys are not enabled\n',
  })
  const users = 'Servers that log in as authenticator may use them\n'
  expect(await run(['enable', url, '--for', 'authenticator'])).toEqual({
    code: 0,
    text: `Idempotency keys are enabled: schema s_tier, version 1\n${users}`,
  })
  expect((await run(['enable', url])).text).toBe(
    `Idempotency keys were enabled already: schema s_tier, version 1\n${users}`,
  )
  expect((await run(['status', url])).text).toMatch(
    /version 1\nServers .*\n0 answers are kept, in \d+ kB\n$/,
  )
  await database.query(`insert into s_tier.idempotency_keys
    values ('authenticator', '\\x01', '\\x02', '{}', now() + interval '1 hour')`)
  expect((await run(['status', url])).text).toMatch(/\n1 answer is kept, in \d+ kB\n$/)
  const disabled = 'Idempotency keys are disabled: nothing is left\n'
  expect(await run(['disable', url])).toEqual({ code: 0, text: disabled })
  expect((await run(['disable', url])).text).toBe('Idempotency keys are not enabled\n')
})

test('the role that servers log in as is taken from the configuration', async () => {
  const environment = { DATABASE_URL: database.authenticatorUrl }
  expect((await run(['enable', database.url], environment)).text).toContain('as authenticator may')
  await run(['disable', database.url])
  const admin = { DATABASE_URL: database.url }
  expect((await run(['enable'], admin)).text).toContain('add --for role')
  await database.query('create table s_tier.mine ()')
  expect((await run(['disable'], admin)).text).toContain('the schema s_tier stays')
  await database.query('drop schema s_tier cascade')
})

test.each([
  [[], 2, 'enable, disable or status'],
  [['constructor'], 2, "There is no 'constructor'"],
  [['status'], 3, 's-tier idempotency status postgres://'],
  [['status', 'mysql://x/y'], 3, 'ST030'],
  [['status', 'app'], 3, 'ST030'],
  [['enable', 'postgres://a%zz@localhost/x'], 3, 'ST030'],
  [['status', 'postgres://nobody:x@127.0.0.1:1/none'], 4, 'ST031'],
])('%j ends with %i', async (argv, code, text) => {
  expect(await run(argv)).toEqual({ code, text: expect.stringContaining(text) })
})

test('a role that may not is told so, and one that does not exist as well', async () => {
  const refused = await run(['enable', database.authenticatorUrl])
  expect(refused).toEqual({
    code: 4,
    text: expect.stringContaining('permission denied for database'),
  })
  const unknown = await run(['enable', database.url, '--for', 'nobody'])
  expect(unknown).toEqual({
    code: 4,
    text: expect.stringMatching(
      /role "nobody" does not exist\n {2}What to do: .*create role "nobody"/,
    ),
  })
  expect((await run(['status', database.url])).text).toBe('Idempotency keys are not enabled\n')
})
