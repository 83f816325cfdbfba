import { beforeAll, expect, test } from 'vitest'
import { catalogOf } from '../../../tests/support/catalog-of.ts'
import type { Catalog, Routine } from './types.ts'
import { relationKey } from './types.ts'

let catalog: Catalog

beforeAll(async () => {
  catalog = await catalogOf(`
    create schema elsewhere;
    create domain "text/plain" as text;
    create table films (id int primary key, title text);
    create domain film as films;
    create type size as (width int, height int);
    create function plain(a int, "B c" text default 'x', c jsonb default null) returns int immutable language sql as 'select 1';
    comment on function plain(int, text, jsonb) is 'Plain';
    create function plain(a int) returns int language sql as 'select 1';
    create function many(variadic items text[]) returns text language sql as 'select $1[1]';
    create function nothing() returns void language sql as 'select';
    create function of_table() returns setof films stable rows 5 language sql as 'select * from films';
    create function of_domain() returns film language sql as 'select null::film';
    create function of_size() returns size language sql as 'select null::size';
    create function of_columns(a int) returns table (b int, c text) language sql as 'select 1, null::text';
    create function of_one_column() returns table (b int) language sql as 'select 1';
    create function of_out(inout a int, out b text) language sql as 'select 1, null::text';
    create function of_record() returns record language sql as 'select 1, 2';
    create function whole_body(jsonb) returns int language sql as 'select 1';
    create function nameless(int) returns int language sql as 'select 1';
    create function half_named(int, b int) returns int language sql as 'select 1';
    create function triggered() returns trigger language plpgsql as 'begin return null; end';
    create function lengths(a char, b varchar, c bit) returns int language sql as 'select 1';
    create function guarded() returns int security definer language sql
      set default_transaction_isolation = 'serializable' set statement_timeout = '4s' as 'select 1';
    revoke execute on function guarded() from public;
    create role "catalog ""reader""";
    grant execute on function guarded() to "catalog ""reader""";
    create procedure proceed() language sql as 'select';
    create aggregate total(int) (sfunc = int4pl, stype = int);
    create function elsewhere.hidden() returns int language sql as 'select 1';
    drop owned by "catalog ""reader""" ;
    grant execute on function guarded() to anon;
    drop role "catalog ""reader""";
  `)
})

function routines(name: string): readonly Routine[] {
  return catalog.routines.get(relationKey('public', name)) ?? []
}
function routine(name: string): Routine {
  const [found] = routines(name)
  if (found === undefined) throw new Error(`no function ${name}`)
  return found
}

test('overloads are together, fewer parameters first', () => {
  expect(routines('plain').map(one => one.parameters.length)).toEqual([1, 3])
})

test('parameters have names, types and tell whether they are required', () => {
  expect(
    routines('plain')[1]?.parameters.map(one => [one.name, one.type.formatted, one.required]),
  ).toEqual([
    ['a', 'integer', true],
    ['B c', 'text', false],
    ['c', 'jsonb', false],
  ])
})

test('types of parameters take any length', () => {
  expect(routine('lengths').parameters.map(one => one.type.formatted)).toEqual([
    'bpchar',
    'character varying',
    '"bit"',
  ])
})

test('volatility, comment, rights and settings are told', () => {
  expect(routines('plain')[1]).toMatchObject({ volatility: 'immutable', comment: 'Plain' })
  expect(routine('of_table').volatility).toBe('stable')
  expect(routine('plain')).toMatchObject({ volatility: 'volatile', comment: null })
  expect(routine('plain').executableBy).toEqual(['PUBLIC', 'postgres'])
  expect(routine('guarded')).toMatchObject({
    securityDefiner: true,
    executableBy: ['postgres', 'anon'],
    settings: new Map([
      ['default_transaction_isolation', 'serializable'],
      ['statement_timeout', '4s'],
    ]),
  })
})

test('a variadic parameter is the last and marked', () => {
  expect(routine('many').variadic).toBe(true)
  expect(routine('many').parameters).toMatchObject([
    { name: 'items', variadic: true, required: true, type: { formatted: 'text[]' } },
  ])
  expect(routine('plain').variadic).toBe(false)
})

test('every shape of result is told', () => {
  const result = (name: string) => routine(name).returns
  expect(result('plain')).toMatchObject({ kind: 'scalar', set: false })
  expect(result('nothing')).toMatchObject({ kind: 'void' })
  expect(result('of_table')).toMatchObject({
    kind: 'relation',
    set: true,
    relation: { schema: 'public', name: 'films' },
  })
  expect(result('of_domain')).toMatchObject({ kind: 'relation', set: false })
  expect(result('of_size')).toMatchObject({ kind: 'composite', set: false })
  expect(result('of_record')).toMatchObject({ kind: 'record', columns: [] })
})

test('OUT and TABLE parameters are columns of the result', () => {
  const columns = (name: string) => {
    const { returns } = routine(name)
    return returns.kind === 'record' ? returns.columns.map(one => one.name) : []
  }
  expect(columns('of_columns')).toEqual(['b', 'c'])
  expect(columns('of_one_column')).toEqual(['b'])
  expect(columns('of_out')).toEqual(['a', 'b'])
  expect(routine('of_out').parameters.map(one => one.name)).toEqual(['a'])
})

test('one nameless parameter may take the whole body; otherwise all need names', () => {
  expect(routine('whole_body').parameters).toMatchObject([{ name: '', required: true }])
  expect(routines('nameless')).toEqual([])
  expect(routines('half_named')).toEqual([])
})

test('what cannot be called is left out', () => {
  for (const name of ['triggered', 'proceed', 'total', 'hidden']) expect(routines(name)).toEqual([])
  expect(catalog.routines.has(relationKey('elsewhere', 'hidden'))).toBe(false)
})
