import type { PostgrestClient } from '@supabase/postgrest-js'
import { PostgrestError } from '@supabase/postgrest-js'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import pg from 'pg'
import { as } from '../support/server.ts'
import { type Garden, openGarden } from './garden.ts'

let garden: Garden
/** The service: no policy holds it back. */
let service: PostgrestClient
beforeAll(async () => {
  garden = await openGarden()
  service = garden.client(as('service_role'))
})
afterAll(() => garden.stop())

const stored = (sql: string) => garden.database.query(sql)
const crop = (name: string, parts: object = {}) => ({ plot_id: 3, name, ...parts })

test('insert() alone answers nothing, and the row is there', async () => {
  const { data, error, status, statusText, count } = await service
    .from('crops')
    .insert(crop('Kale', { quantity: 7, details: { rows: [1, 2] }, tags: ['leaf', 'a,b', 'c"d'] }))
  expect({ data, error, status, statusText, count }).toEqual({
    ...{ data: null, error: null, status: 201, statusText: 'Created', count: null },
  })
  expect(await stored(`select quantity, details, tags from crops where name = 'Kale'`)).toEqual([
    { quantity: 7, details: { rows: [1, 2] }, tags: ['leaf', 'a,b', 'c"d'] },
  ])
})

test('insert().select() answers the row as it now stands, embeds too', async () => {
  const { data, status } = await service
    .from('crops')
    .insert(crop('Leek', { ripe: '[2024-10-01,2024-12-01)' }))
    .select('name, season, ripe, plot:plots(number)')
  expect(status).toBe(201)
  expect(data).toEqual([
    { name: 'Leek', season: 'spring', ripe: '[2024-10-01,2024-12-01)', plot: { number: 13 } },
  ])
})

test('insert().select().single() answers one object', async () => {
  const { data } = await service.from('crops').insert(crop('Mint')).select('name').single()
  expect(data).toEqual({ name: 'Mint' })
  const maybe = await service.from('crops').insert(crop('Mizuna')).select('name').maybeSingle()
  expect(maybe.data).toEqual({ name: 'Mizuna' })
})

test('insert() of many: keys that a row lacks are null, or the default where that is asked', async () => {
  const rows = [crop('Okra', { quantity: 3 }), crop('Onion')]
  const refused = await service.from('crops').insert(rows)
  expect(refused).toMatchObject({ status: 400, error: { code: '23502' } })
  const { data, count } = await service
    .from('crops')
    .insert(rows, { defaultToNull: false, count: 'exact' })
    .select('name, quantity')
    .order('name', { ascending: false })
  expect(data).toEqual([
    { name: 'Onion', quantity: 1 },
    { name: 'Okra', quantity: 3 },
  ])
  expect(count).toBe(2)
  expect(await service.from('crops').insert([])).toMatchObject({ error: null, status: 201 })
})

test('single() of several inserted rows inserts none of them', async () => {
  const rows = [crop('Parsley'), crop('Parsnip')]
  const { data, error, status } = await service.from('crops').insert(rows).select().single()
  expect({ data, status }).toEqual({ data: null, status: 406 })
  expect(error).toMatchObject({ code: 'PGRST116', details: 'The result contains 2 rows' })
  expect(await stored(`select from crops where name like 'Pars%'`)).toEqual([])
})

test('upsert() by the primary key: merges, and says 200 when nothing was new', async () => {
  const row = { plot_id: 2, day: '2024-08-01', litres: 5, note: 'dry' }
  const first = await service.from('watering').upsert(row).select('litres, note')
  expect(first).toMatchObject({ status: 201, data: [{ litres: 5, note: 'dry' }] })
  const second = await service
    .from('watering')
    .upsert({ plot_id: 2, day: '2024-08-01', litres: 6 })
    .select('litres, note')
  expect(second).toMatchObject({ status: 200, data: [{ litres: 6, note: 'dry' }] })
})

test('upsert() by another unique key, of many rows', async () => {
  const rows = [
    { plot_id: 2, name: 'Runner ducks', quantity: 3 },
    { plot_id: 2, name: 'Radish', quantity: 40 },
  ]
  const { data, error } = await service
    .from('crops')
    .upsert(rows, { onConflict: 'plot_id,name', defaultToNull: false })
    .select('name, quantity, season')
    .order('name')
  expect(error).toBeNull()
  expect(data).toEqual([
    { name: 'Radish', quantity: 40, season: 'spring' },
    { name: 'Runner ducks', quantity: 3, season: 'summer' },
  ])
  await stored(`update crops set quantity = 2 where name = 'Runner ducks'`)
})

