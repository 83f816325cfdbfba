import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { createStreamsDatabase } from '../support/streams.ts'
import { PATIENCE, runExample } from './example.ts'

test('a service decides on the events of a stream, and counts what happened in all', async () => {
  const database = await createStreamsDatabase()
  onTestFinished(() => database.drop())
  const environment = { DATABASE_URL: database.authenticatorUrl }
  const { json, stop } = await runExample('events/service.mjs', environment)
  const put = (sku: string, count: number, key: string = randomUUID()) =>
    json('/carts/7/items', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ sku, count }),
    })
  const old = [{ id: randomUUID(), type: 'item-put', data: { sku: 'tent' } }]
  await database.query(`select s_tier.stream_append('carts/7', 0, $1)`, [JSON.stringify(old)])

  const key = randomUUID()
  expect(await put('tent', 2, key)).toMatchObject({ status: 201, body: { version: 2 } })
  expect(await put('tent', 2, key)).toMatchObject({ status: 200, body: { version: 2 } })
  expect(await put('tent', 3, key)).toMatchObject({ status: 409, body: { code: 'ST631' } })
  await Promise.all(Array.from({ length: 60 }, () => put('peg', 1)))
  const cart = { items: { tent: 3, peg: 60 }, isOrdered: false, version: 62 }
  expect((await json('/carts/7')).body).toEqual(cart)

  const orders = await Promise.all(
    Array.from({ length: 5 }, () => json('/carts/7/order', { method: 'POST' })),
  )
  const statuses = orders.map(({ status }) => status)
  expect(statuses.filter(status => status === 201)).toHaveLength(1)
  expect(statuses.every(status => [201, 409, 422].includes(status))).toBe(true)
  expect(await put('stove', 1)).toMatchObject({ status: 409, body: { code: 'ST625' } })
  expect((await json('/carts/7')).body).toEqual({ ...cart, isOrdered: true, version: 63 })

  const counted = async () => (await json('/counted')).body
  await expect.poll(counted, PATIENCE).toEqual({ tent: 3, peg: 60 })
  expect(await stop()).toBe(0)
})
