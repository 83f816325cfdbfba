import { beforeAll, expect, test } from 'vitest'
import { findRelation, relationshipsFrom } from './find.ts'
import { catalogOf, relationOf } from '../../../tests/support/catalog-of.ts'
import type { Catalog } from './types.ts'

let catalog: Catalog

beforeAll(async () => {
  catalog = await catalogOf(
    `
    create schema api;
    create schema hidden;
    create schema unrelated;
    create table hidden.people (id int primary key, boss int);
    create table hidden.audit (id int);
    create table hidden.teams (id int primary key);
    create table unrelated.lonely (id int);
    create table api.letters (
      id int, part int, sender int references hidden.people, code text, region text, unique (code, region),
      primary key (part, id)
    );
    comment on table api.letters is 'What people write';
    comment on type api.letters is 'not this';
    create unique index by_region on api.letters (region);
    create unique index partly on api.letters (sender) where sender > 3;
    create unique index computed on api.letters (lower(code));
    create view api.plain as select code as sign, id as number, region as area, part from api.letters where id > 0;
    create view api.further as select number, part, area as place from api.plain;
    create view api.joined as
      select l.id as letter, l.part, p.id as person, p.id as same from api.letters l join hidden.people p on p.id = l.sender;
    create view api.lacking as select id from api.letters;
    create view api.of_set as select id, part, generate_series(1, 3) from api.letters;
    create view api.of_union as select id, part from api.letters union all select id, part from api.letters;
    create view api.of_cube as select id, part from api.letters group by cube (id, part);
    create view api.of_query as select id, part from (select * from api.letters) as inner_letters;
    create view api.of_pair as select a.id, a.part from api.letters a, api.letters b;
    create view api.nothing as select 1 as one;
    create materialized view api.kept as select id, part, code from api.letters;
    create unique index kept_by_code on api.kept (code);
    create view api.careful with (security_invoker = on) as select * from hidden.people;
    create table api.parted (id int, day date, person int references hidden.people, primary key (id, day))
      partition by range (day);
    create table api.parted_2020 partition of api.parted for values from ('2020-01-01') to ('2021-01-01');
    create function api.audits() returns setof hidden.audit language sql as 'select * from hidden.audit';
    create foreign data wrapper elsewhere;
    create server elsewhere foreign data wrapper elsewhere;
    create foreign table api.far (id int) server elsewhere;
    create sequence api.counter;
    create type api.loose as (a int);
    create view api.counted as select last_value from api.counter;
    grant select, insert on api.letters to anon;
    grant select on api.letters to public;
    grant update (code) on api.letters to authenticated;
    revoke all on api.kept from postgres;
    `,
    { schemas: ['api'] },
  )
})

function keysOf(name: string) {
  const { primaryKey, uniqueKeys } = relationOf(catalog, name, 'api')
  return { primaryKey, uniqueKeys }
}

test('exposed relations of every kind are there, partitions within their parent only', () => {
  const kinds = [...catalog.relations.values()]
    .filter(one => one.schema === 'api')
    .map(one => `${one.kind} ${one.name}`)
  expect(kinds).toEqual(
    expect.arrayContaining([
      'table letters',
      'view plain',
      'materialized-view kept',
      'partitioned-table parted',
      'foreign-table far',
    ]),
  )
  expect(kinds.join()).not.toMatch(/parted_2020|counter|loose/)
})

test('relations elsewhere are there when something exposed leads to them', () => {
  expect(findRelation(catalog, 'hidden', 'people')).toBeDefined()
  expect(findRelation(catalog, 'hidden', 'audit')).toBeDefined()
  expect(findRelation(catalog, 'hidden', 'teams')).toBeUndefined()
  expect(findRelation(catalog, 'unrelated', 'lonely')).toBeUndefined()
})

test('nothing leads out of the exposed schemas', () => {
  const targets = relationshipsFrom(catalog, { schema: 'api', name: 'letters' }).map(one => one.to)
  expect(targets.map(to => `${to.schema}.${to.name}`)).toEqual([
    'api.careful',
    'api.joined',
    'api.joined',
  ])
  expect(relationshipsFrom(catalog, { schema: 'api', name: 'nowhere' })).toEqual([])
  const back = relationshipsFrom(catalog, { schema: 'hidden', name: 'people' })
  expect(back.map(one => one.to.name)).toContain('letters')
})

test('a comment is that of the relation', () => {
  expect(relationOf(catalog, 'letters', 'api').comment).toBe('What people write')
  expect(relationOf(catalog, 'plain', 'api').comment).toBeNull()
})

test('keys keep their order; unique indexes count when they cover all rows and plain columns', () => {
  expect(keysOf('letters')).toEqual({
    primaryKey: ['part', 'id'],
    uniqueKeys: [['part', 'id'], ['code', 'region'], ['region']],
  })
})

test('a view has the keys of its table under its own names, through further views too', () => {
  expect(keysOf('plain')).toEqual({
    primaryKey: ['part', 'number'],
    uniqueKeys: [['part', 'number'], ['sign', 'area'], ['area']],
  })
  expect(keysOf('further')).toEqual({
    primaryKey: ['part', 'number'],
    uniqueKeys: [['part', 'number'], ['place']],
  })
})

test('a join is addressed by the keys of all its tables, though none of them is unique in it', () => {
  expect(keysOf('joined')).toEqual({ primaryKey: ['part', 'letter', 'person'], uniqueKeys: [] })
})

test('half a key is no key', () => {
  expect(keysOf('lacking')).toEqual({ primaryKey: [], uniqueKeys: [] })
  expect(keysOf('nothing')).toEqual({ primaryKey: [], uniqueKeys: [] })
})

test.each(['of_set', 'of_union', 'of_cube', 'of_query', 'of_pair'])(
  'no key holds in %s, whose rows are not one for one those of a table',
  name => {
    expect(keysOf(name).uniqueKeys).toEqual([])
  },
)

test('a materialized view has its own unique indexes and the keys of its table', () => {
  expect(keysOf('kept')).toEqual({
    primaryKey: ['part', 'id'],
    uniqueKeys: [['code'], ['part', 'id']],
  })
})

test('what PostgreSQL would not write is said', () => {
  const writes = (name: string) => {
    const { insertable, updatable, deletable } = relationOf(catalog, name, 'api')
    return [insertable, updatable, deletable]
  }
  expect(writes('letters')).toEqual([true, true, true])
  expect(writes('parted')).toEqual([true, true, true])
  expect(writes('plain')).toEqual([true, true, true])
  expect(writes('joined')).toEqual([false, false, false])
  expect(writes('kept')).toEqual([false, false, false])
  expect(writes('far')).toEqual([false, false, false])
})

test('table privileges are listed by role, the public ones under PUBLIC', () => {
  const granted = relationOf(catalog, 'letters', 'api').privileges
  expect(granted).toEqual(
    expect.arrayContaining([
      { role: 'anon', kind: 'select' },
      { role: 'anon', kind: 'insert' },
      { role: 'PUBLIC', kind: 'select' },
      { role: 'postgres', kind: 'delete' },
    ]),
  )
  expect(granted).not.toContainEqual({ role: 'anon', kind: 'update' })
  expect(relationOf(catalog, 'kept', 'api').privileges).toEqual([])
  expect(relationOf(catalog, 'plain', 'api').privileges).toContainEqual({
    role: 'postgres',
    kind: 'select',
  })
})

test('a view with the rights of whoever asks is told', () => {
  expect(relationOf(catalog, 'careful', 'api').securityInvoker).toBe(true)
  expect(relationOf(catalog, 'plain', 'api').securityInvoker).toBe(false)
})
