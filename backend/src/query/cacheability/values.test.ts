import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { readAs } from '../../../tests/support/catalog-of.ts'
import { filter, read } from '../../../tests/support/requests.ts'
import { seed } from '../../../tests/support/seed.ts'
import { parameter } from '../../base/index.ts'
import { type Catalog, relationKey } from '../catalog/index.ts'
import { planRead, type TestRequest } from '../plan/index.ts'
import { elementsOf } from './array-literal.ts'
import { judgementOf } from './predicate.ts'
import { NULL, truthOf } from './truth.ts'

const TYPES: Readonly<Record<string, readonly string[]>> = {
  i2: ['0', '1', '-1', '32767', '-32768'],
  i4: ['0', '1', '-1', '+1', ' 7 ', '007', '2147483647', '1_0', '0x10'],
  i8: [
    '0',
    '9007199254740993',
    '9007199254740992',
    '-9223372036854775808',
    '9223372036854775807',
    '12',
  ],
  n: [
    '0',
    '-0.0',
    '1',
    '1.0',
    '1.00',
    '.5',
    '5.',
    '-1.25',
    '1e2',
    'NaN',
    'Infinity',
    '12345678901234567890.1',
    '99.9',
    '100',
  ],
  n2: ['0', '1.005', '1.01', '1', '-3.10', '3.1'],
  b: ['true', 'f', 'YES', 'off', 't', '0', '1', ' on '],
  u: [
    '00000000-0000-0000-0000-000000000001',
    'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
    '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}',
    'a0eebc999c0b4ef8bb6d6bb9bd380a11',
    'a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11',
  ],
  s: ['', 'a', 'A', 'ab', ' a', 'a ', 'é', 'e\u0301', '"', '\\', '{a}', 'null', '\u{1F600}'],
  v: ['', 'a', 'a ', 'abc'],
  c: ['a', 'a ', 'b'],
  ci: ['a', 'A', 'á'],
  e: ['red', 'green', 'Blue'],
  d: [
    '2020-01-01',
    '2019-12-31',
    '20200101',
    'Jan 1 2020',
    'infinity',
    '-infinity',
    '0044-03-15 BC',
    '10000-01-01',
    '1999-02-28',
  ],
  t: [
    '2020-01-01',
    '2020-01-01T00:00:00',
    '2020-01-01 00:00',
    '2020-01-01 00:00:00.5',
    '2020-01-01 00:00:00.500000',
    'infinity',
    '2020-01-01 24:00',
    '2019-12-31 23:59:60',
  ],
  tz: [
    '2020-01-01T00:00:00Z',
    '2020-01-01T02:00:00+02:00',
    '2020-01-01 00:00:00+00',
    '2020-01-01',
    '2019-12-31T19:00:00-05:00',
    'infinity',
    '-infinity',
    '2300-01-01T00:00:00.000001Z',
    '2300-01-01T00:00:00Z',
    '1600-06-01T00:00:00Z',
  ],
  dom: ['1', '2', '3'],
  j: ['null', '1', '{}'],
  f: ['1', '1.5', 'NaN'],
}
const COLUMNS = Object.keys(TYPES)

let database: TestDatabase
let catalog: Catalog
beforeAll(async () => {
  database = await createDatabase(`
    create type color as enum ('green', 'red', 'Blue');
    create collation loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
    create domain small as int check (value < 10);
    create table t (
      id int primary key, i2 int2, i4 int4, i8 int8, n numeric, n2 numeric(10,2), b boolean, u uuid, s text, v varchar(5),
      c char(3), ci text collate loose, e color, d date, t timestamp, tz timestamptz, dom small, j json, f float8
    );
  `)
  catalog = await readAs(database.url)
})
afterAll(() => database.drop())

const OPERATORS = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte'] as const

function literalOf(values: readonly (string | null)[]): string {
  const quoted = values.map(value =>
    value === null ? 'NULL' : `"${value.replace(/[\\"]/g, '\\$&')}"`,
  )
  return `{${quoted.join(',')}}`
}

const cases = fc.constantFrom(...COLUMNS).chain(column => {
  const texts = TYPES[column] as string[]
  const value = fc.constantFrom(null, ...texts)
  return fc.record({
    column: fc.constant(column),
    row: value,
    operator: fc.constantFrom(...OPERATORS, 'in' as const, 'isdistinct' as const, 'is' as const),
    quantifier: fc.constantFrom(undefined, undefined, 'any' as const, 'all' as const),
    word: fc.constantFrom('null', 'not_null', 'true', 'false', 'unknown'),
    one: value,
    list: fc.array(value, { maxLength: 3 }),
    negated: fc.boolean(),
  })
})

