import fastify from 'fastify'
import { expect, test } from 'vitest'
import { type Check, registerHealth } from './health.ts'

const well: Check = { name: 'catalog', ok: true, detail: 'version 1' }
const ill: Check = { name: 'pool', ok: false, detail: 'no connections' }

function serve(...checks: readonly Check[]) {
  const app = fastify()
  registerHealth(app, { checks: () => checks })
  return app
}

test('the process is alive whatever else it is', async () => {
  const { statusCode, body } = await serve(ill).inject('/live')
  expect({ statusCode, body }).toEqual({ statusCode: 200, body: '' })
})

test('it is ready when everything is', async () => {
  const { statusCode, headers, body } = await serve(well).inject('/ready')
  expect(statusCode).toBe(200)
  expect(headers['content-type']).toBe('application/json; charset=utf-8')
  expect(body).toBe('{"status":"ready"}')
})

test('?verbose adds the single checks', async () => {
  const { body } = await serve(well).inject('/ready?verbose')
  expect(JSON.parse(body)).toEqual({ status: 'ready', checks: [well] })
})

test('when one thing is not, it answers 503 and tells them all', async () => {
  const { statusCode, body } = await serve(well, ill).inject('/ready')
  expect(statusCode).toBe(503)
  expect(JSON.parse(body)).toEqual({ status: 'not ready', checks: [well, ill] })
})
