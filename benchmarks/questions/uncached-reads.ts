// What does a read cost that no cache answers, beside the service that a team writes by hand?
import type { Question } from '../harness/question.ts'
import type { Requests, Scenario } from '../harness/rounds.ts'
import { seededRandom, shuffled } from '../harness/statistics.ts'
import { query, type Store } from '../harness/store.ts'
import { CHILD_COLUMNS, PARENT_COLUMNS, PRODUCT_COLUMNS } from '../peers/statements.ts'

/** The role and claims travel with each request of S-Tier; the bars hold with them included. */
const BARS = {
  oneRow: { serverCpu: 0.95, postgresCpu: 1.1 },
  twentyRows: { serverCpu: 0.55, postgresCpu: 1.1 },
  nested: { serverCpu: 0.65, postgresCpu: 1.1 },
} as const

/** The hand-written services answer an object, so S-Tier is asked for one too. */
const ONE_OBJECT = { accept: 'application/vnd.pgrst.object+json' }

const SEED = 20_251_122
/** Different requests in one scenario; after the last the first comes again. */
const REQUESTS = 2_000

export const uncachedReads: Question = {
  name: 'uncached-reads',
  peers: ['baseline', 'passthrough', 'floor'],
  scenarios,
}

/** The scenarios, with values that the store really holds. */
async function scenarios(store: Store): Promise<readonly Scenario[]> {
  const { products, categories } = await readValues(store.url)
  const oneRow = { requests: byKey(products), bars: BARS.oneRow, headers: ONE_OBJECT }
  return [
    { name: 'one-row', title: 'One row by key', connections: 32, ...oneRow },
    {
      ...{ name: 'twenty-rows', title: '20 filtered rows', connections: 32 },
      ...{ requests: filtered(categories), bars: BARS.twentyRows, headers: {} },
    },
    {
      ...{ name: 'nested', title: '20 parents with nested children', connections: 32 },
      ...{ requests: nested(categories), bars: BARS.nested, headers: {} },
    },
    {
      name: 'many-connections',
      title: 'One row by key, many callers',
      connections: 500,
      ...oneRow,
    },
  ]
}

interface Category {
  readonly id: number
  /** A price that at least 20 products of the category reach. */
  readonly from: string
}

async function readValues(url: string) {
  const random = seededRandom(SEED)
  const products = await query<{ id: number }>(
    url,
    `select id from products where status <> 'draft' order by id`,
  )
  const categories = await query<Category>(
    url,
    `select category_id as id, (array_agg(price order by price desc))[20]::text as "from"
     from products where status <> 'draft' group by 1 having count(*) >= 20 order by 1`,
  )
  const ids = products.map(({ id }) => id)
  return {
    products: shuffled(ids, random).slice(0, REQUESTS),
    categories: repeated(categories, random),
  }
}

/** Categories are few, so each comes again with another lower bound: requests differ in both values. */
function repeated(categories: readonly Category[], random: () => number): readonly Category[] {
  const lowered = Array.from({ length: REQUESTS }, (_, index) => {
    const { id, from } = categories[index % categories.length] as Category
    return { id, from: (Number(from) * random()).toFixed(2) }
  })
  return shuffled(lowered, random)
}

function byKey(ids: readonly number[]): Requests {
  const ours = ids.map(id => `/rest/v1/products?id=eq.${id}&select=${PRODUCT_COLUMNS.join(',')}`)
  return gets(
    ours,
    ids.map(id => `/products/${id}`),
  )
}

function filtered(categories: readonly Category[]): Requests {
  const range = 'order=price,id&limit=20'
  const ours = categories.map(
    ({ id, from }) =>
      `/rest/v1/products?category_id=eq.${id}&price=gte.${from}&${range}&select=${PRODUCT_COLUMNS.join(',')}`,
  )
  return gets(
    ours,
    categories.map(({ id, from }) => `/products?category=${id}&from=${from}`),
  )
}

function nested(categories: readonly Category[]): Requests {
  const select = `${PARENT_COLUMNS.join(',')},product_prices(${CHILD_COLUMNS.join(',')})`
  const range = 'order=id&limit=20&product_prices.order=period'
  const ours = categories.map(
    ({ id }) => `/rest/v1/products?category_id=eq.${id}&${range}&select=${select}`,
  )
  return gets(
    ours,
    categories.map(({ id }) => `/products-with-prices?category=${id}`),
  )
}

function gets(dialect: readonly string[], routes: readonly string[]): Requests {
  const get = (path: string) => ({ method: 'GET', path })
  return { dialect: dialect.map(get), routes: routes.map(get) }
}
