import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { Head } from './head.ts'

const TIMES = { cacheStatus: 's-tier; hit; ttl=300', age: '0' }
const LATER = { cacheStatus: 's-tier; hit; ttl=8', age: '292' }

/** Names and values in turn. */
function headersOf({ cacheStatus, age }: typeof TIMES, ...more: readonly string[]): string[] {
  return ['x-word', 'ñ', 'cache-status', cacheStatus, 'vary', 'Accept', 'age', age, ...more]
}

/** What is said to these requests on one connection, until the server hangs up. */
async function exchange(listener: RequestListener, ...requests: readonly string[]) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk))
  socket.write(requests.join(''))
  await once(socket, 'close')
  return text
}

const REQUEST = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n'
const LAST = REQUEST.replace('host: a', 'host: a\r\nconnection: close')

/** The head of the first answer, and the others sent by it where there is one. Answers how many were. */
async function sentBy(headers: (times: typeof TIMES) => string[], status = 200, body?: Buffer) {
  let head: Head | undefined
  let sent = 0
  let ended = 0
  const text = await exchange(
    (_request, response) => {
      response.on('finish', () => ended++)
      if (head !== undefined && Head.suits(response)) {
        sent++
        return head.send(response, LATER, body ?? null)
      }
      response.writeHead(status, headers(response.shouldKeepAlive ? TIMES : LATER))
      head ??= Head.of(response, TIMES)
      response.end(body)
    },
    ...[REQUEST, REQUEST, LAST],
  )
  expect(ended).toBe(3)
  return { text: text.replaceAll(/\r\nDate: \w{3}, [\w :]{20} GMT\r\n/g, '\r\nDate: …\r\n'), sent }
}

test.each([
  ['with a body of bytes', 200, Buffer.from('罪と罰')],
  ['without a body', 304, undefined],
])('a head %s is sent again as Node wrote it, but for the time', async (_, status, body) => {
  const length = body === undefined ? [] : ['content-length', String(body.length)]
  const { text, sent } = await sentBy(times => headersOf(times, ...length), status, body)
  expect(sent).toBe(1)
  const [, first = '', second, last] = text.split('HTTP/1.1 ')
  const later = first.replace(TIMES.cacheStatus, LATER.cacheStatus).replace('age: 0', 'age: 292')
  expect(second).toBe(later)
  expect(last?.replace('Connection: close', 'Connection: keep-alive')).toBe(
    second?.replace(/Keep-Alive: .*\r\n/, ''),
  )
})

test('a body of ASCII leaves in one piece with it', async () => {
  let head: Head | undefined
  const text = await exchange(
    (_request, response) => {
      if (head !== undefined && Head.suits(response)) return head.send(response, LATER, '[1]')
      response.writeHead(200, headersOf(TIMES, 'content-length', '3'))
      head ??= Head.of(response, TIMES)
      response.end('[1]')
    },
    ...[REQUEST, REQUEST, LAST],
  )
  expect(text.match(/\r\n\r\n\[1\]/g)).toHaveLength(3)
  expect(text).toContain('age: 292')
})

test.each([
  ['connection', 'close'],
  ['date', 'Sun, 06 Nov 1994 08:49:37 GMT'],
  ['trailer', 'x'],
  ['transfer-encoding', 'chunked'],
  ['cache-status', TIMES.cacheStatus],
])('with a header %s: %s there is none', async (name, value) => {
  const heads: unknown[] = []
  await exchange(
    (_request, response) => {
      response.writeHead(200, headersOf(TIMES, name, value))
      heads.push(Head.of(response, TIMES))
      response.end()
    },
    LAST.replace('connection: close', 'x: y'),
    LAST,
  )
  expect(new Set(heads)).toEqual(new Set([undefined]))
})

test.each([LAST, 'GET / HTTP/1.0\r\n\r\n', 'GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n'])(
  'nor is there one of an answer to %j',
  async request => {
    let head: unknown = 'not asked'
    await exchange((_request, response) => {
      response.writeHead(200, headersOf(TIMES))
      head = Head.of(response, TIMES)
      expect(Head.suits(response)).toBe(false)
      response.end()
    }, request)
    expect(head).toBeUndefined()
  },
)
