import { expect, test } from 'vitest'
import { headerText, isHeader } from '../http/index.ts'
import { warningOf } from './warning.ts'

test('without such names there is no warning', () => {
  expect(warningOf([])).toBeUndefined()
})

test('every name is told with the one to use', () => {
  const names = [
    { target: 'tasks', alias: 'the_tasks' },
    { target: 'clients', alias: 'for' },
  ]
  expect(warningOf(names)).toMatch(
    /^299 S-Tier ".* Change `tasks` to `the_tasks`, `clients` to `for` in .*"$/,
  )
})

test('what a URL may hold is no danger to a header', () => {
  const warning = warningOf([{ target: 'größe"\r\nSet-Cookie: a=1', alias: 'a\\\u0000b' }]) ?? ''
  expect(isHeader(['warning', warning])).toBe(true)
  expect(headerText(warning)).toContain('`größe\\"  Set-Cookie: a=1` to `a\\\\ b`')
})
