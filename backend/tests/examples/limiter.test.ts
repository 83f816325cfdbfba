import { expect, test } from 'vitest'
import { type Example, runExample } from './example.ts'

const as = (key: string) => ({ headers: { 'x-api-key': key } })

async function reportOf({ json }: Example, name: string) {
  const { rules } = (await json('/limits')).body as { rules: { name: string }[] }
  return rules.find(rule => rule.name === name)
}

test('a service refuses what is over its limits, each counted for itself', async () => {
  const example = await runExample('limiter/service.mjs', { PER_MINUTE: '3' })
  const { json } = example
  const statuses: number[] = []
  for (let n = 0; n < 4; n++) statuses.push((await json('/price/tent', as('one'))).status)
  expect(statuses).toEqual([200, 200, 200, 429])
  const other = await json('/price/tent', as('two'))
  expect(other.status).toBe(200)
  expect(other.headers.get('ratelimit')).toBe('"customer";r=2;t=60')
  const refused = await json('/price/tent', as('one'))
  expect(refused.body).toMatchObject({ status: 429, code: 'ST401' })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)

  const logins: number[] = []
  for (let n = 0; n < 6; n++) logins.push((await json('/login', { method: 'POST' })).status)
  expect(logins).toEqual([200, 200, 200, 200, 200, 429])
  expect(await reportOf(example, 'customer')).toMatchObject({ decided: 6, refused: 2 })
  expect(await reportOf(example, 'trial')).toMatchObject({ refused: 0 })
  expect(await example.stop()).toBe(0)
})

test('an answer is charged what it has cost, and a request with many questions counts as many', async () => {
  const { json } = await runExample('limiter/service.mjs', {})
  expect((await json('/report?rows=1000')).status).toBe(200)
  expect((await json('/report?rows=1')).body).toMatchObject({
    detail: 'It is 1000 rows in 60 s for each ip.',
  })
  const { json: batch } = await runExample('limiter/service.mjs', { PER_MINUTE: '3' })
  const headers = { 'content-type': 'application/json', ...as('one').headers }
  const body = JSON.stringify(['a', 'b', 'c', 'd'])
  const answers = (await batch('/batch', { method: 'POST', headers, body })).body as object[]
  // The request itself is the first of three.
  expect(answers.map(answer => 'price' in answer)).toEqual([true, true, false, false])
})
