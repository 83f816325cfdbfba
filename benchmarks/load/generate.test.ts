import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { openPortion } from './generate.ts'

const get = (path: string) => ({ method: 'GET', path })

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const ORDER = { headers: { accept: 'text/plain' }, connections: 2, durationMs: 60_000 }

test('the paths are asked in turn, from the start again, over connections that stay open', async () => {
  const asked: string[] = []
  const sockets = new Set<unknown>()
  const port = await serve((request, response) => {
    asked.push(`${request.url} ${request.headers.accept}`)
    sockets.add(request.socket)
    response.setHeader('content-length', 2)
    response.end('ok')
  })
  const portion = await openPortion({
    ...ORDER,
    ...{ port, requests: ['/a', '/b', '/c'].map(get), requestsMax: 7 },
  })
  const report = await portion.run()
  portion.close()
  expect(report).toMatchObject({ requests: 7, errors: 0, firstError: undefined })
  const counts = ['/a', '/b', '/c'].map(path => asked.filter(url => url === `${path} text/plain`))
  expect(counts.map(urls => urls.length)).toEqual([3, 2, 2])
  expect(sockets.size).toBe(2)
})

test('a body is sent whole, with its length in bytes', async () => {
  const bodies: string[] = []
  const port = await serve((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (piece: string) => (body += piece))
    request.on('end', () => {
      bodies.push(`${request.method} ${body}`)
      response.writeHead(201, { 'content-length': 0 }).end()
    })
  })
  const requests = [{ method: 'POST', path: '/', body: '{"title":"naïve"}' }]
  const portion = await openPortion({ ...ORDER, port, requests, requestsMax: 3 })
  const report = await portion.run()
  portion.close()
  expect(report).toMatchObject({ requests: 3, errors: 0 })
  expect(bodies).toEqual(Array(3).fill('POST {"title":"naïve"}'))
})

test('answers that are no success are errors, and the first is told', async () => {
  const port = await serve((_request, response) => {
    response.statusCode = 503
    response.setHeader('content-length', 0)
    response.end()
  })
  const portion = await openPortion({ ...ORDER, port, requests: [get('/')], requestsMax: 3 })
  const report = await portion.run()
  portion.close()
  const firstError = 'HTTP/1.1 503 Service Unavailable'
  expect(report).toMatchObject({ requests: 3, errors: 3, firstError })
})

test('a server that breaks the connection ends the portion instead of hanging it', async () => {
  const port = await serve(request => void request.socket.destroy())
  const portion = await openPortion({ ...ORDER, port, requests: [get('/')], requestsMax: 100 })
  const report = await portion.run()
  portion.close()
  expect(report).toMatchObject({ requests: 2, errors: 2 })
})
