import { readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { send } from '../support/http-client.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { BOMBS } from './bombs.ts'

// What is cheap to send and dear to serve is refused, and the server goes on answering. The limits that are wide by default, for
// bulk loads, are those of an ordinary API here.

const agent = new Agent({ keepAlive: false })
let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  const arena = new URL('../fuzz/arena.sql', import.meta.url)
  database = await createDatabase(readFileSync(arena, 'utf8'))
  server = await startServer(database.authenticatorUrl, {
    '--database-schemas': 'arena',
    '--http-request-timeout-ms': '1000',
    '--validation-depth-max': '32',
    '--validation-keys-max': '1000',
    '--validation-items-max': '10000',
    '--validation-string-bytes-max': '65536',
  })
})
afterAll(async () => {
  agent.destroy()
  await server.stop()
  await database.drop()
})

test.each(Object.keys(BOMBS))('refused: %s', async name => {
  const bomb = (BOMBS[name] as () => Parameters<typeof send>[1])()
  const status = await send(server.address, bomb, agent).then(
    answer => answer.status,
    (error: NodeJS.ErrnoException) => String(error.code),
  )
  // Who still sends when the answer is there loses the connection, and perhaps the answer with it.
  if (typeof status === 'string') expect(['EPIPE', 'ECONNRESET']).toContain(status)
  else expect(Math.floor(status / 100)).toBe(4)
  expect(await server.get('/bare')).toMatchObject({ status: 200 })
})

test('a body that never ends is not waited for', async () => {
  const socket = connect(Number(new URL(server.address).port), '127.0.0.1')
  socket.setEncoding('latin1').on('error', () => undefined)
  let text = ''
  socket.on('data', (piece: string) => (text += piece))
  socket.write(
    'POST /items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n{',
  )
  const drip = setInterval(() => socket.write(' '), 400)
  await new Promise(resolve => socket.on('close', resolve))
  clearInterval(drip)
  expect(text).toMatch(/^HTTP\/1\.1 408 /)
  expect(await server.get('/bare')).toMatchObject({ status: 200 })
}, 60_000)
