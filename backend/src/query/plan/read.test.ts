import { expect, test } from 'vitest'
import { agency } from '../../../tests/support/agency.ts'
import { parameter } from '../../base/index.ts'
import {
  aggregate,
  either,
  embed,
  field,
  filter,
  order,
  read,
  spread,
  star,
} from '../../../tests/support/requests.ts'
import type { Routine, RoutineResult, TypeRef } from '../catalog/index.ts'
import { planNode } from './node.ts'
import { startPlanning } from './planning.ts'
import { planRead } from './read.ts'
import type { ReadRequest, SelectRequest } from './request.ts'
import type { ReadPlan } from './types.ts'

const rules = { aggregates: false, rowsMax: undefined }

function plan(relation: string, ...select: SelectRequest[]): ReadPlan {
  return planRead(agency, read(relation, { select }), rules)
}

test('a read of a relation is its rows', () => {
  const limit = parameter(1)
  const offset = parameter(2)
  expect(planRead(agency, read('clients', { limit, offset }), rules)).toMatchObject({
    kind: 'read',
    source: { kind: 'relation', relation: { name: 'clients' } },
    select: [{ kind: 'star' }],
    embeds: [],
    where: undefined,
    order: [],
    limit,
    offset,
    rowsMax: undefined,
    aggregated: false,
  })
})

test('an unknown relation is not found, and a slip is mended', () => {
  expect(() => plan('client')).toThrow(
    expect.objectContaining({
      code: 'PGRST205',
      status: 404,
      message: "Could not find the table 'public.client' in the schema cache",
      details: null,
      hint: "Perhaps you meant the table 'public.clients'",
    }),
  )
  expect(() => plan('old_project')).toThrow(expect.objectContaining({ hint: null }))
})

test('only exposed schemas can be named', () => {
  const hidden = { ...read('hidden_links'), schema: 'internal' }
  expect(() => planRead(agency, hidden, rules)).toThrow(
    expect.objectContaining({
      code: 'PGRST106',
      status: 406,
      message: 'Invalid schema: internal',
      hint: 'Only the following schemas are exposed: public, archive',
    }),
  )
  expect(
    planRead(agency, { ...read('old_projects'), schema: 'archive' }, rules).source,
  ).toMatchObject({ relation: { schema: 'archive' } })
})

test('embeds are nodes with numbers of their own, named by alias or target', () => {
  const tree = plan(
    'clients',
    field('id'),
    embed('projects', [field('id'), embed('tasks', [star])], { alias: 'jobs' }),
    embed('latest_project', [star], { join: 'inner' }),
  )
  expect(tree.embeds).toMatchObject([
    {
      name: 'jobs',
      id: 1,
      toOne: false,
      inner: false,
      spread: false,
      hidden: false,
      plan: { embeds: [{ name: 'tasks', id: 2 }] },
    },
    { name: 'latest_project', id: 3, toOne: true, inner: true },
  ])
})

test('filters, order and range of an embed are looked up in its own relation', () => {
  const request = embed('projects', [star], {
    where: [filter('price', 'gt')],
    order: [order('name')],
    limit: parameter(2),
    offset: parameter(3),
  })
  expect(plan('clients', request).embeds[0]?.plan).toMatchObject({
    where: { field: { name: 'price' } },
    order: [{ field: { name: 'name' } }],
    limit: parameter(2),
    offset: parameter(3),
  })
})

test('an embed of nothing, or of embeds of nothing, is hidden', () => {
  const hidden = (...select: SelectRequest[]) => plan('clients', ...select).embeds[0]?.hidden
  expect(hidden(embed('projects'))).toBe(true)
  expect(hidden(embed('projects', [embed('tasks'), embed('briefs')]))).toBe(true)
  expect(hidden(embed('projects', [embed('tasks', [star])]))).toBe(false)
  expect(hidden(embed('projects', [field('id'), embed('tasks')]))).toBe(false)
})

test('two embeds cannot have one name, two spreads can have one target', () => {
  const twice = [embed('projects', [field('id')]), embed('projects', [field('name')])]
  expect(() => plan('clients', ...twice)).toThrow(
    expect.objectContaining({
      code: '42712',
      status: 400,
      message: 'table name "projects" specified more than once',
    }),
  )
  const billing = spread('addresses!billing', [field('city', { alias: 'billing' })])
  const shipping = spread('addresses!shipping', [field('city', { alias: 'shipping' })])
  expect(plan('deliveries', billing, shipping).embeds.map(({ id }) => id)).toEqual([1, 2])
})

test('the cap on rows holds for the root and every array, not for single objects', () => {
  const request = read('projects', {
    select: [embed('clients', [star]), embed('tasks', [star]), spread('people', [field('id')])],
  })
  const capped = planRead(agency, request, { aggregates: false, rowsMax: 10 })
  expect(capped.rowsMax).toBe(10)
  expect(capped.embeds.map(({ plan: { rowsMax } }) => rowsMax)).toEqual([undefined, 10, 10])
})

