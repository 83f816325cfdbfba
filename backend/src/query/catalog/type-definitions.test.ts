import { beforeAll, expect, test } from 'vitest'
import { catalogOf } from '../../../tests/support/catalog-of.ts'
import type { Catalog, TypeDefinition } from './types.ts'

let catalog: Catalog

beforeAll(async () => {
  catalog = await catalogOf(`
    create schema elsewhere;
    create type mood as enum ('sad', 'ok', 'happy');
    create type elsewhere.weather as enum ('rain', 'sun');
    create type elsewhere.unused as enum ('nobody');
    create domain many_moods as mood[];
    create type point_of_day as (hour numeric(4, 2), weather elsewhere.weather, "Moods" many_moods);
    create table days (id int primary key, name text);
  `)
})

function definition(name: string): TypeDefinition | undefined {
  return [...catalog.types.values()].find(type => type.name === name)
}

test('an enum of an exposed schema is described although nothing uses it', () => {
  expect(definition('mood')).toMatchObject({ kind: 'enum', labels: ['sad', 'ok', 'happy'] })
})

test('what no exposed schema leads to is not there', () => {
  expect(definition('unused')).toBeUndefined()
})

test('a composite type has its attributes in their order, as they were declared', () => {
  const attributes = definition('point_of_day')?.attributes ?? []
  expect(attributes.map(({ name, type }) => [name, type.formatted])).toEqual([
    ['hour', 'numeric(4,2)'],
    ['weather', 'elsewhere.weather'],
    ['Moods', 'public.many_moods'],
  ])
})

test('the types below are described too: of an attribute, of a domain, of an array', () => {
  expect(definition('weather')?.labels).toEqual(['rain', 'sun'])
  const array = catalog.types.get(definition('many_moods')?.baseOid ?? 0)
  expect(array?.formatted).toBe('public.mood[]')
  expect(catalog.types.get(array?.elementOid ?? 0)).toEqual(definition('mood'))
})

test('the columns of a relation are not repeated as attributes of its row type', () => {
  expect([...catalog.types.values()].filter(type => type.name === 'days')).toEqual([])
})

test('a domain has its checks and those below, its length and what is said about it', async () => {
  const { types } = await catalogOf(`
    create domain word as varchar(9) check (value ~ '^a');
    create domain short_word as word check (length(value) < 4);
    alter domain short_word add constraint late check (value <> 'b') not valid;
    comment on domain short_word is 'Not long';
    create table words (word short_word);
  `)
  const word = [...types.values()].find(type => type.name === 'short_word')
  expect(word).toMatchObject({ comment: 'Not long', maxLength: 9 })
  expect(word?.checks).toEqual(['(length((VALUE)::text) < 4)', "((VALUE)::text ~ '^a'::text)"])
})

test('a type that is cast to JSON where a row becomes JSON says so', async () => {
  const { types } = await catalogOf(`
    create type span as (a int, b int);
    create function span_json(span) returns json language sql as 'select null::json';
    create cast (span as json) with function span_json(span);
    create type other as (a int);
    create table spans (span span, other other);
  `)
  const castToJson = (name: string) =>
    [...types.values()].find(type => type.name === name)?.castToJson
  expect([castToJson('span'), castToJson('other'), castToJson('int4')]).toEqual([
    true,
    false,
    false,
  ])
})
