import { beforeAll, expect, test } from 'vitest'
import { catalogOf } from '../../../../tests/support/catalog-of.ts'
import type { Catalog } from '../../../query/catalog/index.ts'
import { DATABASE_DEFAULTS } from '../../../query/executor/index.ts'
import { HTTP_DEFAULTS } from '../../http/index.ts'
import { REST_DEFAULTS } from '../options.ts'
import { createPlans } from '../services.ts'
import { type CallInput, understandCall } from './understand.ts'

const rules = { database: DATABASE_DEFAULTS, http: HTTP_DEFAULTS, rest: REST_DEFAULTS }
let catalog: Catalog
beforeAll(async () => {
  catalog = await catalogOf(`
    create table things (id int primary key);
    create function add_them(a int, b int) returns int language sql immutable as 'select 1';
    create function change(a int) returns setof things language sql as 'select 1';
    create function whole(jsonb) returns int language sql immutable as 'select 1';
    create function no_body() returns int language sql immutable as 'select 1';
    create function longest_of(variadic v text[]) returns text language sql immutable as 'select null';
  `)
})

function understand(parts: Partial<CallInput>, plans = createPlans()) {
  const input = {
    method: 'GET',
    name: 'add_them',
    queryString: '',
    headers: {},
    body: undefined,
    identity: { role: 'anon' },
    ...parts,
  }
  return understandCall(input, catalog, { plans, rules })
}

const post = (name: string, body: string, parts: Partial<CallInput> = {}) =>
  understand({ method: 'POST', name, body: Buffer.from(body), ...parts })

test('calls that differ in values alone are understood once', () => {
  const plans = createPlans()
  const first = understand({ queryString: 'a=31415&b=2' }, plans)
  const second = understand({ queryString: 'a=3&b=4' }, plans)
  expect(second.prepared).toBe(first.prepared)
  expect([first.parameters, second.parameters]).toEqual([
    ['31415', '2'],
    ['3', '4'],
  ])
  expect(first.prepared.statement.text).not.toContain('31415')
  expect(understand({ queryString: 'b=4&a=3' }, plans).parameters).toEqual(['4', '3'])
})

test('so are calls with more or fewer variadic values, and bodies of the same keys', () => {
  const plans = createPlans()
  understand({ name: 'longest_of', queryString: 'v=a' }, plans)
  const several = understand({ name: 'longest_of', queryString: 'v=a&v=b,"c' }, plans)
  expect(several.parameters).toEqual([String.raw`{"a","b,\"c"}`])
  expect(plans.calls.size).toBe(1)
  for (const body of ['{"a": 1, "b": 2}', '{"a": 3, "b": 4}']) {
    understand({ method: 'POST', body: Buffer.from(body) }, plans)
  }
  expect(plans.calls.size).toBe(2)
})

test('keys that would run together are told apart', () => {
  const plans = createPlans()
  const call = (body: string) =>
    understand({ method: 'POST', body: Buffer.from(body) }, plans).parameters
  call('{"a": 1, "b": 2}')
  expect(() => call(String.raw`{"a\u0000b": 1}`)).toThrow(
    expect.objectContaining({ code: 'PGRST202' }),
  )
  expect(() => call('{"a\\",\\"b": 1}')).toThrow(expect.objectContaining({ code: 'PGRST202' }))
})

test('values follow those of the query string, and the limit of the guard comes between', () => {
  const strict = { prefer: 'handling=strict, max-affected=7' }
  const call = post('change', '{"a": 1}', { queryString: 'id=gt.5&limit=3000', headers: strict })
  expect(call.parameters).toEqual(['5', '3000', '7', '{"a": 1}'])
  expect(call.guard).toEqual({ kind: 'at-most', rows: { kind: 'parameter', index: 3 } })
})

test('what reads has no guard, and takes no parameter for one', () => {
  const strict = { prefer: 'handling=strict, max-affected=7' }
  const call = understand({ name: 'change', queryString: 'a=1', headers: strict })
  expect([call.access, call.guard, call.parameters]).toEqual(['read-only', undefined, ['1']])
})

test.each([
  ['GET', 'add_them', 'read-only'],
  ['GET', 'change', 'read-only'],
  ['POST', 'add_them', 'read-only'],
  ['POST', 'change', 'read-write'],
])('%s %s is %s', (method, name, access) => {
  const queryString = method === 'GET' ? (name === 'change' ? 'a=1' : 'a=1&b=2') : ''
  const body = Buffer.from(name === 'change' ? '{"a": 1}' : '{"a": 1, "b": 2}')
  expect(understand({ method, name, queryString, body }).access).toBe(access)
})

test('a body that no argument is taken from is not sent', () => {
  expect(post('no_body', '{}').parameters).toEqual([])
  expect(post('no_body', '[]').parameters).toEqual([])
  expect(post('whole', '').parameters).toEqual([''])
})

test.each(['null', '7', '"text"'])('%s is no arguments, unless a function takes it whole', body => {
  expect(post('no_body', body).parameters).toEqual([])
  expect(post('whole', body).parameters).toEqual([body])
  expect(() => post('add_them', body)).toThrow(expect.objectContaining({ code: 'PGRST202' }))
})

test('a list without keys is no arguments of anything', () => {
  expect(post('whole', '[1]').parameters).toEqual(['[1]'])
  expect(() => post('no_body', '[1]')).toThrow(expect.objectContaining({ code: 'PGRST102' }))
})

test('columns take nothing of an empty array, rather than nulls', () => {
  const queryString = 'columns=a'
  expect(post('change', '[{"a": 1, "b": 2}]', { queryString }).parameters).toEqual([
    '[{"a": 1, "b": 2}]',
  ])
  expect(() => post('change', ' [ ] ', { queryString })).toThrow(
    expect.objectContaining({ code: 'PGRST202' }),
  )
})

test('of a name that comes twice the last value counts, and a variadic one takes all', () => {
  expect(understand({ queryString: 'a=1&b=2&a=3' }).parameters).toEqual(['3', '2'])
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  expect(post('longest_of', 'v=a&v=&v=c', { headers: form }).parameters).toEqual(['{"a","","c"}'])
})

test.each([
  ['application/json; charset=utf-8', '{"a": 1, "b": 2}', ['{"a": 1, "b": 2}']],
  ['application/x-www-form-urlencoded', 'a=1&b=2+3', ['1', '2 3']],
  ['text/csv', 'b,a\n2,NULL\n4,3', ['2', null]],
])('a body of %s', (contentType, body, parameters) => {
  const headers = { 'content-type': contentType }
  expect(post('add_them', body, { headers }).parameters).toEqual(parameters)
})

test('the range header is for GET', () => {
  const headers = { range: '2-5' }
  expect(understand({ name: 'change', queryString: 'a=1', headers }).range).toEqual({
    offset: 2,
    limit: 4,
  })
  expect(post('change', '{"a": 1}', { headers }).range).toEqual({ offset: 0, limit: undefined })
})