test('upsert() that ignores duplicates answers only what is new', async () => {
  const rows = [
    { plot_id: 1, name: 'Garlic', quantity: 1 },
    { plot_id: 1, name: 'Sorrel', quantity: 1 },
  ]
  const { data } = await service
    .from('crops')
    .upsert(rows, { onConflict: 'plot_id,name', ignoreDuplicates: true })
    .select('name')
  expect(data).toEqual([{ name: 'Sorrel' }])
  expect(await stored(`select quantity from crops where name = 'Garlic'`)).toEqual([
    { quantity: 30 },
  ])
})

test('update() with filters', async () => {
  await service.from('crops').insert([crop('Tomato 1'), crop('Tomato 2'), crop('Turnip')])
  const none = await service.from('crops').update({ quantity: 9 }).like('name', 'Tomato %')
  expect(none).toMatchObject({ data: null, status: 204, error: null })
  const { data, count } = await service
    .from('crops')
    .update({ season: 'summer', details: { stake: true } }, { count: 'exact' })
    .like('name', 'Tomato %')
    .select('name, quantity, season, details->stake, plots(number)')
    .order('name')
  expect(count).toBe(2)
  expect(data).toEqual(
    [1, 2].map(n => ({
      ...{ name: `Tomato ${n}`, quantity: 9, season: 'summer', stake: true },
      plots: { number: 13 },
    })),
  )
  expect(await stored(`select season from crops where name = 'Turnip'`)).toEqual([
    { season: 'spring' },
  ])
})

test('update() of nothing is no error, and single() says so', async () => {
  const nothing = service.from('crops').update({ quantity: 0 }).eq('name', 'Zebra')
  expect(await nothing.select()).toMatchObject({ data: [], status: 200, error: null })
  const single = service.from('crops').update({ quantity: 0 }).eq('name', 'Zebra').select()
  expect(await single.single()).toMatchObject({ status: 406, error: { code: 'PGRST116' } })
  const maybe = service.from('crops').update({ quantity: 0 }).eq('name', 'Zebra').select()
  expect(await maybe.maybeSingle()).toMatchObject({ data: null, error: null })
})

test('delete() with filters, counted and answered', async () => {
  await service.from('crops').insert([crop('Weed 1'), crop('Weed 2'), crop('Weed 3')])
  const { data } = await service.from('crops').delete().eq('name', 'Weed 1').select('name')
  expect(data).toEqual([{ name: 'Weed 1' }])
  const rest = await service.from('crops').delete({ count: 'exact' }).like('name', 'Weed %')
  expect(rest).toMatchObject({ data: null, count: 2, status: 204, error: null })
  expect(await stored(`select from crops where name like 'Weed %'`)).toEqual([])
})

test('maxAffected() stops a write that would touch more', async () => {
  await service.from('crops').insert([crop('Vetch 1'), crop('Vetch 2')])
  const many = service.from('crops').delete().like('name', 'Vetch %')
  const refused = await capped(many, 1)
  expect(refused).toMatchObject({ status: 400, error: { code: 'PGRST124' } })
  expect(await stored(`select from crops where name like 'Vetch %'`)).toHaveLength(2)
  const one = service.from('crops').delete().eq('name', 'Vetch 1')
  expect(await capped(one, 1)).toMatchObject({ status: 204, error: null })
})

/** Without the types of a database the client does not know that the server is new enough for this. */
function capped(builder: object, rows: number) {
  return (builder as { maxAffected(rows: number): PromiseLike<unknown> }).maxAffected(rows)
}

test('rollback() answers as if it had happened, and it has not', async () => {
  const inserted = await service.from('crops').insert(crop('Ghost')).select('name').rollback()
  expect(inserted).toMatchObject({ data: [{ name: 'Ghost' }], status: 201 })
  const gone = await service.from('crops').delete().gt('id', 0).select('id').rollback()
  expect(gone.data?.length).toBeGreaterThan(2)
  expect(await stored(`select from crops where name = 'Ghost'`)).toEqual([])
  expect((await stored('select from crops')).length).toBe(gone.data?.length)
})

test('csv(), geojson() and explain() of what was written', async () => {
  const csv = await service
    .from('crops')
    .insert([crop('Csv 1'), crop('Csv, "2"')])
    .select('name, quantity')
    .csv()
  expect(csv.data).toBe('name,quantity\n"Csv 1",1\n"Csv, ""2""",1')
  const map = await service.from('plots').select('number').eq('id', 1).geojson()
  expect(map).toMatchObject({
    error: null,
    data: {
      type: 'FeatureCollection',
      features: [{ type: 'Feature', properties: { number: 11 } }],
    },
  })
  const plan = await service.from('crops').update({ quantity: 1 }).eq('id', 1).explain()
  expect(plan.error).toBeNull()
  expect(plan.data).toContain('Update on crops')
  expect(await stored('select quantity from crops where id = 1')).toEqual([{ quantity: 12 }])
})