test('what is nested beyond reason is refused', () => {
  let deep = embed('people', [star])
  for (let level = 0; level < 60; level++) deep = embed('people', [deep])
  expect(() => plan('people', deep)).toThrow(
    expect.objectContaining({ code: 'ST120', status: 400 }),
  )
  let tree = either(filter('id', 'eq'))
  for (let level = 0; level < 60; level++) tree = either(tree)
  expect(() => planRead(agency, read('people', { where: [tree] }), rules)).toThrow(
    /nested too deeply/,
  )
})

test('equal requests make equal plans, whatever their values', () => {
  const request: ReadRequest = read('clients', {
    select: [field('id'), embed('projects', [star])],
    where: [either(filter('id', 'eq'), filter('name', 'like'))],
    order: [order('name')],
  })
  expect(planRead(agency, structuredClone(request), rules)).toEqual(
    planRead(agency, request, rules),
  )
})

test('nothing in a plan can be changed', () => {
  const request = read('clients', {
    select: [
      field('full_name'),
      field('name', { alias: 'n' }),
      embed('projects', [field('data->a'), star]),
    ],
    where: [either(filter('id', 'eq'), filter('name', { kind: 'in', value: parameter(1) }))],
    order: [order('name')],
  })
  const planned = planRead(agency, request, rules)
  const ofCatalog = new Set(['relation', 'relationship', 'column', 'representation', 'parameter'])
  const visit = (value: unknown, key: string): void => {
    if (typeof value !== 'object' || value === null || ofCatalog.has(key)) return
    expect(Object.isFrozen(value), key).toBe(true)
    for (const [inner, part] of Object.entries(value)) visit(part, inner)
  }
  visit(planned, 'plan')
})

function callOf(returns: RoutineResult): Routine {
  return {
    oid: 1,
    schema: 'public',
    name: 'search',
    comment: null,
    parameters: [],
    variadic: false,
    returns,
    volatility: 'stable',
    settings: new Map(),
    securityDefiner: false,
    executableBy: [],
  }
}

const textType = typeRef(25, 'text')

function typeRef(oid: number, name: string): TypeRef {
  const kind = oid === 2249 ? 'pseudo' : 'base'
  return {
    oid,
    schema: 'pg_catalog',
    name,
    formatted: name,
    baseOid: oid,
    kind,
    elementOid: null,
  }
}

function nodeOf(returns: RoutineResult, request: ReadRequest, aggregates = false) {
  const source = { kind: 'call', routine: callOf(returns), relation: undefined } as const
  const planning = startPlanning(agency, 'public', { ...rules, aggregates })
  return planNode(planning, source, request, { depth: 0, toOne: false, spread: false })
}

test('the columns of a result are those that its function declares', () => {
  const columns = [
    { name: 'note', type: textType },
    { name: 'data', type: typeRef(3802, 'jsonb') },
    { name: 'words', type: typeRef(3614, 'tsvector') },
  ]
  const returns = { kind: 'record', set: true, type: typeRef(2249, 'record'), columns } as const
  const search = { kind: 'search', operator: 'fts', value: parameter(1) } as const
  const request = read('', {
    select: [star, field('data->a')],
    where: [filter('note', search), filter('words', search)],
    order: [order('note')],
  })
  expect(nodeOf(returns, request)).toMatchObject({
    select: [
      { kind: 'star' },
      { field: { name: 'data', column: undefined, convertToJson: false } },
    ],
    where: { conditions: [{ test: { convert: true } }, { test: { convert: false } }] },
    order: [{ field: { name: 'note' } }],
  })
  expect(() => nodeOf(returns, read('', { select: [field('nots')] }))).toThrow(
    expect.objectContaining({
      code: '42703',
      message: 'column search.nots does not exist',
      hint: 'Perhaps you meant to reference the column "search.note".',
    }),
  )
  const named = read('', { select: [field('a\0')] })
  expect(() => nodeOf(returns, named)).toThrow(expect.objectContaining({ code: '42703' }))
})

test('nothing is embedded in a result that is no relation', () => {
  const returns = { kind: 'record', set: true, type: typeRef(2249, 'record'), columns: [] } as const
  expect(() => nodeOf(returns, read('', { select: [embed('clients', [star])] }))).toThrow(
    "Could not find a relationship between 'search' and 'clients' in the schema cache",
  )
})

test('values are in one column', () => {
  const returns = { kind: 'scalar', set: true, type: textType } as const
  const values = read('', { where: [filter('pgrst_scalar', 'eq')] })
  expect(nodeOf(returns, values).where).toMatchObject({ field: { name: 'pgrst_scalar' } })
})

test('beside an aggregate, every column of a result is written out', () => {
  const columns = [{ name: 'note', type: textType }]
  const returns = { kind: 'record', set: true, type: typeRef(2249, 'record'), columns } as const
  const request = read('', { select: [star, aggregate('count')] })
  expect(nodeOf(returns, request, true)).toMatchObject({
    aggregated: true,
    select: [{ field: { name: 'note' } }, { kind: 'count' }],
  })
})
