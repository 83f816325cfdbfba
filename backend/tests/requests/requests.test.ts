import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Catalog } from '../../src/query/catalog/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { type DocumentedPages, documentedPages } from '../support/documented-pages.ts'
import { type GoldenPage, goldenPages, renderSections, rewritePage } from '../support/golden.ts'
import { catalogOf, type LibraryServer, serveLibrary } from '../support/library-server.ts'
import { shownPlan, shownResponse, shownSql } from '../support/shown.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const pages = goldenPages(folder)
const servers = new Map<string, Promise<LibraryServer>>()
let database: TestDatabase
let catalog: Catalog
let documents: DocumentedPages
let restart: () => Promise<unknown>

beforeAll(async () => {
  database = await createDatabase(fixtures())
  catalog = await catalogOf(database)
  documents = documentedPages(catalog)
  restart = await rememberSequences(database)
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

test('every kind of operation that the document has was answered', () => {
  const verbs = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
  expect([...documents.answered()].sort()).toEqual(
    [
      ...verbs.map(verb => `${verb} relation`),
      'GET function',
      'HEAD function',
      'POST function',
    ].sort(),
  )
})

/** The library, then what single folders of pages add to it. */
function fixtures(): string {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return paths
    .filter(path => path.endsWith('fixture.sql'))
    .sort((one, other) => one.split('/').length - other.split('/').length || (one < other ? -1 : 1))
    .map(path => readFileSync(new URL(path, import.meta.url), 'utf8'))
    .join('\n')
}

/** What a sequence has given is not rolled back: every page that writes begins with those of the fixture. */
async function rememberSequences(of: TestDatabase): Promise<() => Promise<unknown>> {
  const sequences = await of.query<{ name: string; value: string; used: boolean }>(`
    select format('%I.%I', schemaname, sequencename) as name,
      coalesce(last_value, start_value) as value, last_value is not null as used
    from pg_sequences`)
  const columns = [sequences.map(one => one.name), sequences.map(one => one.value)]
  const values = [...columns, sequences.map(one => one.used)]
  const set =
    'select setval(name, value, used) from unnest($1::regclass[], $2::bigint[], $3::bool[])'
  return () => of.query(`${set} as s(name, value, used)`, values)
}

async function followed(page: GoldenPage): Promise<string> {
  const server = await serverWith([...endOf(page), ...page.flags])
  const understood = server.understand(page.request, catalog)
  if (endOf(page).length > 0) await restart()
  const response = await server.send(page.request)
  expect(documents.complaints(page, response)).toEqual([])
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
