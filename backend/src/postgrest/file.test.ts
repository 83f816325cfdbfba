import { expect, test } from 'vitest'
import { parseParameterFile } from './file.ts'

const parse = (text: string, environment: Record<string, string> = {}) =>
  Object.fromEntries(parseParameterFile(text, environment).parameters)

test('texts in quotes, numbers and switches are read, comments and empty lines are not', () => {
  expect(
    parse(String.raw`
      # A comment
      db-uri       = "postgres://a:b@c:5433/d"   # and another
      db-pool=20
      jwt-secret-is-base64 = false
      server-host="!4"
      app.settings.key = "a \"quoted\" \\ text\tof é"
    `),
  ).toEqual({
    'db-uri': 'postgres://a:b@c:5433/d',
    'db-pool': '20',
    'jwt-secret-is-base64': 'false',
    'server-host': '!4',
    'app.settings.key': 'a "quoted" \\ text\tof é',
  })
})

test('the line of each parameter is known', () => {
  const { lines } = parseParameterFile('# A comment\n\na = 1\nb = 2\na = 3\n', {})
  expect([...lines]).toEqual([
    ['a', 5],
    ['b', 4],
  ])
})

test('$(NAME) is a variable of the environment and $$ a dollar sign', () => {
  expect(parse('jwt-role-claim-key = "$$.role"\njwt-secret = "x$(S)y"', { S: '42' })).toEqual({
    'jwt-role-claim-key': '$.role',
    'jwt-secret': 'x42y',
  })
})

test.each([
  ['a = 1\nnonsense', 'line 2 is not name = value'],
  ['a = "open', 'line 1 is not name = value'],
  ['a = "$(NO)"', 'line 1 wants the variable NO, which is not set'],
  ['a = "5$"', 'line 1 has a $ that is not written as $$'],
])('%j is refused by its line', (text, message) => {
  expect(() => parse(text)).toThrow(message)
})
