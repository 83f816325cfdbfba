import { beforeAll, expect, test } from 'vitest'
import { catalogOf } from '../../../tests/support/catalog-of.ts'
import { parameter } from '../../base/index.ts'
import type { Catalog } from '../catalog/index.ts'
import { findRoutine } from './overloads.ts'
import type { ArgumentsRequest } from './request.ts'

let catalog: Catalog
beforeAll(async () => {
  catalog = await catalogOf(`
    create schema elsewhere;
    create function add_them(a int, b int) returns int language sql as 'select 1';
    create function say_hello(name text) returns text language sql as 'select $1';
    create function nothing() returns int language sql as 'select 1';
    create function optional(a int default 1, b int default 2) returns int language sql as 'select 1';
    create function half(a int, b int default 2) returns int language sql as 'select 1';
    create function half(a int, c text) returns int language sql as 'select 1';
    create function many(variadic v int[] default '{}') returns int language sql as 'select 1';
    create function same(arg int) returns int language sql as 'select 1';
    create function same(arg xml) returns int language sql as 'select 1';
    create function same(arg text, num int default 0) returns int language sql as 'select 1';
    create function body(x int, y int) returns int language sql as 'select 1';
    create function body(json) returns int language sql as 'select 1';
    create function body(text) returns int language sql as 'select 1';
    create function body() returns int language sql as 'select 1';
    create function two_bodies(json) returns int language sql as 'select 1';
    create function two_bodies(jsonb) returns int language sql as 'select 1';
  `)
})

const value = parameter(1)
const named = (...names: string[]): ArgumentsRequest => ({
  kind: 'named',
  values: names.map(name => [name, value]),
})
const json = (...names: string[]): ArgumentsRequest => ({
  kind: 'json',
  names,
  isArray: false,
  value,
})
const raw = (type: 'json' | 'text' | 'xml' | 'bytea'): ArgumentsRequest => ({
  kind: 'raw',
  type,
  value,
})

/** The parameters of the overload that is meant. */
function chosen(name: string, given: ArgumentsRequest): string {
  const { parameters } = findRoutine(catalog, { schema: 'public', name, arguments: given })
  return parameters.map(one => one.name || one.type.name).join(', ')
}

function refusal(name: string, given: ArgumentsRequest, schema = 'public'): unknown {
  try {
    return findRoutine(catalog, { schema, name, arguments: given })
  } catch (error) {
    return error
  }
}

test.each([
  ['add_them', named('b', 'a'), 'a, b'],
  ['add_them', json('a', 'b'), 'a, b'],
  ['nothing', named(), ''],
  ['nothing', json(), ''],
  ['optional', named(), 'a, b'],
  ['optional', named('b'), 'a, b'],
  ['half', named('a'), 'a, b'],
  ['half', named('a', 'b'), 'a, b'],
  ['half', named('c', 'a'), 'a, c'],
  ['many', named('v'), 'v'],
  ['many', named(), 'v'],
  ['same', named('num', 'arg'), 'arg, num'],
  ['body', json('x', 'y'), 'x, y'],
  ['body', json(), ''],
  ['body', json('z'), 'json'],
  ['body', raw('json'), 'json'],
  ['body', raw('text'), 'text'],
  ['two_bodies', named(), undefined],
])('%s with %j is the overload of (%s)', (name, given, expected) => {
  if (expected === undefined) expect(refusal(name, given)).toMatchObject({ code: 'PGRST202' })
  else expect(chosen(name, given)).toBe(expected)
})

const hello = 'Perhaps you meant to call the function public.say_hello'
test.each([
  [
    'sayhello',
    named(),
    'the function public.sayhello without parameters',
    'the function public.sayhello without parameters',
    hello,
  ],
  [
    'say_hello',
    named('nam'),
    'the function public.say_hello(nam)',
    'the function public.say_hello with parameter nam',
    `${hello}(name)`,
  ],
  [
    'add_them',
    named('smthelse', 'b', 'a'),
    'the function public.add_them(a, b, smthelse)',
    'the function public.add_them with parameters a, b, smthelse',
    'Perhaps you meant to call the function public.add_them(a, b)',
  ],
  [
    'add_them',
    json('a'),
    'the function public.add_them(a)',
    'the function public.add_them with parameter a or with a single unnamed json/jsonb parameter',
    'Perhaps you meant to call the function public.add_them(a, b)',
  ],
  [
    'add_them',
    raw('bytea'),
    'the function public.add_them',
    'the function public.add_them with a single unnamed bytea parameter',
    'Perhaps you meant to call the function public.add_them(a, b)',
  ],
  [
    'half',
    named('wrong_arg'),
    'the function public.half(wrong_arg)',
    'the function public.half with parameter wrong_arg',
    'Perhaps you meant to call the function public.half(a, b) or public.half(a, c)',
  ],
  [
    'two_bodies',
    named('wrong_arg'),
    'the function public.two_bodies(wrong_arg)',
    'the function public.two_bodies with parameter wrong_arg',
    'Perhaps you meant to call the function public.two_bodies with a whole body of type json ' +
      'or public.two_bodies with a whole body of type jsonb',
  ],
  [
    'no_close_alternative',
    json(),
    'the function public.no_close_alternative without parameters',
    'the function public.no_close_alternative without parameters or with a single unnamed json/jsonb parameter',
    null,
  ],
])('%s with %j is not found', (name, given, inMessage, inDetails, hint) => {
  expect(refusal(name, given)).toMatchObject({
    code: 'PGRST202',
    status: 404,
    message: `Could not find ${inMessage} in the schema cache`,
    details: `Searched for ${inDetails}, but no matches were found in the schema cache.`,
    hint,
  })
})

test('overloads that differ in types alone cannot be told apart', () => {
  expect(refusal('same', named('arg'))).toMatchObject({
    code: 'PGRST203',
    status: 300,
    message:
      'Could not choose the best candidate function between: public.same(arg => integer), ' +
      'public.same(arg => xml), public.same(arg => text, num => integer)',
    hint:
      'Try renaming the parameters or the function itself in the database ' +
      'so function overloading can be resolved',
  })
  expect(refusal('two_bodies', json('a'))).toMatchObject({
    message:
      'Could not choose the best candidate function between: public.two_bodies( => json), ' +
      'public.two_bodies( => jsonb)',
  })
})

test('only functions of exposed schemas are called', () => {
  expect(refusal('add_them', named(), 'elsewhere')).toMatchObject({ code: 'PGRST106' })
})
