import { expect, test } from 'vitest'
import { buildCatalog } from '../../../../tests/support/catalog.ts'
import { type Answer, DATABASE_DEFAULTS, type Execution } from '../../../query/executor/index.ts'
import { HTTP_DEFAULTS } from '../../http/index.ts'
import { REST_DEFAULTS } from '../options.ts'
import type { RestInput } from '../input.ts'
import { read } from './read.ts'
import { systemClock } from '../../../base/index.ts'
import { createPlans, type RestServices } from '../services.ts'

const answer: Answer = {
  ...{ body: '[]', rows: 0, total: null, estimated: null },
  ...{ location: null, inserted: null },
  ...{ status: null, headers: null, databaseMs: 1.5, waitMs: 0 },
}
const identity = { role: 'web', claims: {}, claimsText: '{}', anonymous: false }

/** A read of books, with what was executed for it. */
async function readBooks(parts: Partial<RestInput> = {}, { serverTiming = false } = {}) {
  const executed: Execution[] = []
  let snapshots = 0
  const catalog = buildCatalog({ relations: { books: { columns: { id: 'integer' } } } })
  const services: RestServices = {
    catalog: () => {
      snapshots++
      return catalog
    },
    clock: systemClock,
    executor: {
      async run(execution) {
        executed.push(execution)
        return answer
      },
      hedges: () => ({ asked: 0, won: 0 }),
    },
    identity: { identify: () => identity, reload: async () => undefined, close: () => undefined },
    plans: createPlans(),
    describeRoot: () => ({ body: Buffer.from('{}'), etag: '' }),
    rules: {
      database: DATABASE_DEFAULTS,
      http: { ...HTTP_DEFAULTS, serverTiming },
      rest: REST_DEFAULTS,
    },
  }
  const input: RestInput = {
    ...{ method: 'GET', name: 'books', path: '/books', queryString: '', headers: {} },
    ...{ body: undefined, identity, signal: undefined, ...parts },
  }
  return { response: await read(input, services), executed, snapshots }
}

test('a request keeps the snapshot of the catalog that it began with', async () => {
  expect((await readBooks()).snapshots).toBe(1)
})

test.each([
  ['', '/rest/v1/books'],
  ['select=id', '/rest/v1/books?select=id'],
  ['select=id&id=eq.1&limit=1', '/rest/v1/books?id=eq.1&limit=1&select=id'],
])('the location of %s is %s', async (queryString, location) => {
  const { response } = await readBooks({ queryString })
  expect(response.headers['content-location']).toBe(location)
})

test('a time zone is a setting of the transaction, and told as applied', async () => {
  const { response, executed } = await readBooks({ headers: { prefer: 'timezone=UTC' } })
  expect(executed.map(({ context }) => context.settings)).toEqual([[['timezone', 'UTC']]])
  expect(response.headers['preference-applied']).toBe('timezone=UTC')
})

test('where the time went is told when it is wanted', async () => {
  const { response } = await readBooks({}, { serverTiming: true })
  expect(response.headers['server-timing']).toContain('transaction;dur=1.5')
  expect((await readBooks()).response.headers).not.toHaveProperty('server-timing')
})
