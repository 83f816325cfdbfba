import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import { signToken } from '../../http/index.ts'
import { Hits } from './hits.ts'
import { ANSWER, SECRET, serveBooks } from '../../../../tests/support/served-books.ts'

type Headers = Readonly<Record<string, string>>

/** A request as it goes over the wire; the last of its connection. */
function asking(target: string, headers: Headers = {}, method = 'GET'): string {
  const all = { host: 'a.example', ...headers, connection: 'close' }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`
}

/** The same in a connection that stays open. */
function goingOn(request: string): string {
  return request.replace('connection: close', 'connection: keep-alive')
}

/** But for the time at which Node sent it. */
function undated(answer: string): string {
  return answer.replaceAll(/\r\nDate: [^\r]*/g, '')
}

function bearer(claims: Readonly<Record<string, unknown>>): Headers {
  return { authorization: `Bearer ${signToken({ role: 'web', ...claims }, { secret: SECRET })}` }
}

const EMMA = asking('/books?id=eq.1')

/** Asks once the long way, so that the same is known the next time. */
async function serveKnown(...known: readonly string[]) {
  const served = await serveBooks()
  for (const request of known) await served.exchangeSlowly(request)
  return served
}

test('what was asked before is answered without the framework, by the same bytes', async () => {
  const served = await serveKnown(EMMA)
  const answer = await served.exchange(EMMA)
  expect(served.fast()).toBe(1)
  expect(served.reads()).toBe(1)
  expect(undated(answer)).toBe(undated(await served.exchangeSlowly(EMMA)))
  expect(answer).toMatch(/\r\ncache-status: s-tier; hit; ttl=300\r\nage: 0\r\n/)
})

test(`whatever is asked, the bytes are those of the framework (seed ${seed})`, async () => {
  const served = await serveBooks({ http: { traceHeader: 'X-Request-Id' } })
  const tag = /etag: (.*)\r\n/.exec(await served.exchangeSlowly(EMMA))?.[1] ?? ''
  const one = (...values: readonly string[]) =>
    fc.oneof(
      { arbitrary: fc.constant(undefined), weight: 16 },
      { arbitrary: fc.constantFrom(...values), weight: 2 },
    )
  const headers = fc.record({
    accept: one('*/*', 'application/json', 'application/vnd.pgrst.object+json', 'text/csv', 'x/y'),
    authorization: one(...[1, 2].map(sub => bearer({ sub })['authorization'] ?? ''), 'Bearer no'),
    'accept-profile': one('public', 'private'),
    'cache-control': one('no-cache', 'max-age=0', 'only-if-cached', 'x'),
    cookie: one('a=b', 's_tier_consistency=x'),
    'content-length': one('0'),
    'if-none-match': one(tag, `W/${tag}`, `"x", ${tag}`, '*', '"x"', 'x', ''),
    origin: one('https://a.example'),
    pragma: one('no-cache'),
    prefer: one('count=exact', 'timezone=Europe/Berlin', 'max-staleness=1', 'tx=rollback'),
    range: one('0-0', '1-'),
    's-tier-consistency': one('x', ''),
    'x-request-id': one('abc', '\u00e9'),
  })
  const paths = fc.constantFrom(
    '/books',
    '/books?id=eq.1',
    '/books?id=eq.1',
    '/books?',
    '/books?id=eq.x',
    '/no',
    '/',
  )
  const methods = fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'OPTIONS', 'DELETE')
  await fc.assert(
    fc.asyncProperty(paths, headers, methods, fc.nat(2_000), async (path, some, method, ms) => {
      const given = Object.entries(some).filter(([, value]) => value !== undefined)
      const request = asking(path, Object.fromEntries(given) as Headers, method)
      await served.exchangeSlowly(request)
      served.clock.advance(ms)
      await served.exchangeSlowly(request) // Nothing is loaded for what comes now, unless it is for each.
      const thrice = [goingOn(request), goingOn(request), request]
      const slow = await served.exchangeSlowly(...thrice)
      expect(undated(await served.exchange(...thrice))).toBe(undated(slow))
    }),
    { seed, numRuns: 150 },
  )
  expect(served.fast()).toBeGreaterThan(5)
})

test('the age grows, and what is over is read again, also where the connection stays', async () => {
  const served = await serveKnown(EMMA)
  const connection = served.open()
  for (const age of [0, 0, 1, 61]) {
    expect(await connection.answered(goingOn(EMMA))).toMatch(
      new RegExp(`hit; ttl=${300 - age}\\r\\nage: ${age}\\r\\n`),
    )
    served.clock.advance(age === 0 ? 500 : 60_000)
  }
  served.clock.advance(300_000)
  expect(await connection.answered(goingOn(EMMA))).toContain('fwd=')
  expect([served.fast(), served.reads()]).toEqual([4, 2])
})

test('the age grows, and what is over is read again', async () => {
  const served = await serveKnown(EMMA)
  served.clock.advance(61_500)
  expect(await served.exchange(EMMA)).toMatch(/hit; ttl=239\r\nage: 61\r\n/)
  served.clock.advance(300_000)
  await served.exchange(EMMA)
  expect([served.fast(), served.reads()]).toEqual([1, 2])
})

test('what has changed is answered anew, and known from then on', async () => {
  const served = await serveKnown(EMMA)
  served.change('[{"id":1,"title":"Persuasion"}]')
  expect(await served.exchange(EMMA)).toContain('Persuasion')
  expect(served.fast()).toBe(0)
  expect(await served.exchange(EMMA)).toContain('Persuasion')
  expect(served.fast()).toBe(1)
})

test('nothing is known under another catalog', async () => {
  const served = await serveKnown(EMMA)
  served.migrate()
  await served.exchange(EMMA)
  expect(served.fast()).toBe(0)
})

test('who has it already is told so, without a body', async () => {
  const served = await serveKnown(EMMA)
  const tag = /etag: (.*)\r\n/.exec(await served.exchangeSlowly(EMMA))?.[1] ?? ''
  const conditional = asking('/books?id=eq.1', { 'if-none-match': `"other", W/${tag}` })
  const answer = await served.exchange(conditional)
  expect(answer).toMatch(/^HTTP\/1.1 304 Not Modified\r\n/)
  expect(answer).toMatch(/\r\n\r\n$/)
  expect(undated(answer)).toBe(undated(await served.exchangeSlowly(conditional)))
  expect(served.fast()).toBe(1)
})

test('a HEAD has headers only', async () => {
  const head = asking('/books?id=eq.1', {}, 'HEAD')
  const served = await serveKnown(head)
  expect(await served.exchange(head)).toMatch(/\r\n\r\n$/)
  expect(served.fast()).toBe(1)
  await served.exchange(EMMA)
  expect(served.fast()).toBe(1)
})

test('each token has its own, for as long as it holds', async () => {
  const served = await serveBooks()
  const [one, other] = [
    { sub: 'a', exp: 100 },
    { sub: 'b', exp: 100 },
  ]
  const as = (claims: Readonly<Record<string, unknown>>) => asking('/books', bearer(claims))
  await served.exchangeSlowly(as(one))
  await served.exchange(as(other)) // Known to nobody yet.
  await served.exchange(asking('/books'))
  expect(served.fast()).toBe(0)
  await served.exchange(as(one))
  await served.exchange(as(other))
  expect(served.fast()).toBe(2)
  served.clock.advance(131_000)
  expect(await served.exchange(as(one))).toMatch(/^HTTP\/1.1 401 [\s\S]*"JWT expired"/)
  expect(served.fast()).toBe(2)
})

test('an apikey beside the token, or in its place, is who asks', async () => {
  const { authorization = '' } = bearer({ sub: 'a' })
  const key = asking('/books', { apikey: authorization.slice('Bearer '.length) })
  const served = await serveKnown(key)
  await served.exchange(asking('/books', { authorization, apikey: 'x.y.z' }))
  expect(served.fast()).toBe(1) // It is the same token.
  await served.exchange(asking('/books', { apikey: 'sb_publishable_x' }))
  expect(served.fast()).toBe(1)
})

test('requests that bring something, or want something else, are for the framework', async () => {
  const served = await serveKnown(EMMA)
  const [head = ''] = EMMA.split('\r\n\r\n')
  const others = [
    `${head}\r\ncontent-length: 2\r\n\r\n{}`,
    `${head}\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    `${head}\r\nexpect: 100-continue\r\n\r\n`,
    `${head.replace('close', 'upgrade, close')}\r\nupgrade: h2c\r\n\r\n`,
    `${head}\r\ncache-control: no-cache\r\n\r\n`,
    `${head}\r\ncookie: s_tier_consistency=7-1-0/1\r\n\r\n`,
    `${head}\r\norigin: https://a.example\r\n\r\n`,
  ]
  for (const other of others) expect(await served.exchange(other)).toContain(' 200 OK\r\n')
  expect(served.fast()).toBe(0)
  await served.exchange(EMMA)
  expect(served.fast()).toBe(1)
})

