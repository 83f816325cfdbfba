import { beforeAll, expect, test } from 'vitest'
import { catalogOf, linesFrom } from '../../../tests/support/catalog-of.ts'
import type { Catalog } from './types.ts'
import { relationKey } from './types.ts'

let catalog: Catalog

beforeAll(async () => {
  catalog = await catalogOf(
    `
    create schema api;
    create schema other;
    create schema tools;
    create table api.films (id int primary key, title text, director int);
    create table api.directors (id int primary key, name text, rival int constraint rival references api.directors);
    alter table api.films add constraint direction foreign key (director) references api.directors;
    create view api.titles as select title from api.films;
    create type api.size as (width int, height int);

    create function api.loud(api.films) returns text immutable language sql as 'select upper($1.title)';
    create function tools.loud(api.films) returns text stable language sql as 'select upper($1.title)';
    create function tools.soft(f api.films, words int default 3) returns text stable language sql as 'select lower($1.title)';
    create function other.unseen(api.films) returns text language sql as 'select 1::text';
    create function api.sized(api.films) returns api.size language sql as 'select null::api.size';
    create function api.short(api.titles) returns text stable language sql as 'select $1.title';
    create function api.words(api.films) returns setof text stable language sql as 'select $1.title';
    create function api.needs(api.films, int) returns text language sql as 'select $1.title';
    create function api.many(api.films, variadic int[]) returns text language sql as 'select $1.title';
    create function api.nothing(api.films) returns void language sql as 'select';
    create function api.alone(int) returns int language sql as 'select $1';
    create function api.plain() returns int language sql as 'select 1';

    create function api.directors(api.films) returns setof api.directors rows 1 stable language sql
      as 'select * from api.directors where id = $1.director';
    create function api.rivals(api.directors) returns setof api.directors stable language sql
      as 'select * from api.directors where rival = $1.id';
    create function api.best(api.directors) returns api.films stable language sql
      as 'select * from api.films where director = $1.id limit 1';
    create function tools.far(api.films) returns setof api.directors language sql as 'select * from api.directors';
    `,
    { schemas: ['api', 'other'], extraSearchPath: ['tools'] },
  )
})

const fieldsOf = (name: string) => catalog.computedFields.get(relationKey('api', name))

test('a function of one row that answers one value is a field', () => {
  expect([...(fieldsOf('films')?.keys() ?? [])].sort()).toEqual(['loud', 'sized', 'soft'])
  expect(fieldsOf('films')?.get('sized')?.type).toMatchObject({ kind: 'composite', name: 'size' })
  expect([...(fieldsOf('titles')?.keys() ?? [])]).toEqual(['short'])
})

test("the function of the relation's own schema comes before one of the extra search path", () => {
  expect(fieldsOf('films')?.get('loud')).toMatchObject({ schema: 'api', volatility: 'immutable' })
  expect(fieldsOf('films')?.get('soft')).toMatchObject({ schema: 'tools', volatility: 'stable' })
})

test('a function of one row that answers rows of a relation is a relationship', () => {
  expect(linesFrom(catalog, 'directors', 'api')).toContain('computed many directors by rivals self')
  expect(linesFrom(catalog, 'directors', 'api')).toContain('computed one films by best')
})

test('a computed relationship replaces the detected ones to the relation of its name', () => {
  expect(linesFrom(catalog, 'films', 'api')).toEqual(['computed one directors by directors'])
  expect(linesFrom(catalog, 'directors', 'api')).toEqual([
    'one-to-many back directors (id=rival) by rival self',
    'many-to-one directors (rival=id) by rival self',
    'one-to-many back films (id=director) by direction',
    'computed many directors by rivals self',
    'computed one films by best',
  ])
})
