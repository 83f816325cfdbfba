import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { startServer, type TestServer } from '../support/server.ts'

let database: TestDatabase
let folder: string
beforeAll(async () => {
  database = await createDatabase('create table notes (id int); grant select on notes to anon')
  folder = mkdtempSync(join(tmpdir(), 's-tier-admin-'))
})
afterAll(async () => {
  await database.drop()
  rmSync(folder, { recursive: true })
})

async function serve(flags: Readonly<Record<string, string>>): Promise<TestServer> {
  const server = await startServer(database.authenticatorUrl, flags)
  onTestFinished(server.stop)
  return server
}

function ask(
  socketPath: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, headers, agent: false }, answer => {
      answer.resume()
      resolve(answer.statusCode)
    })
    asked.on('error', reject)
    asked.end()
  })
}

test('health and metrics are served at a socket, with its permissions, and nowhere else', async () => {
  const socket = join(folder, 'admin.sock')
  const flags = { '--http-admin-socket': socket, '--http-admin-socket-mode': '600' }
  const server = await serve(flags)
  expect(server.server.adminAddress).toBe(`http://unix:${socket}:`)
  expect(statSync(socket).mode & 0o777).toBe(0o600)
  expect(await ask(socket, '/ready')).toBe(200)
  expect(await ask(socket, '/metrics/pool')).toBe(200)
  expect(await ask(socket, '/notes')).toBe(404)
  for (const path of ['/ready', '/metrics/pool']) expect((await server.get(path)).status).toBe(404)
})

test('a socket comes before a port', async () => {
  const socket = join(folder, 'both.sock')
  const flags = { '--http-admin-socket': socket, '--http-admin-port': '0' }
  const { server } = await serve(flags)
  expect(server.adminAddress).toBe(`http://unix:${socket}:`)
  expect(await ask(socket, '/live')).toBe(200)
})

test('beside the API on a socket, behind which a proxy stands, metrics need the token', async () => {
  const socket = join(folder, 'api.sock')
  await serve({ '--http-socket': socket })
  expect(await ask(socket, '/ready')).toBe(200)
  expect(await ask(socket, '/metrics/pool')).toBe(404)
  const token = 'a-token-of-operators'
  const guarded = join(folder, 'guarded.sock')
  await serve({ '--http-socket': guarded, '--http-admin-token': token })
  expect(await ask(guarded, '/metrics/pool')).toBe(401)
  expect(await ask(guarded, '/metrics/pool', { authorization: `Bearer ${token}` })).toBe(200)
})
