import { afterAll, beforeAll, expect, test } from 'vitest'
import { catalogOf, readAs } from '../../../../tests/support/catalog-of.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/support/database.ts'
import { lintErrors } from '../../../../tests/support/openapi-check.ts'
import type { Catalog } from '../../../query/catalog/index.ts'
import { describeAsSwagger } from './describe-as-swagger.ts'

const OPTIONS = { schema: 'api', serverUrl: '/', securityActive: false, version: '1.2.3' }

interface Sent {
  readonly info: unknown
  readonly paths: Record<string, Record<string, Record<string, unknown>>>
  readonly definitions: Record<string, { readonly properties: Record<string, unknown> }>
  readonly parameters: Record<string, unknown>
  readonly [key: string]: unknown
}

let database: TestDatabase
let catalog: Catalog

beforeAll(async () => {
  database = await createDatabase(`
    create schema api;
    create type api.mood as enum ('foo', 'bar');
    create domain api.short as varchar(30);
    create table api.parents (id int primary key);
    create table api.children (
      id int primary key,
      name text,
      parent_id int references api.parents
    );
    create view api.child_view as select * from api.children;
    create materialized view api.kept as select id from api.children;
    create table api.kinds (
      varchar varchar not null, char char(1), bool boolean, small smallint, big bigint, numeric numeric(8, 2),
      real real, double double precision, json json, texts text[], chars char(3)[], jsons jsonb[], mood api.mood,
      short api.short
    );
    create table api.defaults (
      text text default 'default', bool boolean default false, int int default 42, numeric numeric default 42.2,
      date date default '1900-01-01', stamp timestamptz default now(), mood api.mood default 'foo', json json default '{}'
    );
    create function api.varied("double" double precision, mood api.mood, texts text[], "json" json, "integer" int default 42)
      returns json language sql immutable as 'select null::json';
    create function api.words(variadic v text[] default '{}') returns int language sql stable as 'select 1';
    create function api.change() returns void language sql as '';
    create function api.secret() returns int language sql as 'select 1';
    revoke execute on function api.secret() from public;
    create function api.many(out a int, inout b text) language sql as $$ select 1, 'x' $$;
    create table api.hidden (id int);
    comment on schema api is E'My API\\n\\nthat spans\\nlines';
    comment on table api.children is E'Children summary\\n\\nChildren description\\nthat spans lines';
    comment on column api.children.id is 'children id comment';
    comment on function api.varied is E'A function\\n\\nJust a test';
    grant usage on schema api to anon;
    grant select on api.parents, api.children, api.child_view, api.kinds, api.defaults to anon;
    grant update (id) on api.kept to anon;
  `)
  catalog = await readAs(database.authenticatorUrl, { schemas: ['api'] })
})
afterAll(async () => {
  await database.drop()
})

function sent(role: string | undefined = 'anon', options: Partial<typeof OPTIONS> = {}): Sent {
  const document = describeAsSwagger(catalog, role, { ...OPTIONS, ...options })
  return JSON.parse(JSON.stringify(document)) as Sent
}

function refs(...names: readonly string[]) {
  return names.map(name => ({ $ref: `#/parameters/${name}` }))
}

test('it is a right document but for what Swagger users do without', async () => {
  const errors = await lintErrors(sent(undefined, { securityActive: true }))
  expect(errors.filter(error => !/^(operation-summary|security-defined)/.test(error))).toEqual([])
})

test('the comment of the schema is title and description', () => {
  expect(sent().info).toEqual({
    title: 'My API',
    description: 'that spans\nlines',
    version: '1.2.3',
  })
})

test('a relation has a definition with notes on its keys', () => {
  const { definitions } = sent()
  expect(definitions['children']).toEqual({
    type: 'object',
    description: 'Children summary\n\nChildren description\nthat spans lines',
    properties: {
      id: {
        description: 'children id comment\n\nNote:\nThis is a Primary Key.<pk/>',
        format: 'integer',
        type: 'integer',
      },
      name: { format: 'text', type: 'string' },
      parent_id: {
        description:
          "Note:\nThis is a Foreign Key to `parents.id`.<fk table='parents' column='id'/>",
        format: 'integer',
        type: 'integer',
      },
    },
    required: ['id'],
  })
  expect(definitions['child_view']?.properties['parent_id']).toEqual(
    definitions['children']?.properties['parent_id'],
  )
})

test.each([
  ['varchar', { format: 'character varying', type: 'string' }],
  ['char', { format: 'character', type: 'string', maxLength: 1 }],
  ['bool', { format: 'boolean', type: 'boolean' }],
  ['small', { format: 'smallint', type: 'integer' }],
  ['big', { format: 'bigint', type: 'integer' }],
  ['numeric', { format: 'numeric', type: 'number' }],
  ['real', { format: 'real', type: 'number' }],
  ['double', { format: 'double precision', type: 'number' }],
  ['json', { format: 'json' }],
  ['texts', { format: 'text[]', type: 'array', items: { type: 'string' } }],
  ['chars', { format: 'character[]', type: 'array', items: { type: 'string' } }],
  ['jsons', { format: 'jsonb[]', type: 'array', items: {} }],
  ['mood', { format: 'api.mood', type: 'string', enum: ['foo', 'bar'] }],
  ['short', { format: 'character varying', type: 'string', maxLength: 30 }],
])('the type of the column %s', (name, expected) => {
  expect(sent().definitions['kinds']?.properties[name]).toEqual(expected)
})

test('defaults are values where they can be', () => {
  const { properties = {} } = sent().definitions['defaults'] ?? {}
  const defaults = Object.entries(properties).map(([name, property]) => [
    name,
    (property as { default?: unknown }).default,
  ])
  expect(Object.fromEntries(defaults)).toEqual({
    ...{ text: 'default', bool: false, int: 42, numeric: 42.2, date: '1900-01-01' },
    ...{ stamp: 'now()', mood: 'foo', json: undefined },
  })
})

