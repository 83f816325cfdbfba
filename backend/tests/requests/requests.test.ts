import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Catalog } from '../../src/query/catalog/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { type GoldenPage, goldenPages, renderSections, rewritePage } from '../support/golden.ts'
import { catalogOf, type LibraryServer, serveLibrary } from '../support/library-server.ts'
import { shownPlan, shownResponse, shownSql } from '../support/shown.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const pages = goldenPages(folder)
const servers = new Map<string, Promise<LibraryServer>>()
let database: TestDatabase
let catalog: Catalog

beforeAll(async () => {
  database = await createDatabase(readFileSync(new URL('fixture.sql', import.meta.url), 'utf8'))
  catalog = await catalogOf(database)
})

afterAll(async () => {
  for (const server of servers.values()) await (await server).stop()
  await database.drop()
})

test('there is a page for each request worth knowing', () => {
  expect(pages.length).toBeGreaterThan(80)
})

test.each(pages.map(page => [page.name, page] as const))('%s', async (_name, page) => {
  const actual = await followed(page)
  if (process.env['UPDATE_GOLDEN'] === '1') rewritePage(page, actual)
  else expect(actual).toBe(page.expected)
})

async function followed(page: GoldenPage): Promise<string> {
  const server = await serverWith([...page.flags, ...endOf(page)])
  const understood = server.understand(page.request, catalog)
  const response = await server.send(page.request)
  return renderSections([
    ...(understood === undefined
      ? []
      : ([
          ['Plan', 'json', shownPlan(understood.prepared.plan)],
          ['SQL', 'sql', shownSql(understood)],
        ] as const)),
    ['Response', 'http', shownResponse(response)],
  ])
}

/** No page changes what another one sees. */
function endOf({ request: { method } }: GoldenPage): readonly string[] {
  const isSafe = ['GET', 'HEAD', 'OPTIONS'].includes(method)
  return isSafe ? [] : ['--database-transaction-end', 'rollback']
}

/** One server for all pages that ask for the same options. */
function serverWith(flags: readonly string[]): Promise<LibraryServer> {
  const key = flags.join(' ')
  const known = servers.get(key)
  if (known !== undefined) return known
  const server = serveLibrary(database.authenticatorUrl, flags)
  servers.set(key, server)
  return server
}
