import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { type Example, PATIENCE, runExample } from './example.ts'

/** An upstream that fails on command. */
async function startUpstream() {
  const upstream = { isFailing: false, asked: 0, url: '' }
  const server = createServer((_request, response) => {
    upstream.asked++
    response.statusCode = upstream.isFailing ? 503 : 200
    response.setHeader('content-type', 'application/json')
    response.end('12')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  upstream.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return upstream
}

async function stateOf({ json }: Example, name: string): Promise<string | undefined> {
  const circuits = (await json('/circuits')).body as { name: string; state: string }[]
  return circuits.find(circuit => circuit.name === name)?.state
}

test('a service answers what it knows while its upstream fails, and asks it no more', async () => {
  const upstream = await startUpstream()
  const environment = { UPSTREAM: upstream.url, OPEN_FOR_MS: '1000' }
  const example = await runExample('breaker/service.mjs', environment)
  const { json } = example
  expect((await json('/price/tent')).body).toEqual({ price: 12, isStale: false })

  upstream.isFailing = true
  while ((await stateOf(example, 'prices')) !== 'open') {
    expect((await json('/price/tent')).body).toEqual({ price: 12, isStale: true })
  }
  const { asked } = upstream
  const refused = await Promise.all([json('/price/tent'), json('/price/boat')])
  expect(upstream.asked).toBe(asked)
  expect(refused[0]).toMatchObject({ status: 200, body: { price: 12, isStale: true } })
  expect(refused[1]).toMatchObject({ status: 503, body: { code: 'ST501' } })
  expect(refused[1].headers.get('retry-after')).toBe('1')

  upstream.isFailing = false
  const priceAndState = async () => [
    (await json('/price/tent')).body,
    await stateOf(example, 'prices'),
  ]
  await expect.poll(priceAndState, PATIENCE).toEqual([{ price: 12, isStale: false }, 'closed'])
  expect(example.output.out).toContain('prices: half-open -> closed (trials-passed)')
  expect(await example.stop()).toBe(0)
})

test('a route behind a breaker is refused as a problem document', async () => {
  const upstream = await startUpstream()
  upstream.isFailing = true
  const { json } = await runExample('breaker/service.mjs', { UPSTREAM: upstream.url })
  const statuses: number[] = []
  for (let call = 0; call < 5; call++) statuses.push((await json('/report')).status)
  expect(new Set(statuses)).toEqual(new Set([503]))
  expect(upstream.asked).toBe(5)
  const refused = await json('/report')
  expect(upstream.asked).toBe(5)
  expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expect(refused.body).toMatchObject({ status: 503, code: 'ST501' })
})