test('a relation is read and written at its path, with parameters that are shared', () => {
  const { paths, parameters } = sent()
  const filters = ['id', 'name', 'parent_id'].map(name => `rowFilter.children.${name}`)
  const { get, post, patch, delete: remove } = paths['/children'] ?? {}
  expect(get).toMatchObject({
    tags: ['children'],
    summary: 'Children summary',
    description: 'Children description\nthat spans lines',
    parameters: refs(
      ...[...filters, 'select', 'order', 'range', 'rangeUnit', 'offset', 'limit', 'preferCount'],
    ),
    responses: {
      200: {
        description: 'OK',
        schema: { type: 'array', items: { $ref: '#/definitions/children' } },
      },
      206: { description: 'Partial Content' },
    },
  })
  expect(post).toMatchObject({
    parameters: refs('body.children', 'select', 'preferPost'),
    responses: { 201: { description: 'Created' } },
  })
  expect(patch).toMatchObject({
    parameters: refs(...filters, 'body.children', 'preferReturn'),
    responses: { 204: { description: 'No Content' } },
  })
  expect(remove?.['parameters']).toEqual(refs(...filters, 'preferReturn'))
  expect(parameters['rowFilter.children.id']).toEqual({
    ...{ name: 'id', description: 'children id comment', required: false },
    ...{ in: 'query', type: 'string' },
  })
  expect(parameters['body.children']).toEqual({
    ...{ name: 'children', description: 'children', required: false, in: 'body' },
    schema: { $ref: '#/definitions/children' },
  })
})

test('what takes no writes is only read', () => {
  expect(Object.keys(sent().paths['/kept'] ?? {})).toEqual(['get'])
})

test('a function is called with arguments in the query string or in a body', () => {
  const { get, post } = sent().paths['/rpc/varied'] ?? {}
  const query = { in: 'query', required: true }
  expect(get).toMatchObject({
    tags: ['(rpc) varied'],
    summary: 'A function',
    description: 'Just a test',
    parameters: [
      { ...query, name: 'double', format: 'double precision', type: 'number' },
      { ...query, name: 'mood', format: 'mood', type: 'string' },
      { ...query, name: 'texts', format: 'text[]', type: 'string' },
      { ...query, name: 'json', format: 'json', type: 'string' },
      { ...query, name: 'integer', required: false, format: 'integer', type: 'integer' },
    ],
  })
  expect(post?.['parameters']).toEqual([
    {
      ...{ name: 'args', in: 'body', required: true },
      schema: {
        type: 'object',
        description: 'A function\n\nJust a test',
        required: ['double', 'mood', 'texts', 'json'],
        properties: {
          double: { format: 'double precision', type: 'number' },
          mood: { format: 'mood', type: 'string' },
          texts: { format: 'text[]', type: 'array', items: { type: 'string' } },
          json: { format: 'json' },
          integer: { format: 'integer', type: 'integer' },
        },
      },
    },
    { $ref: '#/parameters/preferParams' },
  ])
})

test('a variadic argument comes several times, and what writes is only posted', () => {
  const { paths } = sent()
  expect(paths['/rpc/words']?.['get']?.['parameters']).toEqual([
    {
      ...{ name: 'v', in: 'query', required: false, type: 'array', collectionFormat: 'multi' },
      items: { type: 'string', format: 'text' },
    },
  ])
  expect(Object.keys(paths['/rpc/change'] ?? {})).toEqual(['post'])
  const [args] = paths['/rpc/many']?.['post']?.['parameters'] as { schema: object }[]
  expect(args?.schema).toMatchObject({ required: ['b'] })
})

test('a role finds only what it may use; without a role everything is there', () => {
  const own = Object.keys(sent().paths)
  expect(own).not.toContain('/hidden')
  expect(own).not.toContain('/rpc/secret')
  expect(Object.keys(sent('postgres').paths)).toContain('/hidden')
  const all = describeAsSwagger(catalog, undefined, OPTIONS) as unknown as Sent
  expect(Object.keys(all.paths)).toEqual(expect.arrayContaining(['/hidden', '/rpc/secret']))
})

test('how a token is given is told where that is wanted', () => {
  expect(sent()['security']).toBeUndefined()
  expect(sent('anon', { securityActive: true })).toMatchObject({
    security: [{ JWT: [] }],
    securityDefinitions: {
      JWT: {
        description: 'Add the token prepending "Bearer " (without quotes) to it',
        ...{ in: 'header', name: 'Authorization', type: 'apiKey' },
      },
    },
  })
})

test('columns that a role may do nothing with, and keys to what it may not read, are left out', async () => {
  const guarded = await catalogOf(
    `
    create schema api;
    create table api.owners (id int primary key);
    create table api.things (id int primary key, owner_id int references api.owners, note text, code text);
    comment on column api.things.code is 'nobody should know';
    grant usage on schema api to anon;
    grant select (id, owner_id), update (note) on api.things to anon;`,
    { schemas: ['api'] },
  )
  const document = JSON.parse(JSON.stringify(describeAsSwagger(guarded, 'anon', OPTIONS))) as Sent
  expect(Object.keys(document.definitions['things']?.properties ?? {})).toEqual([
    ...['id', 'owner_id', 'note'],
  ])
  expect(document.definitions['things']?.properties['owner_id']).toEqual({
    ...{ format: 'integer', type: 'integer' },
  })
  expect(JSON.stringify(document)).not.toMatch(/nobody should know|things\.code|owners/)
})
