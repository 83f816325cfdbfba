import { afterAll, beforeAll, expect, test } from 'vitest'
import { runnerOf } from '../../tests/support/command-line.ts'
import { createDatabase, type TestDatabase } from '../../tests/support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database.drop())

const run = runnerOf('limits')
const RULE = '{"limit": 100, "per": ["user"]}'

test('it enables, sets, lists, removes and disables', async () => {
  const { url } = database
  const nothing = { code: 0, text: 'The table of limits is not enabled\n' }
  expect(await run(['list', url])).toEqual(nothing)
  const users = 'Servers that log in as authenticator may read it\n'
  expect(await run(['enable', url, '--for', 'authenticator'])).toEqual({
    code: 0,
    text: `The table of limits is enabled: s_tier.limits, version 1\n${users}`,
  })
  expect((await run(['enable', url])).text).toContain('was enabled already')
  expect((await run(['list', url])).text).toBe(`There are no limits in it\n${users}`)
  expect((await run(['set', 'per-user', RULE, url])).code).toBe(0)
  expect((await run(['set', 'default:anon', 'null', url])).code).toBe(0)
  expect((await run(['list', url])).text).toBe(
    'per-user {"per":["user"],"limit":100}\ndefault:anon null\n',
  )
  expect((await run(['set', 'per-user', '{"limit": 5}', url])).code).toBe(0)
  expect((await run(['remove', 'default:anon', url])).text).toBe(
    "The limit 'default:anon' is removed\n",
  )
  expect((await run(['remove', 'default:anon', url])).text).toContain('There was no limit')
  expect((await run(['list', url])).text).toBe('per-user {"limit":5}\n')
  expect((await run(['disable', url])).text).toContain('is gone')
  expect(await run(['disable', url])).toEqual(nothing)
})

test('a server may read it, and nothing else', async () => {
  const { url, authenticatorUrl } = database
  await run(['enable', url, '--for', 'authenticator'])
  await run(['set', 'per-user', RULE, url])
  const [read] = await database.query('select s_tier.limits_all() as rules')
  expect(read).toEqual({ rules: '{"per-user": {"per": ["user"], "limit": 100}}' })
  const refused = await run(['set', 'per-user', '{"limit": 5}', authenticatorUrl])
  expect(refused).toEqual({ code: 4, text: expect.stringContaining('permission denied') })
  await run(['disable', url])
})

test.each([
  [[], 2, 'enable, disable, list, set or remove'],
  [['constructor'], 2, "There is no 'constructor'"],
  [['set', 'a'], 2, "s-tier limits set name '{rule}' [postgres://…]"],
  [['list'], 3, 's-tier limits list postgres://'],
  [['list', 'mysql://x/y'], 3, 'ST030'],
])('%j ends with %i', async (argv, code, text) => {
  expect(await run(argv)).toEqual({ code, text: expect.stringContaining(text) })
})

test('a wrong rule is not set', async () => {
  const { url } = database
  expect((await run(['set', 'a', RULE, url])).text).toContain('s-tier limits enable first')
  await run(['enable', url])
  expect((await run(['set', 'a', '{', url])).text).toContain('The rule is no JSON')
  const wrong = await run(['set', 'a', '{"limit": -1}', url])
  expect(wrong.code).not.toBe(0)
  expect(wrong.text).toContain("limit of 'a' must be")
  expect((await run(['list', url])).text).toContain('There are no limits in it')
  await run(['disable', url])
})