test('answers of a connection come in the order of its requests, fast or slow', async () => {
  const served = await serveKnown(EMMA)
  const slow = asking('/books?id=eq.2')
  const answers = await served.exchange(...[EMMA, slow, EMMA].map(goingOn), slow.replace('2', '3'))
  const locations = [...answers.matchAll(/content-location: (.*)\r\n/g)].map(([, where]) => where)
  expect(locations).toEqual([1, 2, 1, 3].map(id => `/books?id=eq.${id}`))
  expect(answers.match(/\r\nConnection: keep-alive\r\nKeep-Alive: timeout=72\r\n/g)).toHaveLength(3)
  expect(served.fast()).toBe(2)
})

test('a request for another host is refused as ever', async () => {
  const served = await serveBooks({ http: { hosts: ['a.example'] } })
  await served.exchangeSlowly(EMMA)
  expect(await served.exchange(EMMA.replace('a.example', 'b.example'))).toContain('"ST107"')
  expect(served.fast()).toBe(0)
})

test('where few origins may read, answers say so whoever asks', async () => {
  const served = await serveBooks({ http: { corsOrigins: ['https://a.example'] } })
  await served.exchangeSlowly(EMMA)
  const answer = await served.exchange(EMMA)
  expect(answer).toContain('\r\nvary: Origin, Accept, Prefer, Range\r\n')
  expect(undated(answer)).toBe(undated(await served.exchangeSlowly(EMMA)))
})

