import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/base/index.ts'
import { readConfig } from '../../src/config.ts'
import type { ServerEvent } from '../../src/observations.ts'
import { createServer } from '../../src/server.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { temporaryFolder } from '../support/folder.ts'
import { send } from '../support/http-client.ts'
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

test('lists, and who is allowed, are others after a reload; what cannot be taken over leaves the old ones', async () => {
  const file = join(temporaryFolder('block-list'), 'bad.netset')
  writeFileSync(file, '45.155.0.0/16\n')
  const flags = new Map(
    Object.entries({
      ...{ '--database-url': database.authenticatorUrl, '--database-anon-role': 'anon' },
      ...{ '--rest-prefix': '/', '--http-port': '0', '--http-trusted-proxies': '127.0.0.1' },
      '--security-block-lists': JSON.stringify({ bad: { file } }),
    }),
  )
  const events: ServerEvent[] = []
  const server = await createServer(readConfig({ flags }), {
    clock: systemClock,
    observe: event => void events.push(event),
    configure: settings => readConfig({ flags, database: settings }),
  })
  onTestFinished(() => server.stop('the test is over'))
  await server.start()
  const status = async (ip: string) => {
    const [address = ''] = server.addresses
    return (await send(address, { method: 'GET', ...from(ip), target: '/notices' })).status
  }
  expect(await status('45.155.1.1')).toBe(403)

  flags.set('--security-allow', '45.155.1.1')
  const other = join(temporaryFolder('block-list'), 'other.netset')
  writeFileSync(other, '45.156.0.0/16\n')
  flags.set('--security-block-lists', JSON.stringify({ bad: { file }, other: { file: other } }))
  expect(await server.reload()).toBe(true)
  await expect.poll(() => status('45.156.1.1')).toBe(403)
  expect([await status('45.155.1.1'), await status('45.155.1.2')]).toEqual([200, 403])

  writeFileSync(file, '45.155.1.3\n') // The configuration is the same: the list is read again all the same.
  rmSync(other)
  flags.set('--security-allow', 'nonsense')
  expect(await server.reload()).toBe(false)
  await expect.poll(() => status('45.155.1.2')).toBe(200)
  expect([await status('45.155.1.1'), await status('45.155.1.3')]).toEqual([200, 403])
  expect(await status('45.156.1.1')).toBe(403)
  expect(events.map(({ kind }) => kind)).toContain('config.failed')
  const failed = { kind: 'security.list-failed', list: 'other', networks: 1 }
  expect(events).toContainEqual(expect.objectContaining(failed))

  flags.set('--security-allow', '')
  flags.delete('--security-block-lists')
  expect(await server.reload()).toBe(true)
  expect([await status('45.155.1.3'), await status('45.156.1.1')]).toEqual([200, 200])
})
