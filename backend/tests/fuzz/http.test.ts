import { readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { type RawResponse, send } from '../support/http-client.ts'
import { seed } from '../support/seed.ts'
import { as, startServer, type TestServer } from '../support/server.ts'
import { type FuzzRequest, likely, unlikely } from './requests.ts'

const agent = new Agent({ keepAlive: true, maxSockets: 4 })
let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  console.log(`STIER_TEST_SEED=${seed}`)
  const fixture = new URL('../requests/fixture.sql', import.meta.url)
  database = await createDatabase(readFileSync(fixture, 'utf8'))
  server = await startServer(database.authenticatorUrl, {
    '--rest-prefix': '/rest/v1',
    '--database-schemas': 'library,archive',
    '--database-aggregates-enabled': 'true',
    '--database-plan-enabled': 'true',
    '--database-transaction-end': 'commit-allow-override',
    '--http-server-timing': 'true',
  })
})
afterAll(async () => {
  agent.destroy()
  await server.stop()
  await database.drop()
})

/** Whatever came: an answer that makes sense, and no fault of the server's. */
function expectAnswer(method: string, { status, headers, body }: RawResponse): void {
  expect(status, body).toBeLessThan(500)
  expect(status).toBeGreaterThanOrEqual(200)
  if (method === 'HEAD') expect(body).toBe('')
  else if (status >= 400) expectError(body)
  else if (/^application\/(\S+\+)?json\b/.test(headers['content-type'] ?? '')) JSON.parse(body)
}

function expectError(body: string): void {
  const error = JSON.parse(body)
  expect(Object.keys(error)).toEqual(['code', 'details', 'hint', 'message'])
  expect(error.code).toMatch(/^(?:PGRST\d{3}|ST1\d\d|[0-9A-Z]{5})$/)
  expect(error.message).not.toBe('')
}

async function check(request: FuzzRequest): Promise<void> {
  expectAnswer(request.method, await send(server.address, request, agent))
}

afterAll(async () => {
  expect(server.events.filter(({ kind }) => kind === 'http.failed')).toEqual([])
})

test('requests near to the grammar are answered or refused, never failed', async () => {
  await fc.assert(fc.asyncProperty(likely(as('authenticated').authorization), check), {
    seed,
    numRuns: 1_500,
  })
})

test('so is anything else that a client of HTTP can say', async () => {
  await fc.assert(fc.asyncProperty(unlikely, check), { seed, numRuns: 1_000 })
})

const byte = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0x21, max: 0x7e }) },
  fc.integer({ min: 0, max: 0xff }),
)
const bytes = fc.array(byte, { maxLength: 40 }).map(codes => Buffer.from(codes))

test('bytes that no client would send end in an answer, and the server lives on', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, bytes, async (inTarget, inHeader) => {
      const request = Buffer.concat([
        Buffer.from('GET /rest/v1/books?'),
        inTarget,
        Buffer.from(' HTTP/1.1\r\nHost: library\r\nPrefer: '),
        inHeader,
        Buffer.from('\r\nConnection: close\r\n\r\n'),
      ])
      const [head = '', body = ''] = (await exchange(request)).split('\r\n\r\n', 2)
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1])
      const bytes = Buffer.from(body)
      expectAnswer('GET', { status, statusText: '', headers: {}, body, bytes })
    }),
    { seed, numRuns: 500 },
  )
  expect(await server.get('/live')).toMatchObject({ status: 200 })
})

/** Everything that the server says to these bytes before it hangs up. */
function exchange(request: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(server.address).port), '127.0.0.1')
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    socket.on('error', reject).on('close', () => resolve(text))
    socket.write(request)
  })
}
