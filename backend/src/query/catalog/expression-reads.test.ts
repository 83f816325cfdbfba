import { beforeAll, expect, test } from 'vitest'
import { catalogOf, relationOf } from '../../../tests/support/catalog-of.ts'
import type { Catalog, ExpressionReads } from './types.ts'

let catalog: Catalog
beforeAll(async () => {
  catalog = await catalogOf(`
    create collation loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
    create function jwt() returns jsonb language sql stable as $$ select current_setting('claims', true)::jsonb $$;
    create function nested() returns jsonb language sql stable as $$ select public.jwt() -> 'a' $$;
    create table t (id int primary key, a text, b text collate loose, c text);
    create table child (d int) inherits (t);
    create function counted() returns bigint stable begin atomic select count(*) from t; end;
    create view v as select a, jwt() -> 'x' ->> 'y' as y from t union select relname, current_user from pg_class;
    create policy p on t using (a = (select jwt() ->> 'é')) with check (nested() is null);
    create policy whole on t using (jwt()::text = a::uuid::text and current_date = '2020-01-01');
    alter table t enable row level security;
  `)
})

const named = (reads: ExpressionReads | undefined) =>
  reads?.calls.flatMap(({ functions, argument, key, isResult }) =>
    functions.map(oid => [catalog.functions.get(oid)?.name, argument, key, isResult]),
  )
const functionOf = (name: string) => [...catalog.functions.values()].find(one => one.name === name)

test('a view reads relations, those of the server too, and calls with what is looked at of their answers', () => {
  const { reads, oid } = relationOf(catalog, 'v')
  expect(reads?.relations).toContain(relationOf(catalog, 't').oid)
  expect(reads?.relations).toContain(1259)
  expect(reads?.relations).not.toContain(oid)
  expect(named(reads)).toContainEqual(['jwt', undefined, 'x', false])
  expect(reads?.words).toEqual(['role'])
  expect(reads?.unknown).toEqual([])
  expect(relationOf(catalog, 't').reads).toBeUndefined()
})

test('a policy reads what USING reads', () => {
  const [p, whole] = relationOf(catalog, 't').policies
  expect(named(p?.reads)).toContainEqual(['jwt', undefined, 'é', false])
  expect(named(p?.reads)?.map(([name]) => name)).not.toContain('nested')
  expect(named(whole?.reads)).toContainEqual(['jwt', undefined, undefined, false])
  expect(whole?.reads.words).toEqual(['clock'])
  expect(whole?.reads.textTo).toContain(2950)
})

test('functions are followed to those that they call, by name or by oid', () => {
  expect(named(functionOf('nested')?.reads)).toEqual([['jwt', undefined, 'a', false]])
  expect(named(functionOf('jwt')?.reads)).toEqual([['current_setting', 'claims', undefined, true]])
  expect(functionOf('current_setting')).toMatchObject({
    schema: 'pg_catalog',
    language: 'internal',
  })
  expect(functionOf('counted')?.reads?.relations).toEqual([relationOf(catalog, 't').oid])
})

test('relatives and collations are told', () => {
  expect(relationOf(catalog, 't').relatives).toEqual([
    { oid: relationOf(catalog, 'child').oid, isPartition: false },
  ])
  expect(relationOf(catalog, 'child').relatives).toEqual([
    { oid: relationOf(catalog, 't').oid, isPartition: false },
  ])
  const columns = relationOf(catalog, 't').columns
  expect(['id', 'a', 'b'].map(name => columns.get(name)?.deterministic)).toEqual([
    true,
    true,
    false,
  ])
})
