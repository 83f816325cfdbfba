import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { temporaryFolder } from '../support/folder.ts'
import { startServer } from '../support/server.ts'

// Networks that others have found to be bad: refused before anything else, also where an answer is kept.

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase(`
    create table notices (id int primary key);
    insert into notices values (1);
    grant select on notices to anon`)
})
afterAll(() => database.drop())

const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })

test('whoever is on a list is refused, whatever the mode; the others and those who are allowed are not', async () => {
  const file = join(temporaryFolder('block-list'), 'bad.netset')
  writeFileSync(file, '# bad\n45.155.0.0/16\n127.0.0.0/8\n2a0e:b107::/32\n')
  const server = await startServer(database.authenticatorUrl, {
    '--http-trusted-proxies': '127.0.0.1',
    '--security-block-lists': JSON.stringify({ bad: { file } }),
    '--security-allow': '45.155.9.9',
  })
  onTestFinished(server.stop)
  const status = async (ip: string) => (await server.get('/notices', from(ip))).status
  expect(await status('45.156.1.1')).toBe(200)
  expect(await status('45.155.1.1')).toBe(403)
  expect(await status('2a0e:b107:7::1')).toBe(403)
  expect(await status('45.155.9.9')).toBe(200)
  expect((await server.get('/notices')).status, 'from this machine').toBe(200)
  const refused = await server.get('/notices', from('45.155.1.1'))
  expect(JSON.parse(refused.body)).toMatchObject({ code: 'ST430' })
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(1)
  expect(refused.body).not.toContain('bad')
})
