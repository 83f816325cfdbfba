import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, onCluster, type TestDatabase } from '../../../tests/support/database.ts'
import { findRoles } from './roles.ts'
import { readAs } from '../../../tests/support/catalog-of.ts'
import type { Catalog, Role } from './types.ts'

const prefix = `catalog_${randomBytes(4).toString('hex')}`
const member = `${prefix}_member`
const indirect = `${prefix}_indirect`
const stranger = `${prefix}_stranger`
let database: TestDatabase
let catalog: Catalog

beforeAll(async () => {
  database = await createDatabase()
  await database.query(`
    create role ${member}; create role ${indirect}; create role ${stranger};
    grant ${member} to authenticator; grant ${indirect} to ${member};
    alter role ${member} set statement_timeout = '5s';
    alter role ${member} set default_transaction_isolation = 'REPEATABLE read';
    alter role ${member} set app.tenant = 'a=b';
    alter role ${member} set log_statement = 'all';
    alter role ${member} set role = '${member}';
    alter role ${member} in database ${database.name} set statement_timeout = '7s';
    alter role ${member} in database template1 set lock_timeout = '7s';
  `)
  catalog = await readAs(database.authenticatorUrl)
})
afterAll(async () => {
  await database.drop()
  for (const role of [indirect, member, stranger]) await onCluster(`drop role ${role}`)
})

const role = (name: string): Role | undefined => catalog.roles.get(name)

test('the roles that the connected one may become are there, however long the way', () => {
  const own = [...catalog.roles.keys()].filter(name => name.startsWith(prefix))
  expect(own).toEqual([indirect, member])
  expect(role('anon')).toMatchObject({ name: 'anon', isolation: null })
  expect(role('authenticator')).toBeDefined()
  expect(role('postgres')).toBeUndefined()
})

test('a role has the settings that anybody may set, those for the database first', () => {
  expect(Object.fromEntries(role(member)?.settings ?? [])).toEqual({
    statement_timeout: '7s',
    default_transaction_isolation: 'REPEATABLE read',
    'app.tenant': 'a=b',
  })
  expect(role(member)?.isolation).toBe('repeatable read')
})

test('a superuser may set everything', async () => {
  const seen = await readAs(database.url)
  expect(seen.roles.get(member)?.settings.get('log_statement')).toBe('all')
  expect(seen.roles.has(stranger)).toBe(true)
})

test('PostgreSQL 15 and newer let a superuser grant the right to a setting', async () => {
  const { rolname } = (await database.query('select session_user as rolname'))[0] ?? {}
  expect(rolname).toBe('postgres')
  await database.query('grant set on parameter log_statement to authenticator')
  try {
    const seen = await readAs(database.authenticatorUrl)
    expect(seen.roles.get(member)?.settings.get('log_statement')).toBe('all')
  } finally {
    await database.query('revoke set on parameter log_statement from authenticator')
  }
})

test('an unknown isolation level is none', () => {
  const settings = ['default_transaction_isolation=read uncommitted']
  expect(findRoles([{ name: 'a', settings }]).get('a')?.isolation).toBeNull()
})
