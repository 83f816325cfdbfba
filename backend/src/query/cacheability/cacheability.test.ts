import { beforeAll, expect, test } from 'vitest'
import { catalogOf, relationOf } from '../../../tests/support/catalog-of.ts'
import {
  aggregate,
  embed,
  field,
  filter,
  order,
  read,
  star,
} from '../../../tests/support/requests.ts'
import { parameter } from '../../base/index.ts'
import type { Catalog } from '../catalog/index.ts'
import { planCall, planRead, type ReadRequest, type SelectRequest } from '../plan/index.ts'
import { cacheabilityOf } from './cacheability.ts'
import { Claims } from './claims.ts'
import type { Asked, Cacheable } from './types.ts'

let catalog: Catalog
beforeAll(async () => {
  catalog = await catalogOf(`
    create schema private;
    create domain shade as integer;
    create function shade_to_json(shade) returns json language sql immutable as $$ select $1::text::json $$;
    create function shade_from_text(text) returns shade language plpgsql immutable as $$ begin return length($1); end $$;
    create cast (shade as json) with function shade_to_json(shade) as implicit;
    create cast (text as shade) with function shade_from_text(text) as implicit;
    create table tints (id int primary key, color shade);
    create domain odd as integer;
    create function odd_to_json(odd) returns json language plpgsql stable as $$
      begin perform 1; return null; end $$;
    create cast (odd as json) with function odd_to_json(odd) as implicit;
    create table oddities (id int primary key, value odd);
    create table people (id int primary key, first text, last text, born date, seen timestamptz, mood text[]);
    create function full_name(people) returns text language sql stable as $$ select $1.first || ' ' || $1.last $$;
    create function initials(people) returns text language sql stable as $$ select left($1.first, 1) || $1.full_name $$;
    create function greeting(people) returns text language sql as $$ select 'hello' $$;
    create function age(people) returns interval language sql stable as $$ select age($1.born) $$;
    create function children(people) returns setof people stable begin atomic select * from people where id > $1.id; end;
    create function found(name text) returns setof people stable begin atomic select * from people where first = name; end;
    create function since(moment timestamptz) returns setof people stable begin atomic
      select * from people where seen > moment; end;
    create view elders as select * from people where born < '1950-01-01';
    create view recent as select * from people where seen > now() - interval '1 day';
    create view counted as select first, count(*) as number, json_agg(last order by last) as lasts from people group by first;
    create materialized view frozen as select id, first, now() as at from people;
    create view over_frozen as select first from frozen;
    create view system as select relname from pg_class;
    create view sampled as select * from people tablesample system (10);
    create extension postgres_fdw;
    create server other foreign data wrapper postgres_fdw;
    create foreign table far (id int) server other;
    create view over_far as select * from far;
    create table base (id int primary key);
    create table derived () inherits (base);
    create table parts (id int primary key) partition by range (id);
    create table part_one partition of parts for values from (0) to (10);
  `)
})

const rules = { aggregates: true, rowsMax: undefined }

function judged(relation: string, parts: Partial<ReadRequest> = {}, asked?: Asked) {
  return cacheabilityOf(planRead(catalog, read(relation, parts), rules), catalog, asked)
}

function reasons(
  relation: string,
  parts: Partial<ReadRequest> = {},
  asked?: Asked,
): readonly string[] {
  const found = judged(relation, parts, asked)
  return found.cacheable ? [] : found.reasons.map(({ code, subject }) => `${code} ${subject}`)
}

function kept(relation: string, parts: Partial<ReadRequest> = {}): Cacheable {
  const found = judged(relation, parts)
  if (!found.cacheable) throw new Error(JSON.stringify(found.reasons))
  return found
}

const oid = (name: string) => relationOf(catalog, name).oid
const select = (...items: SelectRequest[]) => ({ select: items })

test.each<[string, Partial<ReadRequest>, Asked | undefined, readonly string[]]>([
  ['people', {}, undefined, []],
  ['people', select(field('full_name')), undefined, []],
  ['people', select(field('initials')), undefined, ['unanalysable-function public.initials']],
  ['people', select(field('greeting')), undefined, ['volatile-function public.greeting']],
  ['people', { order: [order('greeting')] }, undefined, ['volatile-function public.greeting']],
  [
    'people',
    { where: [filter('greeting', 'eq')] },
    undefined,
    ['volatile-function public.greeting'],
  ],
  ['people', select(field('age')), undefined, ['clock age()']],
  ['people', select(embed('children', [star])), undefined, []],
  [
    'people',
    select(field('first', { cast: 'text' }), field('id', { cast: 'bigint' })),
    undefined,
    [],
  ],
  ['people', select(field('first', { cast: 'date' })), undefined, ['clock first::date']],
  ['people', select(field('seen', { cast: 'date' })), undefined, []],
  ['people', select(field('first', { cast: 'shade' })), undefined, ['type first::shade']],
  ['people', select(aggregate('max', 'id')), undefined, []],
  ['tints', {}, undefined, []],
  ['tints', { where: [filter('color', 'eq')] }, undefined, []],
  ['oddities', {}, undefined, ['unanalysable-function public.odd_to_json']],
  ['elders', {}, undefined, []],
  ['counted', {}, undefined, []],
  ['recent', {}, undefined, ['clock now()']],
  ['over_frozen', {}, undefined, []],
  ['system', {}, undefined, ['system-catalog The relation with oid 1259']],
  ['sampled', {}, undefined, ['unanalysable-expression public.sampled, TABLESAMPLECLAUSE,']],
  ['far', {}, undefined, ['foreign-table public.far']],
  ['over_far', {}, undefined, ['foreign-table public.far']],
  ['people', {}, { explain: true }, ['explain The execution plan']],
  ['people', {}, { count: 'planned' }, ['count The planned count']],
  ['people', {}, { count: 'exact' }, []],
  ['people', {}, { preRequest: 'check' }, ['pre-request check']],
])('%s %j %j: %j', (relation, parts, asked, expected) => {
  const found = reasons(relation, parts, asked)
  expect(found).toEqual(expected)
})

