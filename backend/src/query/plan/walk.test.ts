import { expect, test } from 'vitest'
import { agency } from '../../../tests/support/agency.ts'
import {
  aggregate,
  either,
  embed,
  field,
  filter,
  order,
  read,
  star,
} from '../../../tests/support/requests.ts'
import { planRead } from './read.ts'
import { fieldsOf, nodesOf, relationsOf } from './walk.ts'

const plan = planRead(
  agency,
  read('clients', {
    select: [
      field('full_name'),
      embed('projects', [star, embed('people', [aggregate('count')])], {
        where: [either(filter('price', 'gt'), filter('name', 'eq'))],
      }),
    ],
    where: [filter('projects', { kind: 'is', value: 'null' })],
    order: [order('id')],
  }),
  { aggregates: true, rowsMax: undefined },
)

test('the nodes of a plan come parents first', () => {
  const names = [...nodesOf(plan)].map(({ source }) => source.relation?.name)
  expect(names).toEqual(['clients', 'projects', 'people'])
})

test('the relations of a plan include the junctions that it passes through', () => {
  const names = [...relationsOf(agency, plan)].map(({ name }) => name)
  expect(names.sort()).toEqual(['assignments', 'clients', 'people', 'projects'])
})

test('the fields of a plan are those selected, filtered and ordered by', () => {
  const names = [...fieldsOf(plan)].map(({ name }) => name)
  expect(names).toEqual(['full_name', 'id', 'price', 'name'])
})
