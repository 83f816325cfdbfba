import { once } from 'node:events'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { dueTimes } from './arrivals.ts'
import { openPortion } from './generate.ts'
import type { LoadOrder } from './messages.ts'

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function ok(response: ServerResponse): void {
  response.setHeader('content-length', 2)
  response.end('ok')
}

function orderOf(port: number, changes: Partial<LoadOrder> = {}): LoadOrder {
  return {
    ...{ port, requests: [{ method: 'GET', path: '/' }], headers: {}, connections: 4 },
    ...{ requestsMax: 40, durationMs: 60_000, arrivals: { perSecond: 1_000, seed: 7 } },
    ...changes,
  }
}

test('requests are due as often as they are to be, the same ones for the same seed', () => {
  const order = { requestsMax: 100_000, durationMs: 10_000, arrivals: { perSecond: 500, seed: 7 } }
  const times = dueTimes(order)
  expect(times).toEqual(dueTimes(order))
  expect(times.length).toBeGreaterThan(4_800)
  expect(times.length).toBeLessThan(5_200)
  expect([...times]).toEqual([...times].sort((a, b) => a - b))
  expect(dueTimes({ ...order, requestsMax: 3 })).toHaveLength(3)
})

test('all that are due are sent and answered, over the connections that there are', async () => {
  const sockets = new Set<unknown>()
  const port = await serve((request, response) => {
    sockets.add(request.socket)
    ok(response)
  })
  const portion = await openPortion(orderOf(port))
  const report = await portion.run()
  portion.close()
  expect(report).toMatchObject({ requests: 40, errors: 0 })
  expect(sockets.size).toBeLessThanOrEqual(4)
})

test('who had to wait for the one before is counted from when it was due', async () => {
  const held: ServerResponse[] = []
  const port = await serve((_request, response) => {
    if (held.length === 0) {
      held.push(response)
      setTimeout(() => ok(response), 200)
    } else ok(response)
  })
  const portion = await openPortion(orderOf(port, { connections: 1, requestsMax: 20 }))
  const report = await portion.run()
  portion.close()
  // All were due within the time in which the first held the only connection.
  expect(report.p50Ms).toBeGreaterThan(50)
})

test('a server that breaks all connections ends the portion instead of hanging it', async () => {
  const port = await serve(request => void request.socket.destroy())
  const portion = await openPortion(orderOf(port))
  const report = await portion.run()
  portion.close()
  expect(report).toMatchObject({ requests: 4, errors: 4 })
})
