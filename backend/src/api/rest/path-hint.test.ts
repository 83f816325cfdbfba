import { beforeAll, expect, test } from 'vitest'
import { catalogOf } from '../../../tests/support/catalog-of.ts'
import type { Catalog } from '../../query/catalog/index.ts'
import { REST_DEFAULTS } from './options.ts'
import { hintForPath } from './path-hint.ts'

let catalog: Catalog
beforeAll(async () => {
  catalog = await catalogOf(`
    create table products (id int primary key);
    create table places (country text, town text, primary key (country, town));
    create table notes (words text);
    create function search() returns int language sql as 'select 1';
  `)
})

function hintAt(path: string, prefix: string): string | undefined {
  const rules = { ...REST_DEFAULTS, prefix }
  return hintForPath(path, catalog, rules, ['/openapi.json', '/docs'])
}

test.each([
  ['/products', 'Relations are below /rest/v1, functions below /rest/v1/rpc.'],
  ['/', 'Relations are below /rest/v1, functions below /rest/v1/rpc.'],
  ['/rest/v1products', 'Relations are below /rest/v1, functions below /rest/v1/rpc.'],
  ['/rest/v1/products/7', 'Rows are chosen by filters: /rest/v1/products?id=eq.7'],
  ['/rest/v1/places/at', 'Rows are chosen by filters: /rest/v1/places?country=eq.at&town=eq.…'],
  ['/rest/v1/notes/7', 'Rows are chosen by filters: /rest/v1/notes?column=eq.7'],
  ['/rest/v1/products/', 'Leave out the slash at the end: /rest/v1/products'],
  ['/rest/v1/search', 'It is a function: /rest/v1/rpc/search'],
  ['/rest/v1/openapi.json', 'It is at /openapi.json.'],
  ['/rest/v1/docs', 'It is at /docs.'],
  ['/docs/', 'It is at /docs.'],
  ['/rest/v1/nothing', undefined],
  ['/rest/v1/nothing/7', undefined],
  ['/rest/v1/products/7/name', undefined],
  ['/rest/v1/rpc/', undefined],
])('below /rest/v1, %s', (path, hint) => {
  expect(hintAt(path, '/rest/v1')).toBe(hint)
})

test.each([
  ['/rest/v1/products', 'Relations are at the root of this server, functions below /rpc.'],
  ['/products/7', 'Rows are chosen by filters: /products?id=eq.7'],
  ['/search', 'It is a function: /rpc/search'],
  ['/nothing', undefined],
])('at the root, %s', (path, hint) => {
  expect(hintAt(path, '/')).toBe(hint)
})
