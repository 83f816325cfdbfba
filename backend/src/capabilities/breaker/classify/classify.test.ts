import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startRedis } from '../../../../tests/support/redis.ts'
import { BreakerOpenError } from '../errors.ts'
import { classifyCall } from './call.ts'
import { classifyHttp, HTTP_ENDINGS } from './http.ts'
import { classifyNode, NODE_ENDINGS } from './node.ts'
import { classifyPostgres, POSTGRES_ENDINGS } from './postgres.ts'
import { classifyRedis, REDIS_ENDINGS } from './redis.ts'
import type { EndingRule } from './table.ts'

const PAGE = new URL('../../../../../docs/reference/circuit-breaker.md', import.meta.url)
const coded = (code: string) => Object.assign(new Error('x'), { code })

test.each([
  ['PostgreSQL', POSTGRES_ENDINGS],
  ['sockets', NODE_ENDINGS],
  ['HTTP', HTTP_ENDINGS],
  ['Redis', REDIS_ENDINGS],
])('the reference page has the table of %s as the code has it', (_name, rules) => {
  expect(readFileSync(PAGE, 'utf8')).toContain(tableOf(rules))
})

/** As Markdown. */
function tableOf(rules: readonly EndingRule[]): string {
  const rows = rules.map(
    ({ codes, ending, why }) =>
      `| ${codes.map(code => code.replaceAll('*', '\\*')).join(', ')} | ${ending} | ${why} |`,
  )
  return ['| code | counts as | why |', '|---|---|---|', ...rows].join('\n')
}

test.each([
  ...['08006', '08P01', '53300', '53100', '57P01', '57P02', '57P03', '57P04', '58030'],
  ...['PGRST000', 'PGRST001', 'ST514', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'],
])('%s is a failure of the database', code => {
  expect(classifyPostgres(coded(code))).toBe('failure')
})

test.each([
  ...['23505', '23503', '22P02', '22012', '42P01', '42501', '40001', '40P01', 'P0001', '55P03'],
  ...['28P01', '0A000', '54001', 'PT402', 'PGRST', 'ST513', '72000', 'HV000'],
])('%s proves that the database works', code => {
  expect(classifyPostgres(coded(code))).toBe('success')
})

test.each([
  ...['57014', '57P05', '25006', 'XX000', 'XX001', '58P01', 'PGRST003', 'ST510', 'ST511', 'ST512'],
  ...['PGRST116', 'ST501', 'ST504', 'ST900', 'EMFILE', 'EXYZW'],
])('%s says nothing about the database', code => {
  expect(classifyPostgres(coded(code))).toBe('neutral')
})

test('what is no error of the way to the database says nothing', () => {
  expect([new TypeError('x'), undefined, null, 'text', 7, {}].map(classifyPostgres)).toEqual(
    Array(6).fill('neutral'),
  )
})

test('what Node and fetch really throw is known', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/hang-up') request.socket.destroy()
    else if (request.url === '/nonsense') request.socket.end('this is no HTTP\r\n\r\n')
    else if (request.url !== '/never') response.writeHead(503).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const at = `http://127.0.0.1:${port}`
  const errorOf = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      error => error,
    )
  const aborted = new AbortController()
  const aborting = errorOf(fetch(`${at}/never`, { signal: aborted.signal }))
  aborted.abort()
  expect(classifyHttp(await errorOf(fetch(`${at}/hang-up`)))).toBe('failure')
  expect(classifyHttp(await errorOf(fetch(`${at}/nonsense`)))).toBe('failure')
  expect(
    classifyHttp(await errorOf(fetch(`${at}/never`, { signal: AbortSignal.timeout(20) }))),
  ).toBe('failure')
  expect(classifyHttp(await aborting)).toBe('neutral')
  expect(classifyHttp(await fetch(at))).toBe('failure')
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
  expect(classifyHttp(await errorOf(fetch(at)))).toBe('failure')
  expect(classifyHttp(await errorOf(fetch('http://nowhere.invalid')))).toBe('failure')
  const socket = connect(port, '127.0.0.1')
  const error = await new Promise(resolve => socket.once('error', resolve))
  expect([classifyNode(error), classifyPostgres(error), classifyRedis(error)]).toEqual([
    'failure',
    'failure',
    'failure',
  ])
})

