import { createClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { as } from '../support/server.ts'
import { type Garden, openGarden } from './garden.ts'
import { realtime } from './realtime.ts'

// What an application of Supabase does with its client, when nothing but the URL changes.

let garden: Garden
/** As a project's key: a token of the anonymous role, sent with every request. */
const ANON_KEY = tokenOf('anon')
beforeAll(async () => {
  garden = await openGarden()
})
afterAll(() => garden.stop())

function tokenOf(...caller: Parameters<typeof as>): string {
  return as(...caller).authorization.slice('Bearer '.length)
}

function fetching() {
  return { fetch: garden.validated.fetch }
}

function visitor() {
  const auth = { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false }
  return createClient(garden.address, ANON_KEY, { auth, global: fetching(), realtime })
}

/** An application with its own sign-in, which changes. */
function signedIn(token: () => string | null) {
  return createClient(garden.address, ANON_KEY, {
    accessToken: () => Promise.resolve(token()),
    global: fetching(),
    realtime,
  })
}

test('the anonymous key reads what everybody may', async () => {
  const { data, error } = await visitor()
    .from('crops')
    .select('name, plot:plots!inner(number, gardener:gardeners(name))')
    .eq('plots.number', 11)
    .contains('tags', ['bulb'])
  expect(error).toBeNull()
  expect(data).toEqual([{ name: 'Garlic', plot: { number: 11, gardener: { name: 'Ada' } } }])
})

test('create, read, update, delete as one who signed in', async () => {
  const client = signedIn(() => tokenOf('authenticated', { gardener: 1 }))
  const created = await client
    .from('crops')
    .insert({ plot_id: 1, name: 'Chard', details: { colours: ['red', 'gold'] } })
    .select()
    .single()
  expect(created).toMatchObject({ error: null, status: 201, data: { name: 'Chard', quantity: 1 } })
  const { id } = created.data as { id: number }
  const changed = await client.from('crops').update({ quantity: 5 }).eq('id', id).select()
  expect(changed.data).toMatchObject([{ id, quantity: 5 }])
  const read = await client.from('crops').select('details->colours->>1').eq('id', id).single()
  expect(read.data).toEqual({ colours: 'gold' })
  const merged = await client
    .from('crops')
    .upsert({ plot_id: 1, name: 'Chard', quantity: 6 }, { onConflict: 'plot_id,name' })
    .select('id, quantity')
  expect(merged).toMatchObject({ status: 200, data: [{ id, quantity: 6 }] })
  expect(await client.from('crops').delete().eq('id', id)).toMatchObject({ status: 204 })
  expect((await client.from('crops').select().eq('id', id)).data).toEqual([])
})

test('who signs in, out and in as another is who the next request is', async () => {
  let token: string | null = null
  const client = signedIn(() => token)
  expect((await client.rpc('who')).data).toEqual({ role: 'anon', gardener: null })
  token = tokenOf('authenticated', { gardener: 1 })
  expect((await client.rpc('who')).data).toEqual({ role: 'authenticated', gardener: 1 })
  token = tokenOf('authenticated', { gardener: 2 })
  expect((await client.rpc('who')).data).toEqual({ role: 'authenticated', gardener: 2 })
  const other = await client.from('crops').insert({ plot_id: 1, name: 'Nettle' })
  expect(other).toMatchObject({ status: 403, error: { code: '42501' } })
  token = `${token}x`
  expect(await client.rpc('who')).toMatchObject({ status: 401, error: { code: 'PGRST301' } })
})

test('rpc() with filters, schema(), text search, ranges, count', async () => {
  const client = visitor()
  const crops = await client.rpc('crops_of', { gardener: 1 }).select('name').order('name')
  expect(crops.data).toEqual([{ name: 'Garlic' }, { name: 'Runner beans' }])
  const tools = await client.schema('shed').from('tools').select('name, lent_to').order('name')
  expect(tools.data).toEqual([
    { name: 'fork', lent_to: 2 },
    { name: 'spade', lent_to: null },
  ])
  const found = await client.from('crops').select('name').textSearch('words', 'bean')
  expect(found.data).toEqual([{ name: 'Runner beans' }])
  const ripe = await client.from('crops').select('name').overlaps('ripe', '[2024-08-01,2024-08-02)')
  expect(ripe.data).toEqual([{ name: 'Runner beans' }])
  const page = await client.from('crops').select('id', { count: 'exact' }).order('id').range(0, 1)
  expect(page).toMatchObject({ count: 3, status: 206, data: [{ id: 1 }, { id: 2 }] })
})

test('what goes wrong arrives as an error, not as an exception', async () => {
  const client = visitor()
  expect(await client.from('crop').select()).toMatchObject({
    status: 404,
    error: { code: 'PGRST205', hint: "Perhaps you meant the table 'public.crops'" },
  })
  expect(await client.from('crops').insert({ name: 'x', plot_id: 1 })).toMatchObject({
    ...{ status: 401, error: { code: '42501' } },
  })
  const controller = new AbortController()
  controller.abort()
  const aborted = await client.from('crops').select().abortSignal(controller.signal)
  expect(aborted.error?.message).toContain('AbortError')
})

test('every answer was as the document says', () => {
  expect(garden.validated.complaints).toEqual([])
})
