import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { runApart } from '../../tests/support/command-line.ts'
import { createDatabase, type TestDatabase } from '../../tests/support/database.ts'
import { journaling, unjournaling } from '../../tests/support/journaling.ts'
import { createStoreDatabase } from '../../tests/support/store.ts'
import type { CacheExplanation } from '../api/rest/index.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createStoreDatabase()
  await database.query('create table drafts (id int primary key); grant select on drafts to anon')
  await journaling(database.url, { schemas: 'all', logins: ['authenticator'] })
  await unjournaling(database.url, ['drafts'])
})
afterAll(() => database.drop())

const ANON = ['--database-schemas', 'public,reporting', '--database-anon-role', 'anon']

/** Explains a request to the store as a person sees it. */
function explain(url: string, ...more: readonly string[]) {
  return runApart(['explain-cache', url, database.authenticatorUrl, ...ANON, ...more])
}

async function explained(url: string, ...more: readonly string[]): Promise<CacheExplanation> {
  const { text, problem } = await explain(url, '--json', ...more)
  expect(problem).toBe('')
  return JSON.parse(text) as CacheExplanation
}

test('it says that an answer is kept, what makes it old, and who shares it', async () => {
  expect(await explain('/products?select=name&id=in.(7,8)')).toEqual({
    code: 0,
    problem: '',
    text: `GET /rest/v1/products?select=name&id=in.(7,8) as anon

Its answer is kept for 5 min, or until one of its rows changes.
For 5 min more it is answered when the database cannot be asked, marked as stale.

It is read from:
  public.products: a change of these rows makes it old: 7; 8

Two requests of this shape share it when they have the same:
  role: anon
  claims: none are read
  search path: "public"
  values: {"7","8"}
`,
  })
})

test('changes are told by row, by filter or by table, and only claims that are read count', async () => {
  const list = await explained('/products?select=name,categories(name)&price=lt.20')
  expect(list.tables).toEqual([
    { name: 'public.categories', kind: 'table', isJournaled: true, changes: 'table' },
    { name: 'public.products', kind: 'table', isJournaled: true, changes: 'predicate' },
  ])
  const claims = '{"customer_id":10,"sub":"7"}'
  const own = ['--role', 'authenticated', '--claims', claims]
  const orders = await explained('/orders?limit=2', ...own)
  expect(orders).toMatchObject({
    role: 'authenticated',
    isKept: true,
    times: { ttlMs: 300_000, staleWhileRevalidateMs: 0, staleIfErrorMs: 300_000 },
    key: { role: 'authenticated', claims: ['customer_id'] },
  })
  const { text } = await explain(
    '/orders?limit=2',
    ...own,
    '--header',
    'Prefer: timezone=Asia/Tokyo',
  )
  expect(text).toMatch(/\n {2}claims: customer_id\n.*\n {2}timezone: Asia\/Tokyo\n/)
})

test.each([
  [
    ['/drafts'],
    'not journaled: nobody hears',
    's-tier journal enable postgres://owner@… public.drafts',
  ],
  [
    ['/best_sellers', '--header', 'Accept-Profile: reporting'],
    'reporting.product_sales (materialized view)',
    'reporting.product_sales cannot be journaled: give it a ttlMs in cache.tables',
  ],
  [['/rpc/search_products?query=tent'], 'search_products cannot be looked into', 'BEGIN ATOMIC'],
  [['/products', '--header', 'Prefer: count=estimated'], 'The estimated count', 'count=exact'],
  [
    ['/products', '--accept', 'application/vnd.pgrst.plan+json', '--database-plan-enabled'],
    'execution plan',
    'ordinary media type',
  ],
  [['/products', '--method', 'post'], 'It is a write', 'sent there each time'],
  [['/products', '--method', 'DELETE'], 'It is a write', 'sent there each time'],
  [['/'], 'It reads no table', 'description of the API'],
  [['/orders?placed_at=gt.now'], 'the time of asking', 'Send a date'],
  [['/products', '--cache-enabled=false'], 'cache.enabled is false', 'Set cache.enabled'],
  [
    ['/products', '--cache-tables', '{"public.products":{"enabled":false}}'],
    'one of its tables are not kept',
    'cache.tables says: {"enabled":false}',
  ],
  [['/products', '--database-pre-request', 'check'], 'check runs before each', 'into policies'],
])(
  '%j: it says why its answer is not kept, and what to do',
  async ([url = '', ...more], why, remedy) => {
    const { code, text, problem } = await explain(url, ...more)
    expect({ code, problem }).toEqual({ code: 0, problem: '' })
    expect(text).toContain('\nIts answer is not kept:\n')
    expect(text).toContain(why)
    expect(text).toContain(remedy)
  },
)

