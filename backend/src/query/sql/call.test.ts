import fc from 'fast-check'
import { loadModule, parseSync } from 'libpg-query'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readAs } from '../../../tests/support/catalog-of.ts'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { aggregate, field, filter, read, star } from '../../../tests/support/requests.ts'
import { seed } from '../../../tests/support/seed.ts'
import { parameter } from '../../base/index.ts'
import type { Catalog, Routine, RoutineParameter, TypeRef } from '../catalog/index.ts'
import { type ArgumentsRequest, type CallPlan, planCall } from '../plan/index.ts'
import { compileCall } from './call.ts'
import type { AnswerShape } from './types.ts'

let database: TestDatabase
let catalog: Catalog
beforeAll(async () => {
  await loadModule()
  database = await createDatabase(`
    create table things (id int primary key, name text);
    insert into things values (1, 'one'), (2, 'two'), (3, 'three');
    create table runs (n int);
    create function echo(value text) returns text language sql immutable as 'select value';
    create function echo_json(value json) returns json language sql immutable as 'select value';
    create function joined(variadic parts text[]) returns text language sql immutable
      as $$ select array_to_string(parts, '|') $$;
    create function up_to(n int) returns setof things language plpgsql as $$
      begin
        insert into runs values (n);
        return query select * from things where id <= n order by id;
      end $$;
    create function one(n int) returns things language sql stable
      as 'select * from things where id = n';
    create function numbers(n int) returns setof int language sql stable
      as 'select generate_series(1, n)';
    create function nothing() returns void language plpgsql
      as $$ begin insert into runs values (0); end $$;
    grant select on things to authenticator;
  `)
  catalog = await readAs(database.authenticatorUrl)
})
afterAll(() => database.drop())

const ARRAY: AnswerShape = { format: 'array', stripNulls: false, count: undefined }
const CONTEXT = { serverVersion: 150_000 }

function planOf(name: string, given: ArgumentsRequest, parts: Parameters<typeof read>[1] = {}) {
  const { select, where, order, limit, offset } = read('', parts)
  const asked = { select: select.length > 0 ? select : [star], where, order, limit, offset }
  const request = { schema: 'public', name, arguments: given, read: asked }
  return planCall(catalog, request, { aggregates: true, rowsMax: undefined })
}

const named = (...names: string[]): ArgumentsRequest => ({
  kind: 'named',
  values: names.map((name, index) => [name, parameter(index + 1)]),
})
const json = (...names: string[]): ArgumentsRequest => ({
  kind: 'json',
  names,
  isArray: false,
  value: parameter(1),
})

async function answer(
  plan: CallPlan,
  values: readonly (string | null)[],
  shape: Partial<AnswerShape> = {},
) {
  const { text } = compileCall(plan, { ...ARRAY, ...shape }, CONTEXT)
  const [row] = await database.query<{ body: string | null; rows: string; total: string | null }>(
    text,
    [...values],
  )
  return row
}

test('any text is only a value, in the query string and in a body', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 30 }).filter(value => !value.includes('\0'))
  await fc.assert(
    fc.asyncProperty(text, async value => {
      const expected = JSON.stringify(value)
      const plain = await answer(planOf('echo', named('value')), [value])
      expect(JSON.parse(plain?.body ?? '')).toBe(value)
      const body = `{"value": ${expected}}`
      const fromBody = await answer(planOf('echo', json('value')), [body])
      expect(JSON.parse(fromBody?.body ?? '')).toBe(value)
      const whole = await answer(planOf('echo_json', json('value')), [body])
      expect(whole?.body).toBe(expected)
    }),
    { numRuns: 60, seed },
  )
})

test('rows, counts and totals of a set', async () => {
  const plan = planOf('up_to', named('n'), { select: [field('name')], limit: parameter(2) })
  await database.query('truncate runs')
  expect(await answer(plan, ['3', '2'], { count: 'exact' })).toMatchObject({
    body: '[{"name":"one"}, \n {"name":"two"}]',
    rows: '2',
    total: '3',
  })
  expect(await database.query('select from runs')).toHaveLength(1)
})

test('one row is one whatever filters leave of it, and the total says what they left', async () => {
  const plan = planOf('one', second('n'), { where: [filter('name', 'eq')] })
  expect(await answer(plan, ['two', '2'], { count: 'exact' })).toMatchObject({
    body: '{"id":2,"name":"two"}',
    rows: '1',
    total: '1',
  })
  expect(await answer(plan, ['three', '2'], { count: 'exact' })).toMatchObject({
    body: 'null',
    rows: '1',
    total: '0',
  })
})

