import { expect, test } from 'vitest'
import { buildCatalog } from '../../../../tests/support/catalog.ts'
import { tableDoubts } from './table-doubts.ts'

const columns = { id: 'integer' }
const catalog = buildCatalog({
  relations: { one: { columns }, seen: { columns, kind: 'view' } },
})

test('a rule for what is no table is in doubt', () => {
  expect(tableDoubts({}, catalog)).toEqual([])
  expect(tableDoubts({ 'public.one': {} }, catalog)).toEqual([])
  expect(tableDoubts({ 'public.on': {}, 'public.one': {}, 'public.seen': {} }, catalog)).toEqual([
    expect.stringContaining(`'public.on', which is no table`),
    expect.stringContaining(`'public.seen', which is a view`),
  ])
})