test('a time of its own keeps the answers of a table that is not journaled', async () => {
  const { text } = await explain('/drafts', '--cache-tables', '{"public.drafts":{"ttlMs":60000}}')
  expect(text).toContain('\nIts answer is kept for 1 min.\n')
})

test('what the dialect refuses is refused here', async () => {
  for (const [url, code, words] of [
    ['/nowhere', 'PGRST205', 'public.nowhere'],
    ['/products?nope=eq.1', '42703', 'Perhaps you meant'],
    ['/products?select=(', 'PGRST100', ''],
    ['/a/b', 'PGRST125', ''],
    ['/rpc/nothing', 'PGRST202', ''],
  ] as const) {
    const { code: exit, text, problem } = await explain(url)
    expect({ exit, text }).toEqual({ exit: 4, text: '' })
    expect(problem).toContain(`Error ${code}: `)
    expect(problem).toContain(words)
  }
})

test('the request may be written in many ways', async () => {
  for (const url of [
    'products',
    '/products',
    '/rest/v1/products',
    'https://x.example/rest/v1/products',
  ]) {
    expect(await explained(url), url).toMatchObject({ url: '/rest/v1/products', isKept: true })
  }
  const swapped = ['explain-cache', database.authenticatorUrl, '/products', ...ANON]
  expect((await runApart(swapped)).text).toContain('is kept for 5 min')
  const environment = { DATABASE_URL: database.authenticatorUrl }
  const configured = await runApart(['explain-cache', '/products', ...ANON], { environment })
  expect(configured.text).toContain('is kept for 5 min')
})

test.each([
  [[], 2, 'needs the URL of a request'],
  [['/a', '/b'], 2, "does not know what to do with '/b'"],
  [['/a'], 3, 'ST012'],
  [['/a', 'postgres://nobody:x@127.0.0.1:1/none'], 4, 'ST031'],
])('%j ends with %i', async (argv, code, problem) => {
  expect(await runApart(['explain-cache', ...argv])).toEqual({
    ...{ code, text: '' },
    problem: expect.stringContaining(problem),
  })
})

test.each([
  [['--claims', '[1]'], '--claims takes a JSON object'],
  [['--claims', 'sub=7'], '--claims takes a JSON object'],
  [['--header', 'nonsense'], "'nonsense' is no header"],
  [['--database-anon-role', ''], 'as which role'],
])('%j is refused in words', async (more, words) => {
  const argv = more.includes('--database-anon-role') ? [] : [...ANON, ...more]
  const ran = await runApart(['explain-cache', '/products', database.authenticatorUrl, ...argv])
  expect(ran).toMatchObject({ code: 2, problem: expect.stringContaining(words) })
})

test('without a journal, or without the right to read it, that is what it says', async () => {
  const bare = await createDatabase('create table t (); grant select on t to anon')
  onTestFinished(() => bare.drop())
  const ask = () =>
    runApart(['explain-cache', '/t', bare.authenticatorUrl, '--database-anon-role', 'anon'])
  expect((await ask()).text).toContain('There is no journal in this database')
  await journaling(bare.url, { tables: ['t'], logins: [] })
  expect((await ask()).text).toContain('This login may not read the journal')
})
