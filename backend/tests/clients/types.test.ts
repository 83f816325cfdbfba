import { readFileSync, writeFileSync } from 'node:fs'
import { PostgrestClient } from '@supabase/postgrest-js'
import { afterAll, beforeAll, expect, expectTypeOf, test } from 'vitest'
import { databaseTypes } from '../../src/api/typescript/index.ts'
import { readAs } from '../support/catalog-of.ts'
import type { TestDatabase } from '../support/database.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { createStoreDatabase } from '../support/store.ts'
import { type ValidatedFetch, validatedFetch } from '../support/validated-fetch.ts'
import {
  Constants,
  type Database,
  type Enums,
  type Json,
  type Tables,
  type TablesInsert,
  type TablesUpdate,
} from '../support/store-types.generated.ts'

// The types of the rows below are found out by the compiler, from the generated file and the text of `select`; here
// they are written down, and the compiler (`npm run types`) says whether they agree. The server gives the rows.

const GENERATED = new URL('../support/store-types.generated.ts', import.meta.url)

let database: TestDatabase
let server: TestServer
let validated: ValidatedFetch
let store: PostgrestClient<Database, { PostgrestVersion: '13' }>
beforeAll(async () => {
  database = await createStoreDatabase()
  server = await startServer(database.authenticatorUrl, {
    '--database-schemas': 'public,reporting',
  })
  validated = validatedFetch(server.address, '')
  store = new PostgrestClient(server.address, { fetch: validated.fetch })
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

test('the generated file is what the sample store gives today', async () => {
  const options = { schemas: ['public', 'reporting'] }
  const made = databaseTypes(await readAs(database.authenticatorUrl, options))
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GENERATED, made)
  expect(made).toBe(readFileSync(GENERATED, 'utf8'))
})

test('columns have their types, nulls where the database allows them', async () => {
  const { data } = await store
    .from('products')
    .select('id, name, price, net_price, colours, status, attributes, released_on')
    .eq('id', 1)
    .single()
  expectTypeOf(data!).toEqualTypeOf<{
    id: number
    name: string
    price: number
    net_price: number | null
    colours: string[]
    status: 'draft' | 'active' | 'discontinued'
    attributes: Json
    released_on: string
  }>()
  expect(data).toEqual({
    id: 1,
    name: expect.any(String),
    price: expect.any(Number),
    net_price: expect.any(Number),
    colours: expect.any(Array),
    status: 'active',
    attributes: expect.any(Object),
    released_on: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
  })
})

test('a star has no computed fields; they are typed when they are asked for', async () => {
  const { data } = await store.from('products').select('*').limit(1)
  expectTypeOf(data![0]!).toEqualTypeOf<Omit<Tables<'products'>, 'average_rating' | 'in_stock'>>()
  const row: Tables<'products'> = data![0]!
  expect(row).not.toHaveProperty('in_stock')
  const { data: asked } = await store.from('products').select('id, in_stock').limit(1)
  expectTypeOf(asked!).toEqualTypeOf<{ id: number; in_stock: number | null }[]>()
  expect(asked![0]?.in_stock).toEqual(expect.any(Number))
})

test('embeds: an object to one, a list to many, null where there need be none', async () => {
  const { data } = await store
    .from('products')
    .select('id, categories(name, parent_id), product_manuals(pages), tags(name), reviews(rating)')
    .eq('id', 1)
    .single()
  expectTypeOf(data!).toEqualTypeOf<{
    id: number
    categories: { name: string; parent_id: number | null }
    product_manuals: { pages: number } | null
    tags: { name: string }[]
    reviews: { rating: number }[]
  }>()
  expect(data).toEqual({
    id: 1,
    categories: {
      name: expect.any(String),
      parent_id: expect.toBeOneOf([expect.any(Number), null]),
    },
    product_manuals: expect.toBeOneOf([{ pages: expect.any(Number) }, null]),
    tags: expect.any(Array),
    reviews: expect.any(Array),
  })
})

test('computed relationships are embeds like others', async () => {
  const { data } = await store
    .from('products')
    .select('id, alternatives(id, name)')
    .eq('id', 1)
    .single()
  expectTypeOf(data!).toEqualTypeOf<{ id: number; alternatives: { id: number; name: string }[] }>()
  expect(data?.alternatives.length).toBeGreaterThan(0)
})

test('spread and alias', async () => {
  const { data } = await store
    .from('products')
    .select('title:name, ...categories(category:name)')
    .eq('id', 1)
    .single()
  expectTypeOf(data!).toEqualTypeOf<{ title: string; category: string }>()
  expect(data).toEqual({ title: expect.any(String), category: expect.any(String) })
})

test('a view has its columns, each of which may be null, and the relationships of its tables', async () => {
  const { data } = await store.from('active_products').select('id, categories(name)').limit(1)
  expectTypeOf(data!).toEqualTypeOf<{ id: number | null; categories: { name: string } | null }[]>()
  expect(data).toEqual([{ id: expect.any(Number), categories: { name: expect.any(String) } }])
})

test('another schema', async () => {
  const { data } = await store
    .schema('reporting')
    .from('monthly_sales')
    .select('month, orders')
    .limit(1)
  expectTypeOf(data!).toEqualTypeOf<{ month: string | null; orders: number | null }[]>()
  expect(data).toEqual([{ month: expect.any(String), orders: expect.any(Number) }])
})

test('arguments and results of functions', () => {
  type Functions = Database['public']['Functions']
  expectTypeOf<Functions['search_products']['Args']>().toEqualTypeOf<{
    query: string
    max_price?: number
  }>()
  expectTypeOf<Functions['sales_by_month']['Returns']>().toEqualTypeOf<
    { month: string; orders: number; revenue: number }[]
  >()
  expectTypeOf<Functions['refresh_reports']['Returns']>().toEqualTypeOf<undefined>()
  const search = store.rpc('search_products', { query: 'tent' }).select('id, categories(name)')
  expectTypeOf<NonNullable<Awaited<typeof search>['data']>>().toEqualTypeOf<
    { id: number; categories: { name: string } }[]
  >()
  const me = store.rpc('me')
  expectTypeOf<NonNullable<Awaited<typeof me>['data']>[number]['email']>().toEqualTypeOf<string>()
  const cost = store.rpc('shipping_cost', { order_id: 1 })
  expectTypeOf<Awaited<typeof cost>['data']>().toEqualTypeOf<number | null>()
})

test('what is written: required, optional, and what PostgreSQL fills itself', () => {
  expectTypeOf<TablesInsert<'wishes'>>().toExtend<{ customer_id: number; product_id: number }>()
  expectTypeOf<TablesInsert<'products'>['net_price']>().toEqualTypeOf<undefined>()
  expectTypeOf<TablesUpdate<'products'>['price']>().toEqualTypeOf<number | undefined>()
  // @ts-expect-error A name is required.
  store.from('tags').insert({ colour: '#ffffff' })
  // @ts-expect-error There is no such column.
  store.from('tags').update({ color: '#ffffff' })
  // @ts-expect-error The view cannot be written to.
  store.from('category_paths').insert({ name: 'x' })
  // @ts-expect-error There is no such relation.
  store.from('nothing')
})

test('enums are types and values', () => {
  expectTypeOf<Enums<'order_status'>>().toEqualTypeOf<
    (typeof Constants)['public']['Enums']['order_status'][number]
  >()
  expectTypeOf<Tables<{ schema: 'reporting' }, 'best_sellers'>['rank']>().toEqualTypeOf<
    number | null
  >()
  expect(Constants.public.Enums.product_link).toEqual(['accessory', 'alternative', 'successor'])
})

test('all of these answers were as the document of the server says', () => {
  expect(validated.complaints).toEqual([])
})