/** An argument behind one value of the query string. */
function second(name: string): ArgumentsRequest {
  return { kind: 'named', values: [[name, parameter(2)]] }
}

test('grouped rows of a set', async () => {
  const plan = planOf('numbers', named('n'), {
    select: [aggregate('sum', 'pgrst_scalar'), aggregate('count')],
  })
  expect((await answer(plan, ['4']))?.body).toBe('[{"sum":10,"count":4}]')
})

test('a value under another name is a row', async () => {
  const renamed = planOf('numbers', named('n'), {
    select: [field('pgrst_scalar', { alias: 'n', cast: 'text' })],
  })
  expect((await answer(renamed, ['2']))?.body).toBe('[{"n":"1"}, \n {"n":"2"}]')
  const cast = planOf('numbers', named('n'), { select: [field('pgrst_scalar')] })
  expect((await answer(cast, ['2']))?.body).toBe('[1, 2]')
})

test('values that are asked for as one object keep their column', async () => {
  const plan = planOf('numbers', named('n'))
  expect(await answer(plan, ['1'], { format: 'object' })).toMatchObject({
    body: '{"pgrst_scalar":1}',
    rows: '1',
  })
})

test('what nobody looks at runs all the same', async () => {
  await database.query('truncate runs')
  const { body, rows } = (await answer(planOf('nothing', named()), [], { format: 'none' })) ?? {}
  expect([body, rows]).toEqual([null, '1'])
  expect(await database.query('select from runs')).toHaveLength(1)
})

test('the first object of an array has the arguments', async () => {
  const given = { ...json('value'), isArray: true } as ArgumentsRequest
  const body = '[{"value": "a"}, {"value": "b"}]'
  expect((await answer(planOf('echo', given), [body]))?.body).toBe('"a"')
})

test('a variadic argument is an array', async () => {
  expect((await answer(planOf('joined', named('parts')), ['{a,"b,c"}']))?.body).toBe('"a|b,c"')
  const body = '{"parts": ["a", "b,c"]}'
  expect((await answer(planOf('joined', json('parts')), [body]))?.body).toBe('"a|b,c"')
})

/** Names as a database may have them. */
const NAMES = [
  `"`,
  `""`,
  `'`,
  `\\`,
  `x" := 1); drop table things; --`,
  `$1`,
  `$$`,
  `/*`,
  `--`,
  `a.b`,
  `variadic`,
  `::text`,
  `＂`,
  `🦆`,
]
const MARK = '¦'

function typeNamed(name: string): TypeRef {
  return {
    oid: 1,
    schema: name,
    name,
    formatted: name,
    baseOid: 1,
    kind: 'base',
    elementOid: null,
  }
}

/** Every name of a call is this one. */
function textWith(name: string, kind: 'named' | 'json' | 'raw', variadic: boolean): string {
  const type = typeNamed(name)
  const one: RoutineParameter = { name, type, required: true, variadic }
  const routine: Routine = {
    oid: 1,
    schema: name,
    name,
    comment: null,
    parameters: [one],
    variadic,
    returns: { kind: 'scalar', set: false, type },
    volatility: 'stable',
    settings: new Map(),
    securityDefiner: false,
    executableBy: [],
  }
  const value = parameter(1)
  const plan = planOf('echo', named('value'))
  const returning = {
    ...plan.returning,
    source: { kind: 'call', routine, relation: undefined } as const,
  }
  const given = {
    named: { kind: 'named', values: [{ parameter: one, value }] },
    json: { kind: 'json', parameters: [one], isArray: true, value },
    raw: { kind: 'raw', parameter: one, value },
  } as const
  return compileCall({ kind: 'call', routine, arguments: given[kind], returning }, ARRAY, CONTEXT)
    .text
}

function skeleton(text: string, name: string): unknown {
  return JSON.parse(JSON.stringify(parseSync(text).stmts), (key, value: unknown) => {
    if (key === 'location' || key === 'stmt_len') return undefined
    return value === name ? '#' : value
  })
}

test('no name of a function, parameter or type is more than a name', () => {
  const name = fc.oneof(
    fc.constantFrom(...NAMES),
    fc
      .array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 })
      .map(parts => parts.join('')),
    fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .filter(text => !text.includes('\0')),
  )
  const kind = fc.constantFrom('named', 'json', 'raw')
  fc.assert(
    fc.property(name, kind, fc.boolean(), (text, given, variadic) => {
      const marked = text + MARK
      fc.pre(Buffer.byteLength(marked) < 64)
      const benign = `benign${MARK}`
      expect(skeleton(textWith(marked, given, variadic), marked)).toEqual(
        skeleton(textWith(benign, given, variadic), benign),
      )
    }),
    { numRuns: 200, seed },
  )
})