test('a reason is a sentence for people', () => {
  const found = judged('people', select(field('greeting')))
  expect(found).toMatchObject({
    reasons: [
      {
        code: 'volatile-function',
        subject: 'public.greeting',
        message:
          'public.greeting is VOLATILE: declare it STABLE if it changes nothing and only reads.',
      },
    ],
  })
})

test('the tables behind an answer are told, materialized views as themselves and partitions as their table', () => {
  expect(kept('elders').relations).toEqual([oid('people')])
  expect(kept('over_frozen').relations).toEqual([oid('frozen')])
  expect(kept('base').relations).toEqual([oid('base'), oid('derived')])
  expect(kept('derived').relations).toEqual([oid('base'), oid('derived')])
  expect(kept('parts').relations).toEqual([oid('parts')])
  expect(kept('parts').dependencies([])).toHaveLength(2)
})

test('dependencies are by row, by conditions or by table', () => {
  const people = String(oid('people'))
  const byId = { where: [filter('id', 'eq')] }
  expect(kept('people', byId).dependencies(['05'])).toEqual([{ tag: people, keys: ['["5"]'] }])
  expect(kept('people', byId).dependencies([null])).toEqual([{ tag: people, keys: [] }])
  const byIds = { where: [filter('id', { kind: 'in', value: parameter(1) })] }
  expect(kept('people', byIds).dependencies(['{1,2,NULL,1}'])).toEqual([
    { tag: people, keys: ['["1"]', '["2"]'] },
  ])
  const [byName] = kept('people', { where: [filter('first', 'eq')] }).dependencies(['Ann'])
  expect(byName).toMatchObject({ tag: people, index: { field: 'first', value: 'Ann' } })
  expect(byName?.test?.({ old: undefined, new: { first: 'Bob' } })).toBe(false)
  expect(byName?.test?.({ old: { first: 'Ann' }, new: { first: 'Bob' } })).toBe(true)
  expect(byName?.test?.({ old: undefined, new: undefined })).toBe(true)
  expect(kept('people').dependencies([])).toEqual([{ tag: people }])
  expect(kept('elders', byId).dependencies(['5'])).toEqual([{ tag: people }])
  const withChildren = { ...byId, ...select(embed('children', [star])) }
  expect(kept('people', withChildren).dependencies(['5'])).toEqual([{ tag: people }])
})

test('a value that tells the time of asking makes no key', () => {
  const context = { role: 'anon', claims: new Claims('{}'), searchPath: '', settings: [] }
  const seen = kept('people', { where: [filter('seen', 'lt')] })
  for (const value of ['now', 'NOW', 'yesterday 10:00', 'to\\day']) {
    expect(seen.keyOf('s', context, [value])).toBeUndefined()
  }
  expect(seen.keyOf('s', context, ['2020-01-01'])).toBeDefined()
  expect(
    kept('people', { where: [filter('first', 'eq')] }).keyOf('s', context, ['now']),
  ).toBeDefined()
  const keyOfMood = kept('people', { where: [filter('mood', 'cs')] })
  expect(keyOfMood.keyOf('s', context, ['{now}'])).toBeUndefined()
})

test('the answer of a function is kept like any other', () => {
  const called = (name: string, argument: string) => {
    const args = { kind: 'named', values: [[argument, parameter(1)]] } as const
    const request = {
      schema: 'public',
      name,
      arguments: args,
      read: { select: [], where: [], order: [] },
    }
    const { returning } = planCall(catalog, request, rules)
    const found = cacheabilityOf(returning, catalog)
    if (!found.cacheable) throw new Error(JSON.stringify(found.reasons))
    return found
  }
  const context = { role: 'anon', claims: new Claims('{}'), searchPath: '', settings: [] }
  expect(called('found', 'name').dependencies(['Ann'])).toEqual([{ tag: String(oid('people')) }])
  expect(called('since', 'moment').keyOf('s', context, ['today'])).toBeUndefined()
  expect(called('since', 'moment').keyOf('s', context, ['2020-01-01'])).toBeDefined()
})