test('schema() chooses where to write', async () => {
  await stored('grant insert, delete on shed.tools to service_role')
  await stored('grant usage on schema shed to service_role')
  const { data } = await service.schema('shed').from('tools').insert({ name: 'hoe' }).select()
  expect(data).toEqual([{ name: 'hoe', lent_to: null }])
  const elsewhere = await service.schema('nowhere').from('tools').insert({ name: 'rake' })
  expect(elsewhere).toMatchObject({ status: 406, error: { code: 'PGRST106' } })
})

test('errors of a write: constraint, type, permission, unknown column', async () => {
  const crops = () => service.from('crops')
  expect(await crops().insert({ plot_id: 1, name: 'Garlic' })).toMatchObject({
    ...{ data: null, status: 409, statusText: 'Conflict' },
    error: {
      code: '23505',
      details: 'Key (plot_id, name)=(1, Garlic) already exists.',
      hint: null,
      message: 'duplicate key value violates unique constraint "crops_plot_id_name_key"',
    },
  })
  expect(await crops().insert({ plot_id: 99, name: 'Any' })).toMatchObject({
    ...{ status: 409, error: { code: '23503' } },
  })
  expect(await crops().insert(crop('Any', { season: 'never' }))).toMatchObject({
    ...{ status: 400, error: { code: '22P02' } },
  })
  expect(await service.from('plots').insert({ number: 1, area: -1 })).toMatchObject({
    ...{ status: 400, error: { code: '23514' } },
  })
  expect(await crops().insert(crop('Any', { colour: 'red' }))).toMatchObject({
    ...{ status: 400, error: { code: 'PGRST204' } },
  })
  expect(await crops().update({ colour: 'red' }).eq('id', 1)).toMatchObject({
    ...{ status: 400, error: { code: 'PGRST204' } },
  })
  expect(await garden.client().from('crops').insert(crop('Any'))).toMatchObject({
    ...{ status: 401, error: { code: '42501' } },
  })
  const thrown = await Promise.resolve(
    crops().insert({ plot_id: 1, name: 'Garlic' }).throwOnError(),
  ).catch((error: unknown) => error)
  expect(thrown).toBeInstanceOf(PostgrestError)
  expect(thrown).toMatchObject({ code: '23505' })
})

test('a gardener writes on plots of their own, and nobody else', async () => {
  const ada = garden.client(as('authenticated', { gardener: 1 }))
  const own = await ada.from('crops').insert({ plot_id: 1, name: 'Peas' }).select('name')
  expect(own).toMatchObject({ status: 201, data: [{ name: 'Peas' }] })
  const other = await ada.from('crops').insert({ plot_id: 2, name: 'Peas' })
  expect(other).toMatchObject({ status: 403, error: { code: '42501' } })
  const touched = await ada.from('crops').update({ quantity: 0 }).eq('plot_id', 2).select()
  expect(touched).toMatchObject({ status: 200, data: [] })
  const { authorization } = as('authenticated', { gardener: 2 })
  const grace = ada.from('crops').insert({ plot_id: 2, name: 'Peas' })
  expect(await grace.setHeader('Authorization', authorization)).toMatchObject({ status: 201 })
})

test('abortSignal() ends a write that waits, and it is not done', async () => {
  const blocker = new pg.Client(garden.database.url)
  await blocker.connect()
  onTestFinished(() => blocker.end())
  await blocker.query('begin; update gardeners set name = name where id = 3')
  const controller = new AbortController()
  const answer = service
    .from('gardeners')
    .update({ name: 'Aborted' })
    .eq('id', 3)
    .abortSignal(controller.signal)
  const settled = answer.then(({ data, error }) => ({ data, message: error?.message }))
  await waiting(1)
  controller.abort()
  expect(await settled).toEqual({ data: null, message: expect.stringContaining('AbortError') })
  await waiting(0)
  await blocker.query('commit')
  expect(await stored('select name from gardeners where id = 3')).toEqual([{ name: 'Edsger' }])
})

/** Resolves once so many statements wait for a lock of another. */
async function waiting(statements: number): Promise<void> {
  const sql = `select from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`
  while ((await stored(sql)).length !== statements) await new Promise(done => setTimeout(done, 5))
}

test('every answer was as the document says', () => {
  expect(garden.validated.complaints).toEqual([])
})
