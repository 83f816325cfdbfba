import { expect, test } from 'vitest'
import { buildCatalog } from '../../../../tests/support/catalog.ts'
import { DATABASE_DEFAULTS, type DatabaseOptions } from '../../../query/executor/index.ts'
import { HTTP_DEFAULTS } from '../../http/index.ts'
import { REST_CHECKS, REST_DEFAULTS } from '../options.ts'
import { createPlans } from '../services.ts'
import { profileOf } from '../understood.ts'
import { type ReadInput, understandRead } from './understand.ts'

const catalog = buildCatalog({
  schemas: ['public', 'größe'],
  relations: { books: { columns: { id: 'integer', price: 'numeric' }, primaryKey: ['id'] } },
})

function services(options: DatabaseOptions = {}) {
  const database = { ...DATABASE_DEFAULTS, ...options }
  return {
    plans: createPlans(),
    rules: { database, http: HTTP_DEFAULTS, rest: REST_DEFAULTS },
  }
}

function input(parts: Partial<ReadInput> = {}): ReadInput {
  return {
    method: 'GET',
    name: 'books',
    queryString: '',
    headers: {},
    identity: { role: 'web' },
    ...parts,
  }
}

test('requests of one shape share a statement, whatever their values', () => {
  const shared = services()
  const first = understandRead(input({ queryString: 'id=eq.1' }), catalog, shared)
  const second = understandRead(input({ queryString: 'id=eq.2' }), catalog, shared)
  expect(second.prepared).toBe(first.prepared)
  expect([first.parameters, second.parameters]).toEqual([['1'], ['2']])
})

test.each([
  ['another format', { headers: { accept: 'text/csv' } }],
  ['stripped nulls', { headers: { accept: 'application/vnd.pgrst.array+json;nulls=stripped' } }],
  ['a count', { headers: { prefer: 'count=exact' } }],
  ['no body', { method: 'HEAD' }],
  ['a plan', { headers: { accept: 'application/vnd.pgrst.plan+json' } }],
  ['a role that may aggregate', { identity: { role: 'analyst' } }],
] satisfies [string, Partial<ReadInput>][])('%s is another statement', (_what, parts) => {
  const shared = services({ planEnabled: true, aggregateRoles: ['analyst'] })
  const plain = understandRead(input(), catalog, shared)
  expect(understandRead(input(parts), catalog, shared).prepared).not.toBe(plain.prepared)
})

test('aggregates are for everybody, for some roles, or for nobody', () => {
  const sum = (role: string, options: DatabaseOptions) =>
    understandRead(
      input({ queryString: 'select=price.sum()', identity: { role } }),
      catalog,
      services(options),
    )
  expect(sum('web', { aggregatesEnabled: true }).prepared.plan.aggregated).toBe(true)
  expect(sum('analyst', { aggregateRoles: ['analyst'] }).prepared.plan.aggregated).toBe(true)
  expect(() => sum('web', { aggregateRoles: ['analyst'] })).toThrow(
    expect.objectContaining({ code: 'PGRST123' }),
  )
})

test('a schema is chosen by its name in UTF-8, which is what a header holds', () => {
  const bytes = Buffer.from('größe').toString('latin1')
  expect(profileOf('GET', { 'accept-profile': bytes }, catalog)).toEqual({
    schema: 'größe',
    negotiated: true,
  })
  expect(profileOf('GET', {}, catalog).schema).toBe('public')
})

test.each([
  ['/', '/'],
  ['/rest/v1', '/rest/v1'],
  ['/a-b_c.d~e', '/a-b_c.d~e'],
  ['rest', undefined],
  ['/rest/', undefined],
  ['/a b', undefined],
])('rest.prefix %s is read as %s', (text, read) => {
  expect(REST_CHECKS.prefix.read(text)).toBe(read)
})
