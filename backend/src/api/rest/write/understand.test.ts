import { expect, test } from 'vitest'
import { buildCatalog } from '../../../../tests/support/catalog.ts'
import { DATABASE_DEFAULTS, type DatabaseOptions } from '../../../query/executor/index.ts'
import { HTTP_DEFAULTS } from '../../http/index.ts'
import { REST_DEFAULTS } from '../options.ts'
import { createPlans } from '../services.ts'
import { understandWrite, type WriteInput } from './understand.ts'

const catalog = buildCatalog({
  schemas: ['public', 'other'],
  relations: {
    books: { columns: { id: 'integer', price: 'numeric', title: 'text' }, primaryKey: ['id'] },
    shelf: { kind: 'view', columns: { id: 'integer' } },
  },
})

function services(options: DatabaseOptions = {}) {
  const database = { ...DATABASE_DEFAULTS, ...options }
  return { plans: createPlans(), rules: { database, http: HTTP_DEFAULTS, rest: REST_DEFAULTS } }
}

function input(parts: Partial<Omit<WriteInput, 'body'>> & { body?: string } = {}): WriteInput {
  const { body = '{"id": 1, "title": "a"}', ...others } = parts
  return {
    method: 'POST',
    name: 'books',
    queryString: '',
    headers: {},
    identity: { role: 'web' },
    body: Buffer.from(body),
    ...others,
  }
}

test('writes of one shape share a statement, whatever their values', () => {
  const shared = services()
  const first = understandWrite(input(), catalog, shared)
  const second = understandWrite(input({ body: '{"id": 2, "title": {}}' }), catalog, shared)
  expect(second.prepared).toBe(first.prepared)
  expect([first.parameters, second.parameters]).toEqual([
    ['{"id": 1, "title": "a"}'],
    ['{"id": 2, "title": {}}'],
  ])
})

test('only a change of what runs nothing of the user leaves no trace, if it is answered in our words', () => {
  const quiet = (parts: Parameters<typeof input>[0]) =>
    understandWrite(input(parts), catalog, services({ planEnabled: true })).prepared.leavesNoTrace
  expect(quiet({ method: 'PATCH' })).toBe(true)
  expect(quiet({ method: 'DELETE', queryString: 'id=eq.1' })).toBe(true)
  expect(quiet({ method: 'POST' })).toBe(false)
  const accept = 'application/vnd.pgrst.plan+json'
  expect(quiet({ method: 'PATCH', headers: { accept } })).toBe(false)
})

test.each([
  ['other keys', { body: '{"id": 1, "price": 2}' }],
  ['an array', { body: '[{"id": 1, "title": "a"}]' }],
  ['columns', { queryString: 'columns=id' }],
  ['a representation', { headers: { prefer: 'return=representation' } }],
  ['a location', { headers: { prefer: 'return=headers-only' } }],
  ['defaults', { headers: { prefer: 'missing=default' } }],
  ['a merge', { headers: { prefer: 'resolution=merge-duplicates' } }],
  ['duplicates left out', { headers: { prefer: 'resolution=ignore-duplicates' } }],
  ['one object', { headers: { accept: 'application/vnd.pgrst.object+json' } }],
  ['a plan', { headers: { accept: 'application/vnd.pgrst.plan+json' } }],
  ['another action', { method: 'PATCH' }],
] satisfies [string, Parameters<typeof input>[0]][])('%s is another statement', (_what, parts) => {
  const shared = services({ planEnabled: true })
  const plain = understandWrite(input(), catalog, shared)
  expect(understandWrite(input(parts), catalog, shared).prepared).not.toBe(plain.prepared)
})

test('keys are told apart whatever characters they have', () => {
  const keys = ['{"id\\u0000title": 1}', '{"id,title": 1}', '{"id\\",\\"title": 1}']
  const shared = services()
  understandWrite(input(), catalog, shared)
  for (const body of keys) {
    expect(() => understandWrite(input({ body }), catalog, shared)).toThrow(
      expect.objectContaining({ code: 'PGRST204' }),
    )
  }
})

test('parameters are those of the query string, then the body, then the number of rows allowed', () => {
  const { parameters, guard } = understandWrite(
    input({
      method: 'PATCH',
      queryString: 'id=eq.7&limit=3000',
      headers: { prefer: 'handling=strict, max-affected=5' },
    }),
    catalog,
    services(),
  )
  expect(parameters).toEqual(['7', '3000', '{"id": 1, "title": "a"}', '5'])
  expect(guard).toMatchObject({ kind: 'at-most', rows: { index: 4 } })
})

test.each([
  ['an object', {}, { accept: 'application/vnd.pgrst.object+json' }, 'one'],
  ['PUT', { method: 'PUT', queryString: 'id=eq.1' }, {}, 'one'],
  ['an insert', {}, { prefer: 'handling=strict, max-affected=1' }, undefined],
  ['leniency', { method: 'PATCH' }, { prefer: 'max-affected=1' }, undefined],
  ['an update', { method: 'PATCH' }, { prefer: 'handling=strict, max-affected=1' }, 'at-most'],
  ['a delete', { method: 'DELETE' }, { prefer: 'handling=strict, max-affected=1' }, 'at-most'],
  [
    'an object, and at most two',
    { method: 'PATCH' },
    { accept: 'application/vnd.pgrst.object', prefer: 'handling=strict, max-affected=2' },
    'one',
  ],
  [
    'an object, and none at all',
    { method: 'PATCH' },
    { accept: 'application/vnd.pgrst.object', prefer: 'handling=strict, max-affected=0' },
    'at-most',
  ],
] satisfies [string, Parameters<typeof input>[0], Record<string, string>, string | undefined][])(
  'the guard of %s',
  (_what, parts, headers, kind) => {
    const { guard } = understandWrite(input({ ...parts, headers }), catalog, services())
    expect(guard?.kind).toBe(kind)
  },
)

test('a relation that takes no such write says what it takes', () => {
  for (const method of ['POST', 'PATCH', 'PUT', 'DELETE']) {
    expect(() => understandWrite(input({ method, name: 'shelf' }), catalog, services())).toThrow(
      expect.objectContaining({
        code: '55000',
        status: 405,
        headers: { allow: 'OPTIONS,GET,HEAD' },
      }),
    )
  }
})
