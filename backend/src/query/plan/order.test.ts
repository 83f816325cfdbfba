import { expect, test } from 'vitest'
import { agency } from '../../../tests/support/agency.ts'
import { aggregate, embed, field, order, read, spread } from '../../../tests/support/requests.ts'
import { planRead } from './read.ts'
import type { OrderRequest, SelectRequest } from './request.ts'
import type { Order } from './types.ts'

function ordered(
  relation: string,
  by: OrderRequest,
  ...select: SelectRequest[]
): Order | undefined {
  const request = read(relation, { order: [by], select })
  return planRead(agency, request, { aggregates: true, rowsMax: undefined }).order[0]
}

test('by a column, a computed field or a path, with direction and place of nulls', () => {
  expect(ordered('clients', order('id', { direction: 'desc', nulls: 'last' }))).toMatchObject({
    embed: undefined,
    field: { name: 'id' },
    direction: 'desc',
    nulls: 'last',
  })
  expect(ordered('clients', order('full_name'))).toMatchObject({
    field: { computed: { name: 'full_name' } },
  })
  expect(ordered('projects', order('data->>a'))).toMatchObject({ field: { path: [{ key: 'a' }] } })
  expect(() => ordered('clients', order('nothing'))).toThrow(
    'column clients.nothing does not exist',
  )
})

test('by a column of a to-one embed, selected or not, spread or not', () => {
  const by = order('name', { relation: 'clients' })
  for (const clients of [embed('clients'), spread('clients', [field('id')])]) {
    expect(ordered('projects', by, field('id'), clients)).toMatchObject({
      embed: 1,
      field: { name: 'name', column: { name: 'name' } },
    })
  }
})

test('by the key that the related column has in the answer', () => {
  const select = embed('clients', [field('id', { alias: 'name' })], { alias: 'client' })
  expect(ordered('projects', order('name', { relation: 'client' }), select)).toMatchObject({
    field: { name: 'id' },
  })
  const json = embed('projects', [field('data->a', { alias: 'a' })])
  expect(ordered('briefs', order('a->>b', { relation: 'projects' }), json)).toMatchObject({
    field: { name: 'data', path: [{ key: 'a' }, { arrow: '->>', key: 'b' }] },
  })
})

test('an aggregate of an embed cannot be ordered by', () => {
  const select = embed('clients', [aggregate('count', 'id')])
  expect(() => ordered('projects', order('count', { relation: 'clients' }), select)).toThrow(
    'column clients.count does not exist',
  )
})

test('where there are many related rows, none of them decides', () => {
  const by = order('id', { relation: 'jobs' })
  const select = embed('projects', [field('id')], { alias: 'jobs' })
  expect(() => ordered('clients', by, field('id'), select)).toThrow(
    expect.objectContaining({
      code: 'PGRST118',
      status: 400,
      message: "A related order on 'jobs' is not possible",
      details: "'clients' and 'jobs' do not form a many-to-one or one-to-one relationship",
    }),
  )
})

test('what is not embedded cannot be ordered by', () => {
  expect(() => ordered('projects', order('id', { relation: 'clients' }), field('id'))).toThrow(
    expect.objectContaining({
      code: 'PGRST108',
      status: 400,
      message: "'clients' is not an embedded resource in this request",
      hint: "Verify that 'clients' is included in the 'select' query parameter.",
    }),
  )
})

const total = aggregate('sum', 'price')
const notGrouped = { code: '42803', status: 400 }

test('grouped rows are ordered by what they are grouped by', () => {
  const clients = spread('clients', [field('name')])
  expect(ordered('projects', order('name'), field('name', { alias: 'title' }), total)).toBeDefined()
  expect(ordered('projects', order('data->>a'), field('data->>a'), total)).toBeDefined()
  expect(ordered('projects', order('data->>a'), field('data'), total)).toBeDefined()
  expect(ordered('projects', order('name', { relation: 'clients' }), clients, total)).toBeDefined()
})

test('the primary key among the groups tells every column of a row', () => {
  expect(ordered('projects', order('name'), field('id'), total)).toBeDefined()
  expect(() => ordered('projects', order('name'), field('client_id'), total)).toThrow(
    expect.objectContaining(notGrouped),
  )
})

test.each<[string, OrderRequest, ...SelectRequest[]]>([
  ['no column beside the aggregate', order('name')],
  ['another path', order('data->>a'), field('data->>b')],
  ['another arrow', order('data->a'), field('data->>a')],
  ['a deeper path', order('data->a'), field('data->a->b')],
  ['the column as another type', order('name'), field('name', { cast: 'integer' })],
  ['an aggregate of the column', order('name'), aggregate('max', 'name')],
  ['a column of a spread beside it', order('name'), spread('clients', [field('name')])],
])('grouped rows are not ordered by what they are not grouped by: %s', (_case, by, ...select) => {
  expect(() => ordered('projects', by, ...select, total)).toThrow(
    expect.objectContaining({
      ...notGrouped,
      message: `column "projects.${by.field.name}" must appear in the GROUP BY clause or be used in an aggregate function`,
    }),
  )
})

test.each([
  ['not spread', embed('clients', [field('name')])],
  ['without the column', spread('clients', [field('id')])],
])('nor by a column of an embed that is %s', (_case, clients) => {
  const by = order('name', { relation: 'clients' })
  expect(() => ordered('projects', by, clients, total)).toThrow(
    expect.objectContaining({ ...notGrouped, message: expect.stringContaining('"clients.name"') }),
  )
})
