import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  InvalidationTrial,
  literal,
  type Question,
} from '../../../tests/support/invalidation-trial.ts'
import { createRandom } from '../../../tests/support/random.ts'
import { filter, read, star } from '../../../tests/support/requests.ts'
import { seed } from '../../../tests/support/seed.ts'
import { parameter } from '../../base/index.ts'
import { relationKey } from '../catalog/index.ts'
import { tagOf } from './change.ts'

/** Types of keys, each with texts that PostgreSQL takes for equal though they are not, and some that it does not. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  int2: ['1', '01', '+1', ' 1 ', '-0', '0', '2'],
  int4: ['1', '01', '+1', ' 1 ', '-0', '0', '0x1', '1_0', '10'],
  int8: [
    '9007199254740993',
    '09007199254740993',
    '9007199254740992',
    '+9007199254740993',
    '-0',
    '0',
  ],
  numeric: ['1', '1.0', '1.00', '01', '1e0', '-0', '0', '0.0', 'NaN', '12345678901234567890.10'],
  'numeric(10,2)': ['1', '1.0', '1.001', '1.005', '1.01', '-0.001', '0'],
  float8: ['1', '1.0', '1e0', '-0', '0', 'NaN', '0.1', '0.10000000000000001', 'Infinity', 'inf'],
  float4: ['0.1', '0.10000000149011612', '16777217', '16777216', '-0', '0'],
  text: ['a', 'a ', 'A', '', 'é', 'e\u0301', '"', '\\', ',', '{a}', 'NULL'],
  'varchar(3)': ['a', 'a ', 'A', 'abc', ''],
  'char(3)': ['a', 'a ', 'a  ', 'A', 'abc', ''],
  '"char"': ['a', 'b', ''],
  name: ['a', 'a ', 'A'],
  citext: ['a', 'A', 'a ', 'É', 'é'],
  loose: ['a', 'A', 'á', 'b'],
  small: ['1', '01', '2'],
  label: ['a', 'A', ' a'],
  uuid: [
    'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
    '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}',
    'a0eebc999c0b4ef8bb6d6bb9bd380a11',
    'a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11',
  ],
  boolean: ['true', 't', 'TRUE', 'yes', '1', ' on', 'false', 'f', '0', 'off'],
  color: ['red', 'Red', 'blue'],
  date: ['2020-01-01', '20200101', 'Jan 1 2020', '2020-1-1', 'infinity', '0044-03-15 BC'],
  timestamp: ['2020-01-01', '2020-01-01 00:00', '2020-01-01T00:00:00.000000', '2019-12-31 24:00'],
  timestamptz: [
    '2020-01-01T00:00:00Z',
    '2020-01-01 01:00:00+01',
    '2019-12-31T19:00-05:00',
    '2020-01-01 00:00 UTC',
    '2020-01-01',
    '0001-01-01T00:00:00Z',
  ],
  time: ['00:00', '00:00:00', '24:00', '12:00 AM'],
  timetz: ['00:00+00', '01:00+01', '00:00Z'],
  interval: ['1 day', '24:00:00', '24 hours', 'P1D', '1 mon', '30 days'],
  bytea: ['\\x61', 'a', '\\141', '\\X61', '\\x6162'],
  inet: ['10.0.0.1', '10.0.0.1/32', '10.0.0.0/8', '::1', '0:0:0:0:0:0:0:1'],
  macaddr: ['08:00:2b:01:02:03', '08002b-010203', '0800.2b01.0203'],
  'bit(4)': ['1010', 'B1010', 'xA', '1011'],
  'int[]': ['{1,2}', '{ 1, 2 }', '[0:1]={1,2}', '{01,2}', '{2,1}', '{}'],
  'text[]': ['{a,b}', '{"a","b"}', '{a, b}', '{NULL}', '{"NULL"}'],
  jsonb: ['{"a":1,"b":2}', '{"b":2, "a":1}', '1', '1.0', '"a"', 'null', '{"a":1,"a":1,"b":2}'],
  int4range: ['[1,3)', '[1,2]', '(0,2]', 'empty', '[3,3)'],
}

const SCHEMA = `
  create extension citext;
  create type color as enum ('red', 'blue');
  create collation loosely (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
  create domain loose as text collate loosely;
  create domain small as int check (value < 10);
  create domain label as text;
  ${Object.keys(KEYS)
    .map(
      (type, at) => `
        create table one_${at} (id ${type} primary key, n int);
        create table two_${at} (part int, id ${type}, n int, primary key (id, part));`,
    )
    .join('')}
`

const CHANGES = Number(process.env['STIER_SOUNDNESS_CHANGES'] ?? 8)
const random = createRandom(seed)

let trial: InvalidationTrial
beforeAll(async () => {
  trial = await InvalidationTrial.start(SCHEMA)
})
afterAll(() => trial.stop())

const equals = (column: string, index: number) =>
  filter(column, { kind: 'compare', operator: 'eq', value: parameter(index) })

const listOf = (texts: readonly string[]) =>
  `{${texts.map(text => JSON.stringify(text)).join(',')}}`

async function questionsOf(at: number, texts: readonly string[]): Promise<readonly Question[]> {
  const one = read(`one_${at}`, { select: [star], where: [equals('id', 1)] })
  const two = read(`two_${at}`, { select: [star], where: [equals('id', 1), equals('part', 2)] })
  const among = filter('id', { kind: 'in', value: parameter(1) })
  const any = read(`one_${at}`, { select: [star], where: [among] })
  const equal = { kind: 'compare', operator: 'eq', value: parameter(1) } as const
  const all = filter('id', { ...equal, quantifier: 'all' })
  const every = read(`one_${at}`, { select: [star], where: [all] })
  const questions = [await trial.question(any, [listOf(texts)])]
  for (const text of texts) {
    questions.push(await trial.question(one, [text]))
    questions.push(await trial.question(every, [listOf([text])]))
    questions.push(await trial.question(two, [text, random.pick(['1', '01'])]))
  }
  return questions.filter(question => question !== undefined)
}

function changeBy(at: number, texts: readonly string[]): string {
  const [one, other] = [literal(random.pick(texts)), literal(random.pick(texts))]
  const [table, columns, values] = random.oneIn(2)
    ? [`one_${at}`, 'id', one]
    : [`two_${at}`, 'id, part', `${one}, ${1 + random.below(2)}`]
  switch (random.below(6)) {
    case 0:
      return `delete from ${table} where id = ${one}`
    case 1:
      return `update ${table} set id = ${other} where id = ${one}`
    case 2:
      return `update ${table} set n = coalesce(n, 0) + 1 where id = ${one}`
    default:
      return `insert into ${table} (${columns}, n) values (${values}, ${random.below(9)})`
  }
}

test(`a row is told to who asks for it by any text of its key (seed ${seed})`, async () => {
  for (const [at, [type, texts]] of Object.entries(KEYS).entries()) {
    const { differed } = trial.tally
    await trial.watch(await questionsOf(at, texts))
    for (let tried = 0, done = 0; done < CHANGES && tried < 100; tried++) {
      if (await trial.change(changeBy(at, texts))) done++
    }
    expect(trial.tally.differed, type).toBeGreaterThan(differed)
  }
}, 120_000)

test('rows are told apart by key only where equal keys have one text', async () => {
  const byKey = async ([at, [, texts]]: [number, [string, readonly string[]]]) => {
    const table = trial.catalog.relations.get(relationKey('public', `one_${at}`))
    const questions = await questionsOf(at, texts)
    return questions.some(({ dependencies }) =>
      dependencies.some(({ tag, keys }) => tag === tagOf(table?.oid ?? 0) && keys !== undefined),
    )
  }
  const kept: string[] = []
  for (const entry of Object.entries(KEYS).entries()) {
    if (await byKey(entry)) kept.push(entry[1][0])
  }
  expect(kept).toEqual([
    ...['int2', 'int4', 'int8', 'text', 'varchar(3)', 'small', 'label', 'uuid', 'boolean', 'color'],
  ])
})
