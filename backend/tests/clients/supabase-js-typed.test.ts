import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, expect, expectTypeOf, test } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import { as, startServer, type TestServer } from '../support/server.ts'
import { createStoreDatabase } from '../support/store.ts'
import { type ValidatedFetch, validatedFetch } from '../support/validated-fetch.ts'
import type { Database, Tables } from '../support/store-types.generated.ts'
import { realtime } from './realtime.ts'

// A customer of the store, through `createClient<Database>()` with the types that `s-tier types` printed: the compiler
// checks what is sent and knows what comes back.

const CUSTOMER = 17

let database: TestDatabase
let server: TestServer
let validated: ValidatedFetch
let store: SupabaseClient<Database>
beforeAll(async () => {
  database = await createStoreDatabase()
  server = await startServer(database.authenticatorUrl, {
    '--rest-prefix': '/rest/v1',
    '--database-schemas': 'public,reporting',
  })
  validated = validatedFetch(server.address, '/rest/v1')
  const { authorization } = as('authenticated', { customer_id: CUSTOMER })
  store = createClient<Database>(server.address, 'the key of the project', {
    accessToken: () => Promise.resolve(authorization.slice('Bearer '.length)),
    global: { fetch: validated.fetch },
    realtime,
  })
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

const ADDRESS = {
  customer_id: CUSTOMER,
  street: 'Café “Ř” 7',
  postal_code: '1017 AB',
  city: 'Amsterdam',
  country_code: 'NL',
}

async function newAddress(): Promise<number> {
  const { data } = await store
    .from('addresses')
    .insert(ADDRESS)
    .select('id')
    .single()
    .throwOnError()
  return data.id
}

test('what is inserted comes back with the defaults, and in its type', async () => {
  const { data, error } = await store
    .from('addresses')
    .insert(ADDRESS)
    .select('id, label, street, countries(name)')
    .single()
  expect(error).toBeNull()
  expectTypeOf(data!).toEqualTypeOf<{
    id: number
    label: string
    street: string
    countries: { name: string }
  }>()
  expect(data).toEqual({
    id: expect.any(Number),
    label: 'home',
    street: ADDRESS.street,
    countries: { name: 'Netherlands' },
  })
})

test('update, upsert and delete by key', async () => {
  const id = await newAddress()
  const updated = await store
    .from('addresses')
    .update({ city: 'Utrecht' })
    .eq('id', id)
    .select('city')
    .single()
  expect(updated.data).toEqual({ city: 'Utrecht' })
  const upserted = await store
    .from('addresses')
    .upsert({ ...ADDRESS, id, label: 'work' })
    .select('id, label, city')
  expectTypeOf(upserted.data!).toEqualTypeOf<Pick<Tables<'addresses'>, 'id' | 'label' | 'city'>[]>()
  expect(upserted).toMatchObject({ status: 200, data: [{ id, label: 'work', city: 'Amsterdam' }] })
  const deleted = await store
    .from('addresses')
    .delete({ count: 'exact' })
    .eq('id', id)
    .maxAffected(1)
  expect(deleted).toMatchObject({ status: 204, count: 1, error: null })
})

test('an order is placed by a call, which answers the row and its embeds', async () => {
  const { data: offer } = await store
    .from('products')
    .select('id, price, in_stock')
    .eq('status', 'active')
    .order('id')
    .limit(50)
    .throwOnError()
  const [product] = offer.filter(({ in_stock }) => Number(in_stock) > 10)
  const placed = await store
    .rpc('place_order', {
      items: [{ product_id: product!.id, quantity: 2 }],
      shipping_address_id: await newAddress(),
    })
    .select('id, status, total')
  expect(placed.error).toBeNull()
  const order = placed.data!
  expect(order).toMatchObject({ status: 'pending', total: product!.price * 2 })
  const { data: read } = await store
    .from('orders')
    .select('status, order_lines(quantity, products(id)), destination(code)')
    .eq('id', order.id)
    .single()
  expect(read).toEqual({
    status: 'pending',
    order_lines: [{ quantity: 2, products: { id: product!.id } }],
    destination: { code: 'NL' },
  })
})

test('what the policies refuse is an error, and what they hide is not there', async () => {
  const foreign = await store.from('addresses').insert({ ...ADDRESS, customer_id: CUSTOMER + 1 })
  expect(foreign).toMatchObject({ status: 403, error: { code: '42501' } })
  const { data } = await store.from('addresses').select('customer_id')
  expect(new Set(data?.map(row => row.customer_id))).toEqual(new Set([CUSTOMER]))
  const others = await store.from('addresses').update({ city: 'X' }).neq('customer_id', CUSTOMER)
  expect(others).toMatchObject({ status: 204, error: null })
  expect(await database.query(`select from addresses where city = 'X'`)).toEqual([])
})

test('what the compiler would not have sent is refused by the server too', async () => {
  // @ts-expect-error There is no such column.
  const unknown = await store.from('addresses').update({ town: 'X' }).eq('id', 1)
  expect(unknown).toMatchObject({ status: 400, error: { code: 'PGRST204' } })
  // @ts-expect-error A city is required.
  const lacking = await store.from('addresses').insert({ ...ADDRESS, city: undefined })
  expect(lacking).toMatchObject({ status: 400, error: { code: '23502' } })
  // @ts-expect-error There is no such function.
  const missing = await store.rpc('place_orders', {})
  expect(missing).toMatchObject({ status: 404, error: { code: 'PGRST202' } })
})

test('every answer was as the document says', () => {
  expect(validated.complaints).toEqual([])
})