test('a status says who is to blame, wherever a client of HTTP puts it', () => {
  const endings = (statuses: readonly number[]) => statuses.map(classifyHttp)
  expect(endings([500, 502, 503, 504, 507, 429])).toEqual(Array(6).fill('failure'))
  expect(endings([200, 204, 301, 304, 400, 401, 404, 409, 422, 501, 505])).toEqual(
    Array(11).fill('success'),
  )
  expect(endings([408, 425, 499])).toEqual(Array(3).fill('neutral'))
  const carriers = [{ status: 503 }, { statusCode: 503 }, { response: { status: 503 } }]
  expect(carriers.map(classifyHttp)).toEqual(Array(3).fill('failure'))
  expect(classifyHttp(new BreakerOpenError('x', 1))).toBe('neutral')
  expect(classifyHttp(new TypeError('x'))).toBe('failure')
})

test('what Redis really answers is known', async () => {
  const redis = await startRedis({ settings: { maxmemory: '1mb' } })
  const errorOf = (name: string, ...args: string[]) =>
    redis.command(name, ...args).then(
      () => undefined,
      (error: unknown) => error,
    )
  try {
    expect(classifyRedis(await errorOf('nonsense'))).toBe('success')
    await redis.command('set', 'text', 'x')
    expect(classifyRedis(await errorOf('lpush', 'text', 'x'))).toBe('success')
    expect(classifyRedis(await errorOf('evalsha', '0'.repeat(40), '0'))).toBe('success')
    expect(classifyRedis(await errorOf('set', 'large', 'x'.repeat(1_100_000)))).toBe('failure') // OOM
    await redis.kill()
    expect(classifyRedis(await errorOf('ping'))).toBe('failure')
  } finally {
    await redis.stop()
  }
})

test.each([
  ...[
    'LOADING Redis is loading the dataset in memory',
    "READONLY You can't write",
    'BUSY a script',
  ],
  ...['NOAUTH Authentication required.', 'Connection is closed.', 'Command timed out'],
])('%s is a failure of Redis', message => {
  expect(classifyRedis(new Error(message))).toBe('failure')
})

test('errors of the client of Redis, and of our own, are known', () => {
  const named = (name: string, message = 'x') => Object.assign(new Error(message), { name })
  expect(classifyRedis(named('ReplyError', 'NEWWORD something'))).toBe('success')
  expect(classifyRedis(named('ReplyError', 'TRYAGAIN later'))).toBe('neutral')
  expect(classifyRedis(named('AbortError', 'Command aborted due to connection close'))).toBe(
    'failure',
  )
  expect(classifyRedis(new DOMException('x', 'AbortError'))).toBe('neutral')
  expect([coded('ST601'), coded('ST602')].map(classifyRedis)).toEqual(['failure', 'failure'])
  const answered = (details: string) => Object.assign(coded('ST603'), { details })
  expect(['LOADING', 'WRONGTYPE', 'NEWWORD'].map(answered).map(classifyRedis)).toEqual([
    'failure',
    'success',
    'success',
  ])
  expect(classifyRedis(undefined)).toBe('failure')
})

test('where nothing is known, all but a caller who has gone and a refusal is a failure', () => {
  expect(classifyCall(new Error('x'))).toBe('failure')
  expect(classifyCall(new DOMException('x', 'TimeoutError'))).toBe('failure')
  expect(classifyCall(new DOMException('x', 'AbortError'))).toBe('neutral')
  expect(classifyCall(new BreakerOpenError('x', 1))).toBe('neutral')
})
