import { expect, test } from 'vitest'
import { buildCatalog } from '../../../../tests/support/catalog.ts'
import {
  type Answer,
  type CacheMark,
  DATABASE_DEFAULTS,
  type Execution,
} from '../../../query/executor/index.ts'
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

interface Served {
  readonly serverTiming?: boolean
  readonly caching?: boolean
  readonly answer?: Answer
}

/** Reads of books, with what was executed for them. */
function serveBooks({ serverTiming = false, caching, answer: given = answer }: Served = {}) {
  const executed: Execution[] = []
  const counted = { snapshots: 0 }
  const catalog = buildCatalog({ relations: { books: { columns: { id: 'integer' } } } })
  const services: RestServices = {
    catalog: () => {
      counted.snapshots++
      return catalog
    },
    clock: systemClock,
    executor: {
      async run(execution) {
        executed.push(execution)
        return given
      },
      hedges: () => ({ asked: 0, won: 0 }),
    },
    caching,
    identity: {
      ...{ identify: () => identity, recall: () => identity },
      ...{ reload: async () => undefined, close: () => undefined },
    },
    plans: createPlans(),
    describeRoot: () => ({ body: Buffer.from('{}'), etag: '' }),
    rules: {
      database: DATABASE_DEFAULTS,
      http: { ...HTTP_DEFAULTS, serverTiming },
      rest: REST_DEFAULTS,
    },
  }
  const readBooks = (parts: Partial<RestInput> = {}) =>
    read(
      {
        ...{ method: 'GET', name: 'books', path: '/books', queryString: '', headers: {} },
        ...{ body: undefined, identity, signal: undefined, ...parts },
      },
      services,
    )
  return { readBooks, executed, counted }
}

/** One of them. */
async function readBooks(parts: Partial<RestInput> = {}, served: Served = {}) {
  const { readBooks: readThem, executed, counted } = serveBooks(served)
  return { response: await readThem(parts), executed, snapshots: counted.snapshots }
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

test('where nothing is kept, nothing is said about keeping', async () => {
  const { response, executed } = await readBooks({ headers: { 'if-none-match': '*' } })
  expect(executed[0]?.caching).toBeUndefined()
  expect(response).toMatchObject({ status: 200, body: '[]' })
  expect(response.headers).not.toHaveProperty('cache-control')
})

test('what is said of a plan and of a caller is one object for all of their requests', async () => {
  const { readBooks: readThem, executed } = serveBooks({ caching: true })
  await readThem({ queryString: 'id=eq.1' })
  await readThem({ queryString: 'id=eq.2', headers: { 'cache-control': 'max-age=5' } })
  await readThem({ queryString: 'id=eq.1', identity: { ...identity } })
  const [one, other, third] = executed.map(({ caching }) => caching)
  expect(one?.cacheability.cacheable).toBe(true)
  expect(other?.cacheability).toBe(one?.cacheability)
  expect(third?.cacheability).toBe(one?.cacheability)
  expect(other?.claims).toBe(one?.claims)
  expect(third?.claims).not.toBe(one?.claims)
  expect([one?.ask, other?.ask]).toEqual([undefined, { maxAgeMs: 5_000 }])
})

test('the count and the execution plan are said to be what they are', async () => {
  const { readBooks: readThem, executed } = serveBooks({ caching: true })
  await readThem({ headers: { prefer: 'count=estimated' } })
  expect(executed[0]?.caching?.cacheability).toMatchObject({ reasons: [{ code: 'count' }] })
})

test('a HEAD with a tag is run as the GET, and answered without a body', async () => {
  const cached: CacheMark = {
    ...{ from: 'bypass', why: 'clock', key: undefined, kept: undefined },
    ...{ ageMs: 0, ttlMs: 0, isJoined: false, isStored: false },
  }
  const { readBooks: readThem, executed } = serveBooks({
    caching: true,
    answer: { ...answer, cached },
  })
  await readThem()
  const response = await readThem({ method: 'HEAD', headers: { 'if-none-match': '"x"' } })
  expect(response).toMatchObject({ status: 200, body: null })
  expect(response.headers['etag']).toBeDefined()
  const [get, head] = executed
  expect(head?.statement).toBe(get?.statement)
  expect(head?.context.method).toBe('HEAD')
})
