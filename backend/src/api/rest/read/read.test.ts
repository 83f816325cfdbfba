import { expect, test } from 'vitest'
import { buildCatalog } from '../../../../tests/support/catalog.ts'
import { DatabaseError } from '../../../capabilities/pool/index.ts'
import { type Answer, DATABASE_DEFAULTS, type Execution } from '../../../query/executor/index.ts'
import { HTTP_DEFAULTS } from '../../http/index.ts'
import { REST_DEFAULTS } from '../options.ts'
import type { RestInput } from '../input.ts'
import { read } from './read.ts'
import { createPlans, type RestServices } from '../services.ts'

const answer: Answer = {
  ...{ body: '[]', rows: 0, total: null, estimated: null },
  ...{ location: null, inserted: null },
  ...{ status: null, headers: null, databaseMs: 1.5, waitMs: 0 },
}
const identity = { role: 'web', claims: {}, claimsText: '{}', anonymous: false }

/** A read of books, with what was executed for it; `failures` are what PostgreSQL says first. */
async function readBooks(
  parts: Partial<RestInput> = {},
  { failures = [] as Error[], serverTiming = false } = {},
) {
  const executed: Execution[] = []
  let snapshots = 0
  const catalog = buildCatalog({ relations: { books: { columns: { id: 'integer' } } } })
  const services: RestServices = {
    catalog: () => {
      snapshots++
      return catalog
    },
    executor: {
      async run(execution) {
        executed.push(execution)
        const failure = failures.shift()
        if (failure !== undefined) throw failure
        return answer
      },
    },
    identity: { identify: () => identity, reload: async () => undefined, close: () => undefined },
    plans: createPlans(),
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

function databaseError(code: string, message: string): DatabaseError {
  const none = { detail: undefined, hint: undefined, schema: undefined, table: undefined }
  return new DatabaseError({
    ...none,
    ...{ severity: 'ERROR', code, message, column: undefined, constraint: undefined },
  })
}

const unknownZone = () =>
  databaseError('22023', 'invalid value for parameter "TimeZone": "Mars/Base"')

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

test('an unknown time zone is left out, and not told as applied', async () => {
  const headers = { prefer: 'timezone=Mars/Base' }
  const { response, executed } = await readBooks({ headers }, { failures: [unknownZone()] })
  expect(executed.map(({ context }) => context.settings)).toEqual([[['timezone', 'Mars/Base']], []])
  expect(response.headers).not.toHaveProperty('preference-applied')
})

test('asked for strictly it is an error', async () => {
  const headers = { prefer: 'timezone=Mars/Base, handling=strict' }
  await expect(readBooks({ headers }, { failures: [unknownZone()] })).rejects.toMatchObject({
    code: 'PGRST122',
    details: 'Invalid preferences: timezone=Mars/Base',
  })
})

test('a known one is told as applied', async () => {
  const { response } = await readBooks({ headers: { prefer: 'timezone=UTC' } })
  expect(response.headers['preference-applied']).toBe('timezone=UTC')
})

test('any other error stays what it is, with or without a time zone', async () => {
  const other = databaseError('22023', 'invalid value for parameter "work_mem": "x"')
  for (const headers of [{}, { prefer: 'timezone=UTC' }]) {
    await expect(readBooks({ headers }, { failures: [other] })).rejects.toBe(other)
  }
  const bug = new TypeError('a bug')
  const headers = { prefer: 'timezone=UTC' }
  await expect(readBooks({ headers }, { failures: [bug] })).rejects.toBe(bug)
})

test('where the time went is told when it is wanted', async () => {
  const { response } = await readBooks({}, { serverTiming: true })
  expect(response.headers['server-timing']).toContain('transaction;dur=1.5')
  expect((await readBooks()).response.headers).not.toHaveProperty('server-timing')
})
