import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, onCluster, type TestDatabase } from '../../../tests/support/database.ts'
import { readAs, relationOf } from '../../../tests/support/catalog-of.ts'
import { createRights, type Rights } from './rights.ts'
import { type Catalog, type Column, relationKey } from './types.ts'

const prefix = `rights_${randomBytes(4).toString('hex')}`
const [heir, barred, bequeather, reader, writer] = [
  `${prefix}_heir`,
  `${prefix}_barred`,
  `${prefix}_bequeather`,
  `${prefix}_reader`,
  `${prefix}_writer`,
] as const
let database: TestDatabase
let catalog: Catalog

beforeAll(async () => {
  database = await createDatabase(`
    create role ${bequeather}; create role ${heir}; create role ${barred} noinherit;
    create role ${reader}; create role ${writer};
    grant ${bequeather} to ${heir}, ${barred};
    grant pg_read_all_data to ${reader}; grant pg_write_all_data to ${writer};
    create schema hidden;
    create table hidden.t (a int);
    create table t (a int, b int);
    create function f() returns int language sql as 'select 1';
    create function g() returns int language sql as 'select 1';
    revoke execute on function g() from public;
    grant execute on function g() to ${bequeather};
    grant select (a), update (b) on t to ${bequeather};
    grant insert on t to public;
    grant usage on schema hidden to ${bequeather};
  `)
  catalog = await readAs(database.authenticatorUrl, { schemas: ['public', 'hidden'] })
})
afterAll(async () => {
  await database.drop()
  for (const role of [heir, barred, bequeather, reader, writer])
    await onCluster(`drop role ${role}`)
})

function column(name: string): Column {
  const found = relationOf(catalog, 't').columns.get(name)
  if (found === undefined) throw new Error(`no column ${name}`)
  return found
}

function mayExecute(rights: Rights, name: string): boolean {
  const [routine] = catalog.routines.get(relationKey('public', name)) ?? []
  return routine !== undefined && rights.mayExecute(routine)
}

test('a role has what was granted to it, by column too', () => {
  const rights = createRights(catalog, bequeather)
  const t = relationOf(catalog, 't')
  expect(rights.may('select', t, column('a'))).toBe(true)
  expect(rights.may('select', t, column('b'))).toBe(false)
  expect(rights.mayAll('select', t)).toBe(false)
  expect(rights.mayAny('select', t)).toBe(true)
  expect(rights.may('update', t, column('b'))).toBe(true)
  expect(rights.mayAny('delete', t)).toBe(false)
  expect(mayExecute(rights, 'g')).toBe(true)
})

test('everybody has what was granted to PUBLIC, and so does a role that does not exist', () => {
  for (const role of ['anon', 'nobody at all']) {
    const rights = createRights(catalog, role)
    expect(rights.mayAll('insert', relationOf(catalog, 't'))).toBe(true)
    expect(rights.mayAny('select', relationOf(catalog, 't'))).toBe(false)
    expect([mayExecute(rights, 'f'), mayExecute(rights, 'g')]).toEqual([true, false])
    expect([rights.mayUse('public'), rights.mayUse('hidden')]).toEqual([true, false])
  }
})

test('a member has the privileges of the roles it inherits from, and only of those', () => {
  const t = relationOf(catalog, 't')
  expect(createRights(catalog, heir).may('select', t, column('a'))).toBe(true)
  expect(createRights(catalog, heir).mayUse('hidden')).toBe(true)
  expect(createRights(catalog, barred).may('select', t, column('a'))).toBe(false)
})

test('the predefined roles for all data reach everything of their kind', () => {
  const t = relationOf(catalog, 't', 'hidden')
  const [reads, writes] = [createRights(catalog, reader), createRights(catalog, writer)]
  expect([reads.mayUse('hidden'), reads.mayAll('select', t), reads.mayAll('delete', t)]).toEqual([
    true,
    true,
    false,
  ])
  expect([writes.mayAll('select', t), writes.mayAll('delete', t)]).toEqual([false, true])
})

test('a superuser may do everything', () => {
  const rights = createRights(catalog, 'postgres')
  expect(rights.mayAll('delete', relationOf(catalog, 't', 'hidden'))).toBe(true)
  expect(mayExecute(rights, 'g')).toBe(true)
})
