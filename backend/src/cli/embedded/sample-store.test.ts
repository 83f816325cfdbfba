import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../../../tests/support/database.ts'
import { createStoreDatabase } from '../../../tests/support/store.ts'

let store: TestDatabase
let client: pg.Client

beforeAll(async () => {
  store = await createStoreDatabase()
  client = new pg.Client(store.url)
  await client.connect()
})

afterAll(async () => {
  await client.end()
  await store.drop()
})

/** Runs a statement in a transaction of its own as a role with claims, as the server does; nothing stays. */
async function as(role: string, claims: object, text: string): Promise<Record<string, unknown>[]> {
  try {
    await client.query(`begin; set local role ${role}`)
    await client.query(`select set_config('request.jwt.claims', $1, true)`, [
      JSON.stringify(claims),
    ])
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.query('rollback')
  }
}

const customer = { customer_id: 20 }

test('every foreign key holds, though the load does not check them row by row', async () => {
  const keys = await store.query<{ name: string; broken: string }>(`
    select con.conname as name, format(
      'select count(*)::int as count from %s as child where (%s) is not null and not exists (select from %s as parent where (%s) = (%s))',
      conrelid::regclass,
      (select string_agg(format('child.%I', attname), ', ' order by place) from unnest(conkey) with ordinality as k (number, place) join pg_attribute on attrelid = conrelid and attnum = number),
      confrelid::regclass,
      (select string_agg(format('child.%I', attname), ', ' order by place) from unnest(conkey) with ordinality as k (number, place) join pg_attribute on attrelid = conrelid and attnum = number),
      (select string_agg(format('parent.%I', attname), ', ' order by place) from unnest(confkey) with ordinality as k (number, place) join pg_attribute on attrelid = confrelid and attnum = number)
    ) as broken
    from pg_constraint as con where contype = 'f' and connamespace = 'public'::regnamespace
  `)
  expect(keys.length).toBeGreaterThan(30)
  for (const { name, broken } of keys) {
    expect({ name, rows: await store.query(broken) }).toEqual({ name, rows: [{ count: 0 }] })
  }
})

test('the store is the same wherever and whenever it is loaded', async () => {
  const [sums] = await store.query(`
    select
      (select md5(string_agg(format('%s %s %s', name, price, attributes), '' order by id)) from products) as products,
      (select md5(string_agg(format('%s %s %s', email, segment, preferences), '' order by id)) from customers) as customers,
      (select md5(string_agg(format('%s %s %s', customer_id, status, total), '' order by id)) from orders) as orders,
      (select md5(string_agg(format('%s %s %s', product_id, rating, body), '' order by id)) from reviews) as reviews
  `)
  expect(sums).toEqual({
    products: '642b3dcc9373948891ba806d43dafb50',
    customers: '6522d2a06d37939da7da393556859c79',
    orders: '394f9a318578a63cfb307b59b02c91fa',
    reviews: '5689ec55659203c1419eae6cffc08c65',
  })
})

test('the money adds up: lines to orders, orders to payments, movements to stock', async () => {
  const wrong = await store.query(`
    select 'lines' as what, purchase.id from orders as purchase
      where total <> (select sum(line_total) from order_lines where order_id = purchase.id)
    union all
    select 'payments', purchase.id from orders as purchase
      where total <> (select sum(amount) from payments where order_id = purchase.id and status <> 'failed')
    union all
    select 'stock', product_id from stock
      where quantity <> (select sum(moved.quantity) from stock_movements as moved
        where moved.warehouse_id = stock.warehouse_id and moved.product_id = stock.product_id)
  `)
  expect(wrong).toEqual([])
})

test('nobody orders before registering, nor what was not released', async () => {
  const wrong = await store.query(`
    select purchase.id from orders as purchase
    join customers as customer on customer.id = customer_id
    join order_lines as line on line.order_id = purchase.id
    join products as product on product.id = line.product_id
    where placed_at < registered_at or released_on > placed_at::date
  `)
  expect(wrong).toEqual([])
})

test('a few products sell most, and most of all before Christmas', async () => {
  const [{ share } = {}] = await store.query<{ share: number }>(`
    select sum(units) filter (where rank <= total / 5) / sum(units) as share
    from (
      select count(*)::float8 as units, row_number() over (order by count(*) desc) as rank, count(*) over () as total
      from order_lines group by product_id
    ) as sales
  `)
  expect(share).toBeGreaterThan(0.4)
  const months = await store.query<{ month: number }>(`
    select extract(month from placed_at at time zone 'UTC')::int as month
    from orders where placed_at between '2023-01-01Z' and '2025-01-01Z'
    group by month order by count(*) desc limit 2
  `)
  expect(new Set(months.map(({ month }) => month))).toEqual(new Set([11, 12]))
})

test('the public sees the catalogue without drafts, and nobody’s data', async () => {
  const [counts] = await as(
    'anon',
    {},
    `select count(*)::int > 100 as many, count(*) filter (where status = 'draft')::int as drafts from products`,
  )
  expect(counts).toEqual({ many: true, drafts: 0 })
  await expect(as('anon', {}, 'select from customers')).rejects.toThrow('permission denied')
  await expect(as('authenticated', customer, 'select from suppliers')).rejects.toThrow(
    'permission denied',
  )
})

