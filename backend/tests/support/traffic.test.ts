import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { startTraffic, tally } from './traffic.ts'

const cleanup: (() => void)[] = []
afterEach(() => {
  for (const end of cleanup.splice(0)) end()
})

async function serve(answer: RequestListener): Promise<{ address: string; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>()
  const server = createServer(answer)
  server.on('connection', socket => sockets.add(socket))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  cleanup.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets }
}

test('each client keeps its connection and has its turns, and every outcome is in the log', async () => {
  const { address, sockets } = await serve((request, response) => {
    response.setHeader('s-tier-consistency', '1:1:1')
    response.writeHead(request.method === 'POST' ? 201 : 200).end('[]')
  })
  const traffic = startTraffic({
    address,
    clients: 3,
    turns: 5,
    async turn(client, turn) {
      const { token } = await client.post('/mark', { turn })
      await client.get(`/mark?n=eq.${turn}`, { 's-tier-consistency': token ?? '' })
    },
  })
  const log = await traffic.ended
  expect(tally(log)).toEqual({ '200': 15, '201': 15 })
  expect(sockets.size).toBe(3)
  expect(log.every(({ startedMs, endedMs }) => startedMs <= endedMs)).toBe(true)
  expect(log[0]).toMatchObject({ method: 'POST', target: '/mark', body: '[]', token: '1:1:1' })
})

test('failures of all kinds are outcomes too', async () => {
  let asked = 0
  const { address } = await serve((request, response) => {
    asked += 1
    if (asked === 1) response.writeHead(503).end('{"code":"ST501"}')
    else if (asked === 2) response.writeHead(502).end('<html>')
    else if (asked === 3) request.socket.resetAndDestroy()
  })
  const get = (client: Parameters<Parameters<typeof startTraffic>[0]['turn']>[0]) => client.get('/')
  const log = await startTraffic({ address, clients: 1, turns: 4, timeoutMs: 300, turn: get }).ended
  expect(tally(log)).toEqual({
    '503 ST501': 1,
    '502 no JSON': 1,
    '0 ECONNRESET': 1,
    '0 TIMEOUT': 1,
  })
  const nobody = startTraffic({ address: 'http://127.0.0.1:1', clients: 1, turns: 1, turn: get })
  expect(tally(await nobody.ended)).toEqual({ '0 ECONNREFUSED': 1 })
})

test('it ends when it is told to, when its time is over, and when a turn throws', async () => {
  const { address } = await serve((_request, response) => response.end())
  const endless = startTraffic({ address, turn: client => client.get('/'), pauseMs: 1 })
  await expect.poll(() => endless.log.length, { timeout: 10_000 }).toBeGreaterThan(10)
  const log = await endless.stop()
  const { length } = log
  await new Promise(done => setTimeout(done, 50))
  expect(log.length).toBe(length)
  await startTraffic({ address, forMs: 20, turn: client => client.get('/') }).ended
  const broken = startTraffic({ address, turn: () => Promise.reject(new Error('of the test')) })
  await expect(broken.stop()).rejects.toThrow('of the test')
})
