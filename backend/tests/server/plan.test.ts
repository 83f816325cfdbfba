import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { startServer, type TestServer } from '../support/server.ts'

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await createDatabase(`
    create table notes (id int primary key, text text);
    insert into notes select n, 'note ' || n from generate_series(1, 100) as n;
    analyze notes;
    grant select on notes to anon`)
  server = await startServer(database.authenticatorUrl, {
    '--database-plan-enabled': 'true',
    '--http-server-timing': 'true',
  })
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

const PLAN = 'application/vnd.pgrst.plan'
const plan = (accept: string, target = '/notes?id=eq.7') =>
  server.get(target, { headers: { accept } })

test('the plan of a request as JSON', async () => {
  const { status, headers, body } = await plan(`${PLAN}+json`)
  expect(status).toBe(200)
  expect(headers['content-type']).toBe(`${PLAN}+json; for="application/json"; charset=utf-8`)
  const [explained] = JSON.parse(body)
  expect(explained.Plan).toMatchObject({ 'Node Type': expect.any(String) })
  expect(explained).not.toHaveProperty('Execution Time')
  expect(body).toContain('"Relation Name": "notes"')
})

test('as text, which is what the bare type means too', async () => {
  for (const accept of [`${PLAN}+text`, PLAN]) {
    const { headers, body } = await plan(accept)
    expect(headers['content-type']).toBe(`${PLAN}+text; for="application/json"; charset=utf-8`)
    expect(body).toMatch(/^\S.*cost=\d/)
  }
})

test('with options it is also measured and told in detail', async () => {
  const { headers, body } = await plan(`${PLAN}+json; options=analyze|verbose|buffers|unknown`)
  expect(headers['content-type']).toContain('; options=analyze|verbose|buffers;')
  const [explained] = JSON.parse(body)
  expect(explained['Execution Time']).toBeGreaterThan(0)
  expect(explained.Plan.Output).toEqual(expect.any(Array))
})

test('of another answer, and of a count', async () => {
  const csv = await plan(`${PLAN}+json; for="text/csv"; options=verbose`)
  expect(csv.headers['content-type']).toContain('for="text/csv"')
  expect(csv.body).toContain('string_agg')
  const counted = await server.get('/notes?limit=1', {
    headers: { accept: `${PLAN}+json`, prefer: 'count=exact' },
  })
  expect(counted.body).toContain('Aggregate')
})

test('a plan for what cannot be made is refused', async () => {
  const { status, body } = await plan(`${PLAN}; for="image/png"`)
  expect(status).toBe(406)
  expect(JSON.parse(body)).toMatchObject({ code: 'PGRST107' })
})

test('the answer says where its time went, in the order in which it went', async () => {
  const { headers } = await server.get('/notes?id=eq.7')
  expect(headers['server-timing']).toMatch(
    /^plan;dur=\d+\.\d, transaction;dur=\d+\.\d, response;dur=\d+\.\d$/,
  )
})
