import type { PostgrestClient } from '@supabase/postgrest-js'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { holdLock } from '../support/lock.ts'
import { as } from '../support/server.ts'
import { type Garden, openGarden } from './garden.ts'

let garden: Garden
let visitor: PostgrestClient
let service: PostgrestClient
beforeAll(async () => {
  garden = await openGarden()
  visitor = garden.client()
  service = garden.client(as('service_role'))
})
afterAll(() => garden.stop())

test('a scalar, by POST, by GET and by HEAD', async () => {
  expect(await visitor.rpc('add', { a: 1, b: 2 })).toMatchObject({ data: 3, status: 200 })
  expect(await visitor.rpc('add', { a: 1 })).toMatchObject({ data: 11 })
  expect(await visitor.rpc('add', { a: 1, b: 2 }, { get: true })).toMatchObject({ data: 3 })
  const head = await visitor.rpc('add', { a: 1, b: 2 }, { head: true })
  expect(head).toMatchObject({ data: null, status: 200, error: null })
})

test('a row, rows, rows of a table of its own, values, nothing', async () => {
  expect((await visitor.rpc('largest_crop').select('name')).data).toEqual({ name: 'Garlic' })
  expect((await visitor.rpc('harvests')).data).toEqual([
    { season: 'summer', pieces: 14 },
    { season: 'autumn', pieces: 30 },
  ])
  const tagged = await visitor.rpc('tagged', { tags: ['bulb', 'pods'] })
  expect(tagged.data).toEqual(['Garlic', 'Runner beans'])
  const byGet = await visitor.rpc('tagged', { tags: 'bulb' }, { get: true })
  expect(byGet.data).toEqual(['Garlic'])
  const nothing = await service.rpc('forget_watering', { before: '2000-01-01' })
  expect(nothing).toMatchObject({ data: null, status: 204, error: null })
})

test('rows are selected from, filtered, ordered, cut, embedded and counted as of a table', async () => {
  const { data, count, status } = await visitor
    .rpc('crops_of', { gardener: 1 }, { count: 'exact' })
    .select('name, plots(number, gardeners(name))')
    .gt('quantity', 1)
    .order('name')
    .limit(1)
  expect({ count, status }).toEqual({ count: 2, status: 206 })
  expect(data).toEqual([{ name: 'Garlic', plots: { number: 11, gardeners: { name: 'Ada' } } }])
  const single = await visitor.rpc('crops_of', { gardener: 2 }).select('name').single()
  expect(single.data).toEqual({ name: 'Runner ducks' })
  const none = await visitor.rpc('crops_of', { gardener: 3 }).select('name').single()
  expect(none).toMatchObject({ status: 406, error: { code: 'PGRST116' } })
  const maybe = await visitor.rpc('crops_of', { gardener: 3 }).select('name').maybeSingle()
  expect(maybe).toMatchObject({ data: null, error: null })
  const csv = await visitor.rpc('crops_of', { gardener: 2 }).select('name, quantity').csv()
  expect(csv.data).toBe('name,quantity\n"Runner ducks",2')
  const head = await visitor.rpc('crops_of', { gardener: 1 }, { head: true, count: 'exact' })
  expect(head).toMatchObject({ data: null, count: 2 })
})

test('a call that writes: answered, rolled back, refused by GET', async () => {
  const planted = await service.rpc('plant', { plot: 3, name: 'Fig' }).select('name, quantity')
  expect(planted).toMatchObject({ status: 200, data: { name: 'Fig', quantity: 1 } })
  const dry = await service.rpc('plant', { plot: 3, name: 'Date' }).select('name').rollback()
  expect(dry.data).toEqual({ name: 'Date' })
  const byGet = await service.rpc('plant', { plot: 3, name: 'Kiwi' }, { get: true })
  expect(byGet).toMatchObject({ status: 405, error: { code: '25006' } })
  const names = await garden.database.query(`select name from crops where plot_id = 3`)
  expect(names).toEqual([{ name: 'Fig' }])
})

test('maxAffected() of a call that answers the rows it changed', async () => {
  const call = service.rpc('rename_season', { from_season: 'summer', to_season: 'winter' })
  const capped = (call as unknown as { maxAffected(rows: number): PromiseLike<unknown> })
    .maxAffected
  expect(await capped.call(call, 1)).toMatchObject({ status: 400, error: { code: 'PGRST124' } })
  const winter = await garden.database.query(`select from crops where season = 'winter'`)
  expect(winter).toEqual([])
})

test('the whole body is the argument of a function with one unnamed parameter', async () => {
  const { data } = await visitor.rpc('keys_of', { b: 1, a: { c: 2 } })
  expect(data).toEqual(['b', 'a'])
})

test('who calls: nobody, a gardener, another by header', async () => {
  expect((await visitor.rpc('who')).data).toEqual({ role: 'anon', gardener: null })
  const ada = garden.client(as('authenticated', { gardener: 1 }))
  expect((await ada.rpc('who')).data).toEqual({ role: 'authenticated', gardener: 1 })
  const { authorization } = as('authenticated', { gardener: 2 })
  const grace = await ada.rpc('who').setHeader('Authorization', authorization)
  expect(grace.data).toEqual({ role: 'authenticated', gardener: 2 })
})

test('errors of a call: unknown, wrong arguments, raised', async () => {
  const unknown = await visitor.rpc('crop_of', { gardener: 1 })
  expect(unknown).toMatchObject({
    ...{ data: null, status: 404 },
    error: {
      code: 'PGRST202',
      message: 'Could not find the function public.crop_of(gardener) in the schema cache',
      hint: 'Perhaps you meant to call the function public.crops_of',
    },
  })
  expect(await visitor.rpc('add', { a: 1, c: 2 })).toMatchObject({ error: { code: 'PGRST202' } })
  expect(await visitor.rpc('add', { a: 'one' })).toMatchObject({
    ...{ status: 400, error: { code: '22P02' } },
  })
  expect(await visitor.rpc('complain', { about: 'the tea' })).toMatchObject({
    status: 418,
    error: {
      ...{ code: 'PT418', message: 'I am a teapot' },
      ...{ details: 'the tea', hint: 'Water the tea' },
    },
  })
  const thrown = visitor.rpc('complain', { about: 'it' }).throwOnError()
  await expect(Promise.resolve(thrown)).rejects.toMatchObject({ code: 'PT418' })
})

test('explain() of a call', async () => {
  const { data } = await visitor.rpc('crops_of', { gardener: 1 }).explain({ verbose: true })
  expect(data).toContain('Output:')
})

test('abortSignal() ends a call that waits', async () => {
  const lock = await holdLock(garden.database)
  onTestFinished(lock.release)
  const controller = new AbortController()
  const answer = visitor.rpc('wait').abortSignal(controller.signal)
  const settled = answer.then(({ data, error }) => ({ data, message: error?.message }))
  await lock.awaited(1)
  controller.abort()
  expect(await settled).toEqual({ data: null, message: expect.stringContaining('AbortError') })
  await lock.awaited(0)
})

test('every answer was as the document says', () => {
  expect(garden.validated.complaints).toEqual([])
})
