import { expect, test } from 'vitest'
import { agency } from '../../../tests/support/agency.ts'
import { parameter } from '../../base/index.ts'
import { either, embed, filter, read, star } from '../../../tests/support/requests.ts'
import { planRead } from './read.ts'
import type { ConditionRequest, SelectRequest, TestRequest } from './request.ts'
import type { Condition } from './types.ts'

const isNull: TestRequest = { kind: 'is', value: 'null' }

function where(
  relation: string,
  conditions: ConditionRequest[],
  select: SelectRequest[] = [star],
): Condition | undefined {
  const request = read(relation, { where: conditions, select })
  return planRead(agency, request, { aggregates: false, rowsMax: undefined }).where
}

test('no filter is no condition, one is itself, several hold together', () => {
  expect(where('clients', [])).toBeUndefined()
  expect(where('clients', [filter('id', 'eq')])).toMatchObject({
    kind: 'test',
    field: { name: 'id' },
    negated: false,
    test: { kind: 'compare', operator: 'eq', quantifier: undefined },
  })
  expect(where('clients', [filter('id', 'eq'), filter('name', 'like')])).toMatchObject({
    kind: 'and',
    negated: false,
    conditions: [{ field: { name: 'id' } }, { field: { name: 'name' } }],
  })
})

test('trees keep their form and their negations', () => {
  const inner = { kind: 'and', negated: true, conditions: [filter('id', 'gt')] } as const
  expect(where('clients', [either(inner, filter('name', 'eq', { negated: true }))])).toMatchObject({
    kind: 'or',
    conditions: [
      { kind: 'and', negated: true, conditions: [{ kind: 'test', negated: false }] },
      { kind: 'test', negated: true },
    ],
  })
})

test('an empty tree says nothing', () => {
  expect(() => where('clients', [either()])).toThrow(
    expect.objectContaining({ code: 'PGRST100', message: "Empty 'or'" }),
  )
})

test('every kind of test passes with its parameters', () => {
  const value = parameter(3)
  const tests: TestRequest[] = [
    { kind: 'in', value },
    { kind: 'isdistinct', value },
    { kind: 'is', value: 'unknown' },
    { kind: 'compare', operator: 'like', quantifier: 'any', value },
  ]
  for (const asked of tests) {
    const planned = where('clients', [filter('name', asked)])
    const expected = 'value' in asked && asked.kind !== 'is' ? { value: { parameter: value } } : {}
    expect(planned).toMatchObject({ test: { ...asked, ...expected } })
  }
})

test('unknown operators, quantifiers where none may be, and unknown columns are refused', () => {
  expect(() => where('clients', [filter('id', 'equals')])).toThrow("Unknown operator 'equals'")
  const wrong: TestRequest = {
    kind: 'compare',
    operator: 'neq',
    quantifier: 'any',
    value: parameter(1),
  }
  expect(() => where('clients', [filter('id', wrong)])).toThrow("Unknown operator 'neq(any)'")
  expect(() => where('clients', [filter('idd', 'eq')])).toThrow('column clients.idd does not exist')
})

test('a computed field can be filtered', () => {
  expect(where('clients', [filter('full_name', 'eq')])).toMatchObject({
    field: { computed: { name: 'full_name' } },
  })
})

test('a value of a column with a representation enters through it, a pattern does not', () => {
  const entered = { fromText: { name: 'color_from_text' } }
  const value = parameter(1)
  const through: (TestRequest | string)[] = [
    'eq',
    'gt',
    { kind: 'in', value },
    { kind: 'isdistinct', value },
  ]
  for (const asked of through) {
    expect(where('briefs', [filter('background', asked)])).toMatchObject({
      test: { value: { representation: entered } },
    })
  }
  for (const asked of ['like', 'match']) {
    expect(where('briefs', [filter('background', asked)])).toMatchObject({
      test: { value: { representation: undefined } },
    })
  }
  expect(where('projects', [filter('notes', 'eq')])).toMatchObject({
    test: { value: { representation: undefined } },
  })
})

test('a text search makes a vector of everything but a vector', () => {
  const search: TestRequest = {
    kind: 'search',
    operator: 'fts',
    language: parameter(1),
    value: parameter(2),
  }
  const convert = (relation: string, name: string) => where(relation, [filter(name, search)])
  expect(convert('projects', 'name')).toMatchObject({ test: { ...search, convert: true } })
  expect(convert('projects', 'data')).toMatchObject({ test: { convert: true } })
  expect(convert('projects', 'data->>a')).toMatchObject({ test: { convert: true } })
  expect(convert('projects', 'search')).toMatchObject({ test: { convert: false } })
  expect(convert('projects', 'terms')).toMatchObject({ test: { convert: false } })
  expect(convert('clients', 'full_name')).toMatchObject({ test: { convert: true } })
  expect(convert('clients', 'vector')).toMatchObject({ test: { convert: false } })
})

test('an embed that is null is an anti-join, and one that is not null a semi-join', () => {
  const select = [star, embed('projects')]
  const none = where('clients', [filter('projects', isNull)], select)
  expect(none).toEqual({ kind: 'embed-null', embed: 1, negated: false })
  const some = where('clients', [filter('projects', isNull, { negated: true })], select)
  expect(some).toMatchObject({ negated: true })
  const notNull: TestRequest = { kind: 'is', value: 'not_null' }
  expect(where('clients', [filter('projects', notNull)], select)).toMatchObject({ negated: true })
  const twice = where('clients', [filter('projects', notNull, { negated: true })], select)
  expect(twice).toMatchObject({ negated: false })
})

test('it may stand anywhere in a tree, and speaks of an embed by its alias', () => {
  const select = [star, embed('projects', [], { alias: 'jobs' }), embed('open_projects')]
  const tree = either(filter('jobs', isNull), filter('open_projects', isNull))
  expect(where('clients', [tree], select)).toMatchObject({
    kind: 'or',
    conditions: [
      { kind: 'embed-null', embed: 1 },
      { kind: 'embed-null', embed: 2 },
    ],
  })
  expect(() => where('clients', [filter('projects', isNull)], select)).toThrow(
    'column clients.projects does not exist',
  )
})

test('an embed as a whole can be asked nothing else', () => {
  const select = [star, embed('projects')]
  expect(() => where('clients', [filter('projects', 'eq')], select)).toThrow(
    expect.objectContaining({
      code: 'PGRST120',
      status: 400,
      message: "Bad operator on the 'projects' embedded resource",
      details: 'Only is null or not is null filters are allowed on embedded resources',
    }),
  )
  const isTrue: TestRequest = { kind: 'is', value: 'true' }
  expect(() => where('clients', [filter('projects', isTrue)], select)).toThrow(/Bad operator/)
})

test('a column of the same name as an embed can still be filtered, and stepped into', () => {
  const select = [star, embed('client_id', [star])]
  expect(where('projects', [filter('client_id', 'eq')], select)).toMatchObject({
    kind: 'test',
    field: { name: 'client_id' },
  })
  const data = [star, embed('clients', [star], { alias: 'data' })]
  expect(where('projects', [filter('data->a', isNull)], data)).toMatchObject({ kind: 'test' })
})
