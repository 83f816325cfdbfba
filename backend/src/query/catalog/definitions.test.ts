import { beforeAll, expect, test } from 'vitest'
import { catalogOf, relationOf } from '../../../tests/support/catalog-of.ts'
import type { Catalog } from './types.ts'

let catalog: Catalog

beforeAll(async () => {
  catalog = await catalogOf(`
    create schema private;
    create table private.members (id int, owner name);
    create table private.secrets (id int);
    create function private.is_member(int) returns boolean stable security definer language sql as 'select true';
    create table notes (id int primary key, owner name, text text);
    create view private.own as select * from private.members where owner = current_user;
    alter table notes enable row level security;
    create policy everyone on notes for select using (true);
    create policy own on notes as restrictive to authenticated, anon
      using (owner = current_setting('request.jwt.claims', true) and id in (select id from private.own))
      with check (private.is_member(id));
    create policy writing on notes for insert to anon with check (id > 0);
    create policy changing on notes for update using (id > 1);
    create policy removing on notes for delete using (id > 2);
    create view inner_view as select id, now() as at from notes;
    create view outer_view as select i.id from inner_view i where exists (select from private.secrets) and private.is_member(i.id);
    create view simple as select id + 1 as next from notes;
    create view stamped as select current_user as who from notes;
  `)
})

const policy = (name: string) =>
  relationOf(catalog, 'notes').policies.find(candidate => candidate.name === name)
const names = (oids: readonly number[]) =>
  oids.map(oid => [...catalog.relations.values()].find(one => one.oid === oid)?.name)
const functionNames = (oids: readonly number[]) => oids.map(oid => catalog.functions.get(oid)?.name)

test('row security and policies are told', () => {
  expect(relationOf(catalog, 'notes').rowSecurity).toBe(true)
  expect(relationOf(catalog, 'members', 'private').rowSecurity).toBe(false)
  expect(policy('everyone')).toMatchObject({
    permissive: true,
    command: 'select',
    roles: ['PUBLIC'],
    using: 'true',
    check: null,
  })
  expect(policy('own')).toMatchObject({
    permissive: false,
    command: 'all',
    roles: ['anon', 'authenticated'],
    check: 'private.is_member(id)',
  })
  expect(['writing', 'changing', 'removing'].map(name => policy(name)?.command)).toEqual([
    'insert',
    'update',
    'delete',
  ])
})

test('a policy leads to all it reads, through views, without its own table', () => {
  expect(names(policy('own')?.readsRelations ?? [])).toEqual(['members', 'own'])
  expect(functionNames(policy('own')?.readsFunctions ?? []).sort()).toEqual([
    'current_setting',
    'current_user',
    'is_member',
    'now',
  ])
  expect(policy('everyone')?.readsRelations).toEqual([])
  expect(policy('changing')?.readsFunctions).toEqual([])
})

test('a view leads to all that it and the views behind it read', () => {
  const { readsRelations, readsFunctions } = relationOf(catalog, 'outer_view')
  expect(names(readsRelations).sort()).toEqual(['inner_view', 'notes', 'secrets'])
  expect(functionNames(readsFunctions).sort()).toEqual(['is_member', 'now'])
})

test('immutable functions of the server read nothing, words like current_user do', () => {
  expect(relationOf(catalog, 'simple').readsFunctions).toEqual([])
  expect(functionNames(relationOf(catalog, 'stamped').readsFunctions)).toContain('current_user')
  expect(relationOf(catalog, 'notes')).toMatchObject({ readsRelations: [], readsFunctions: [] })
})

test('called functions tell what the cache must know', () => {
  const called = [...catalog.functions.values()]
  expect(called.find(one => one.name === 'is_member')).toMatchObject({
    schema: 'private',
    volatility: 'stable',
    securityDefiner: true,
  })
  expect(called.find(one => one.name === 'now')).toMatchObject({
    schema: 'pg_catalog',
    volatility: 'stable',
  })
})
