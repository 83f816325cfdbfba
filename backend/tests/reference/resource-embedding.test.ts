import { readFileSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseQuery } from '../../src/api/rest/parse/index.ts'
import { STierError } from '../../src/base/index.ts'
import { type Catalog, loadCatalog } from '../../src/query/catalog/index.ts'
import { planRead } from '../../src/query/plan/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { answer } from '../support/library.ts'

const page = readFileSync(
  new URL('../../../docs/reference/resource-embedding.md', import.meta.url),
  'utf8',
)
const [, schema = ''] = /^```sql\n(.*?)^```$/ms.exec(page) ?? []
const examples = [...page.matchAll(/^```http\nGET (.*?)\n```\n\n```json\n(.*?)^```$/gms)].map(
  ([, target = '', json = '']) => ({ target, json: JSON.parse(json) as unknown }),
)

let database: TestDatabase
let catalog: Catalog

beforeAll(async () => {
  database = await createDatabase(schema)
  const client = new pg.Client(database.url)
  await client.connect()
  catalog = await loadCatalog({
    query: async (text, values) => {
      const { rows } = await client.query<pg.QueryResultRow>(text, [...(values ?? [])])
      return rows
    },
  })
  await client.end()
})
afterAll(() => database.drop())

test('the page has examples', () => {
  expect(examples.length).toBeGreaterThan(8)
})

test.each(examples)('GET $target answers what the page says', async ({ target, json }) => {
  expect(await get(target)).toEqual(json)
})

async function get(target: string): Promise<unknown> {
  const [path = '', queryString = ''] = target.split('?')
  try {
    const { read, parameters } = parseQuery(queryString)
    const request = { ...read, schema: 'public', relation: path.slice(1) }
    const plan = planRead(catalog, request, { aggregates: true, rowsMax: undefined })
    const { body } = await answer(database, plan, parameters)
    return JSON.parse(body ?? 'null')
  } catch (error) {
    if (!(error instanceof STierError)) throw error
    const { code, details, hint, message } = error
    return { code, details, hint, message }
  }
}