test('a server that is stopping says that this answer is the last', async () => {
  const served = await serveKnown(EMMA)
  const connection = served.open()
  const [begin, end] = [goingOn(EMMA).slice(0, 30), goingOn(EMMA).slice(30)]
  await connection.answered(goingOn(EMMA)) // By now the head of the answer is known.
  const first = await connection.answered(goingOn(EMMA) + begin) // The next is under way.
  expect(first).toContain('\r\nConnection: keep-alive\r\n')
  expect(served.fast()).toBe(2)
  const closing = served.close()
  expect(await connection.answered(end)).toContain('\r\nconnection: close\r\n')
  await closing
  expect(served.fast()).toBe(2)
})

test('with Server-Timing on, every request is measured', async () => {
  const served = await serveBooks({ http: { serverTiming: true } })
  await served.exchangeSlowly(EMMA)
  expect(await served.exchange(EMMA)).toContain('server-timing: ')
  expect(served.fast()).toBe(0)
})

test.each([
  ['ASCII', `[{"id":1,"title":"${'Emma '.repeat(10)}"}]`],
  ['Latin 1', '[{"id":1,"title":"Jane Eyre à Ferndean"}]'],
  ['UTF-8', '[{"id":1,"title":"罪と罰 🂡"}]'],
  ['a long text', `[{"id":1,"title":"${'Clarissa '.repeat(5_000)}"}]`],
])('a body of %s arrives whole', async (_, body) => {
  const served = await serveBooks({ answer: () => ({ body }) })
  await served.exchangeSlowly(EMMA)
  const thrice = [goingOn(EMMA), goingOn(EMMA), EMMA]
  const answers = await served.exchange(...thrice)
  expect(served.fast()).toBe(3)
  expect(answers).toContain(`\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`)
  expect(answers.endsWith(`\r\n\r\n${Buffer.from(body).toString('latin1')}`)).toBe(true)
  expect(undated(answers)).toBe(undated(await served.exchangeSlowly(...thrice)))
})

test('what the database says in headers of its own stays; with a status of its own nothing is known', async () => {
  const headers = '[{"Cache-Status": "mine"}, {"ETag": "\\"mine\\""}, {"X-Word": "ñ"}]'
  const served = await serveBooks({ answer: () => ({ headers }) })
  await served.exchangeSlowly(EMMA)
  const thrice = [goingOn(EMMA), goingOn(EMMA), EMMA]
  const answers = await served.exchange(...thrice)
  expect(answers).toMatch(/cache-status: mine\r\n[\s\S]*etag: "mine"\r\n/)
  expect(undated(answers)).toBe(undated(await served.exchangeSlowly(...thrice)))
  expect(served.fast()).toBe(3)
  const odd = await serveBooks({ answer: () => ({ status: '203' }) })
  for (let turn = 0; turn < 2; turn++) expect(await odd.exchange(EMMA)).toContain(' 203 ')
  expect(odd.fast()).toBe(0)
})

test('long query strings are not remembered', async () => {
  const long = asking(`/books?title=eq.${'x'.repeat(1_000)}`)
  const served = await serveKnown(long)
  expect(served.hits.size).toBe(0)
  await served.exchange(long)
  expect(served.fast()).toBe(0)
})

test('requests beyond a number push out those that are not asked for', () => {
  const identity = { role: 'web', claims: {}, claimsText: '{}', anonymous: false }
  const hits = new Hits({
    ...{ catalog: () => ({ version: '1' }), identity: { recall: () => identity } },
    ...{
      peek: () => undefined,
      http: { serverTiming: false, traceHeader: undefined },
      prefix: '/',
    },
  })
  const kept = { answer: ANSWER, snapshot: { xmin: 1n, xmax: 1n, running: new Set<bigint>() } }
  const mark = { from: 'l1', why: undefined, key: 'k', kept, ageMs: 0, ttlMs: 1 } as const
  const response = { status: 200, headers: {}, body: '[]' }
  for (let id = 0; id < 10_100; id++) {
    hits.remember({
      input: {
        ...{ method: 'GET', path: '/books', queryString: `id=eq.${id}`, headers: {} },
        ...{ body: undefined, identity },
      },
      ...{ preferences: { maxStalenessMs: undefined }, version: '1', response },
      mark: { ...mark, isJoined: false, isStored: true },
    })
  }
  expect(hits.size).toBe(10_000)
})