test(`what is told of a row is what PostgreSQL says (seed ${seed})`, async () => {
  const told = { sure: 0, open: 0 }
  await fc.assert(
    fc.asyncProperty(fc.array(cases, { minLength: 40, maxLength: 40 }), async all => {
      for (const one of all) {
        const outcome = await holdsFor(one)
        if (outcome !== undefined) told[outcome]++
      }
    }),
    { seed, numRuns: Number(process.env['STIER_VALUES_RUNS'] ?? 15) },
  )
  expect(told.sure).toBeGreaterThan(told.open)
})

type Case = typeof cases extends fc.Arbitrary<infer One> ? One : never

async function holdsFor(one: Case): Promise<'sure' | 'open' | undefined> {
  const isList = one.operator === 'in' || (one.quantifier !== undefined && isOrder(one.operator))
  const given = isList ? literalOf(one.list) : one.one
  const real = await askPostgres(one, given)
  if (real === undefined) return undefined
  const request = filter(one.column, testOf(one), { negated: one.negated })
  const rules = { aggregates: true, rowsMax: undefined }
  const { where } = planRead(catalog, read('t', { where: [request] }), rules)
  const judgement = where && judgementOf(where)
  if (judgement === undefined) return 'open'
  const verdict = judgement([given])(real.row)
  expect(verdict & real.truth, JSON.stringify([one, real.row])).toBe(real.truth)
  return verdict === real.truth ? 'sure' : 'open'
}

/** Undefined: it refuses the value, so there is no answer to keep. */
async function askPostgres(one: Case, given: string | null) {
  const sql = sqlOf(one)
  try {
    const [found] = await database.query<{ row: string; truth: boolean | null }>(
      `with t as (select $1::text::${typeOf(one.column)} as "${one.column}")
       select row_to_json(t)::text as row, ${sql} as truth from t`,
      sql.includes('$2') ? [one.row, given] : [one.row],
    )
    const truth = found?.truth ?? null
    return { row: rowOf(found?.row ?? ''), truth: truth === null ? NULL : truthOf(truth) }
  } catch {
    return undefined
  }
}

function isOrder(operator: string): boolean {
  return operator === 'eq' || operator.startsWith('g') || operator.startsWith('l')
}

function testOf({ operator, quantifier, word }: Case): TestRequest {
  if (operator === 'is') return { kind: 'is', value: word as 'null' }
  if (operator === 'in' || operator === 'isdistinct') return { kind: operator, value: parameter(1) }
  const quantified = isOrder(operator) ? quantifier : undefined
  return { kind: 'compare', operator, quantifier: quantified, value: parameter(1) }
}

const SYMBOLS: Readonly<Record<string, string>> = {
  eq: '=',
  neq: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
}

function sqlOf({ column, operator, quantifier, word, negated }: Case): string {
  const field = `"${column}"`
  let text: string
  if (operator === 'is') text = `${field} is ${word.replace('_', ' ')}`
  else if (operator === 'in') text = `${field} = any ($2)`
  else if (operator === 'isdistinct') text = `${field} is distinct from $2`
  else if (quantifier !== undefined && isOrder(operator)) {
    text = `${field} ${SYMBOLS[operator]} ${quantifier} ($2)`
  } else text = `${field} ${SYMBOLS[operator]} $2`
  return negated ? `not (${text})` : text
}

function typeOf(column: string): string {
  const type = catalog.relations.get(relationKey('public', 't'))?.columns.get(column)?.type
  return column === 'ci' ? 'text collate loose' : (type?.formatted ?? '')
}

/** As rows of the journal are: strings decoded, everything else its JSON text. */
function rowOf(json: string): Record<string, string | null> {
  const [, name = '', value = ''] = /^\{"([^"]+)":([^]*)\}$/.exec(json) ?? []
  if (value === 'null') return { [name]: null }
  return { [name]: value.startsWith('"') ? (JSON.parse(value) as string) : value }
}

test('an array literal is read as PostgreSQL reads it, or not at all', async () => {
  const literals = fc.oneof(
    fc.array(fc.option(fc.string({ maxLength: 4 })), { maxLength: 4 }).map(literalOf),
    fc.string({ unit: fc.constantFrom('{', '}', ',', '"', '\\', 'a', ' ', 'NULL'), maxLength: 9 }),
  )
  await fc.assert(
    fc.asyncProperty(literals, async literal => {
      const found = elementsOf(literal)
      if (found === undefined || literal.includes('\0')) return
      const rows = await database.query<{ value: string | null }>(
        'select value from unnest($1::text[]) with ordinality as all_of(value, place) order by place',
        [literal],
      )
      expect(found).toEqual(rows.map(row => row.value))
    }),
    { seed, numRuns: 400 },
  )
})