test('customers see what is theirs, and the shop sees all', async () => {
  const everything = `
    select array(select distinct customer_id from orders) as orders,
      (select count(*)::int from order_lines) as lines, array(select id from customers) as customers`
  const [own] = await as('authenticated', customer, everything)
  expect(own).toMatchObject({ orders: [20], customers: [20] })
  const [stranger] = await as('authenticated', {}, everything)
  expect(stranger).toEqual({ orders: [], lines: 0, customers: [] })
  const [all] = await as('service_role', {}, 'select count(*)::int as count from customers')
  expect(all).toEqual({ count: 500 })
})

test('an order takes the prices from the catalogue and puts the products aside', async () => {
  const [product] = await store.query<{ id: number; price: string; in_stock: number }>(
    `select id, price, in_stock(products) from products where status = 'active' order by id limit 1`,
  )
  const place = (items: object, address = 20) =>
    `select total, status, customer_id, (select in_stock(products) from products where id = ${product?.id}) as left
     from place_order('${JSON.stringify(items)}', ${address})`
  const [placed] = await as(
    'authenticated',
    customer,
    place([{ product_id: product?.id, quantity: 2 }]),
  )
  expect(placed).toMatchObject({
    total: (2 * Number(product?.price)).toFixed(2),
    status: 'pending',
    customer_id: 20,
  })
  const attempts = [
    [{}, place([{ product_id: 1, quantity: 1 }]), 'Only a customer can place an order'],
    [customer, place([{ product_id: 1, quantity: 1 }], 21), 'not an address of yours'],
    [customer, place([]), 'at least one product'],
    [customer, place([{ product_id: product?.id, quantity: 9_999 }]), 'There is not enough'],
    [customer, `select place_order('[]', 20, 20, 'NOPE')`, 'There is no promotion NOPE now'],
  ] as const
  for (const [claims, text, message] of attempts) {
    await expect(as('authenticated', claims, text)).rejects.toThrow(message)
  }
  await expect(as('anon', {}, place([]))).rejects.toThrow('permission denied')
})

test('functions answer as their comments say', async () => {
  const one = async (text: string) => (await as('anon', {}, text))[0]
  expect(
    await one(`select bool_and(search @@ 'tent') as all from search_products('tent', 300)`),
  ).toEqual({ all: true })
  expect(
    await one(`select count(*)::int > 0 as some from products_tagged('gift', 'sale')`),
  ).toEqual({ some: true })
  expect(await one('select count(*)::int as count from category_tree(1)')).toEqual({ count: 14 })
  expect(await one('select count(*)::int as count from sales_by_month(2024)')).toEqual({
    count: 12,
  })
  expect(await one('select lowest < highest as sane from price_span(17)')).toEqual({ sane: true })
  expect(await one(`select shipping_cost(2.1) as here, shipping_cost(2.1, 'CH') as there`)).toEqual(
    { here: '6.45', there: '14.19' },
  )
  expect(await one(`select with_vat(100) as nl, with_vat(100, 'DE') as de`)).toEqual({
    nl: '121.00',
    de: '119.00',
  })
  expect(
    await one(
      `select public.json(colour) as json, public.colour(public.json(colour)) = colour as same from tags where name = 'new'`,
    ),
  ).toEqual({ json: '#2f9e44', same: true })
  expect(
    await one('select count(*)::int as count from products as p, alternatives(p) where p.id = 1'),
  ).toMatchObject({ count: expect.any(Number) })
  expect(
    (await as('authenticated', customer, 'select full_name(me) as name from me()'))[0]?.['name'],
  ).toMatch(/\w \w/)
  expect(
    (
      await as(
        'authenticated',
        customer,
        'select d.code from orders, destination(orders) as d limit 1',
      )
    )[0]?.['code'],
  ).toMatch(/^[A-Z]{2}$/)
})

test('the updatable view keeps what is written inside it', async () => {
  const [changed] = await as(
    'service_role',
    {},
    'update active_products set price = 1 where id = 1 returning price',
  )
  expect(changed).toEqual({ price: '1.00' })
  const draft = `update product_overview set status = 'draft' where id = 1`
  await expect(as('service_role', {}, draft)).rejects.toThrow('cannot update view')
})

test('numbers go on after the data, and nothing of the generator is left', async () => {
  const [tag] = await as('service_role', {}, `insert into tags (name) values ('mine') returning id`)
  expect(tag).toEqual({ id: 17 })
  expect(await store.query(`select to_regnamespace('generator') as generator`)).toEqual([
    { generator: null },
  ])
})

test('every table, view and function is described', async () => {
  const bare = await store.query(`
    select relname::text as name from pg_class
    where relnamespace::regnamespace::text in ('public', 'reporting') and relkind in ('r', 'v', 'm')
      and obj_description(oid, 'pg_class') is null
    union all
    select proname::text from pg_proc
    where pronamespace = 'public'::regnamespace and prorettype <> 'trigger'::regtype
      and proname not in ('json', 'colour') and obj_description(oid, 'pg_proc') is null
  `)
  expect(bare).toEqual([])
})
