import { expect, test } from 'vitest'
import { buildCatalog } from '../../../tests/support/catalog.ts'
import type { Role } from '../../query/catalog/index.ts'
import { DATABASE_DEFAULTS, type DatabaseOptions } from '../../query/executor/index.ts'
import { allowsOverride, transactionContext } from './context.ts'
import { NO_PREFERENCES, type Preferences } from './parse/index.ts'

const identity = {
  role: 'web',
  claims: { role: 'web' },
  claimsText: '{"role":"web"}',
  anonymous: true,
}
const web: Role = {
  name: 'web',
  settings: new Map([['statement_timeout', '5s']]),
  isolation: 'serializable',
}

function contextOf(
  options: DatabaseOptions = {},
  preferences: Partial<Preferences> = {},
  roles: readonly Role[] = [],
) {
  const catalog = {
    ...buildCatalog({ relations: {} }),
    roles: new Map(roles.map(each => [each.name, each])),
  }
  return transactionContext(
    { method: 'GET', path: '/books', headers: { cookie: 'a=1', 'x-a': 'b' }, identity },
    {
      profile: { schema: 'a"b', negotiated: false },
      preferences: { ...NO_PREFERENCES, ...preferences },
    },
    catalog,
    { ...DATABASE_DEFAULTS, ...options },
    'read-only',
  )
}

test('the request is told as it came, its cookies beside the other headers', () => {
  expect(contextOf()).toEqual({
    role: 'web',
    searchPath: '"a""b", "public"',
    claims: '{"role":"web"}',
    method: 'GET',
    path: '/books',
    headers: '{"x-a":"b"}',
    cookies: '{"a":"1"}',
    settings: [],
    readOnly: true,
    isolation: undefined,
    rollback: false,
    preRequest: undefined,
    statementTimeoutMs: 0,
  })
})

test('a schema is on the search path once', () => {
  expect(contextOf({ extraSearchPath: ['a"b', 'extra'] }).searchPath).toBe('"a""b", "extra"')
})

test('settings of the role come first, then the time zone asked for', () => {
  expect(contextOf({}, {}, [web])).toMatchObject({
    settings: [['statement_timeout', '5s']],
    isolation: 'serializable',
  })
  expect(contextOf({}, { timezone: 'UTC' }, [web]).settings).toEqual([
    ['statement_timeout', '5s'],
    ['timezone', 'UTC'],
  ])
  expect(contextOf({}, { timezone: 'UTC' }).settings).toEqual([['timezone', 'UTC']])
})

test('a transaction ends as configured, or as asked where that is allowed', () => {
  expect(contextOf({ transactionEnd: 'rollback' }).rollback).toBe(true)
  expect(contextOf({ transactionEnd: 'rollback-allow-override' }, { tx: 'commit' }).rollback).toBe(
    false,
  )
  expect(contextOf({}, { tx: 'rollback' }).rollback).toBe(true)
  expect(allowsOverride({ ...DATABASE_DEFAULTS, transactionEnd: 'commit-allow-override' })).toBe(
    true,
  )
  expect(allowsOverride(DATABASE_DEFAULTS)).toBe(false)
})

test('a pre-request function without a schema is found through the search path', () => {
  expect(contextOf({ preRequest: 'auth.check' }).preRequest).toEqual({
    schema: 'auth',
    name: 'check',
  })
  expect(contextOf({ preRequest: 'check' }).preRequest).toEqual({
    schema: undefined,
    name: 'check',
  })
})
