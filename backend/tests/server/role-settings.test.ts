import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, onCluster, type TestDatabase } from '../support/database.ts'
import { as, startServer, type TestServer } from '../support/server.ts'

const ROLE = `stier_settings_${randomBytes(4).toString('hex')}`
let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await createDatabase(`
    create role ${ROLE};
    grant ${ROLE} to authenticator;
    alter role ${ROLE} set statement_timeout = '30ms';
    alter role ${ROLE} set default_transaction_isolation = 'serializable';
    alter role ${ROLE} set app.plan = 'free';
    create view settings as select
      current_setting('transaction_isolation') as isolation,
      current_setting('statement_timeout') as timeout,
      current_setting('app.plan', true) as plan;
    create view slow as select 1 as id from pg_sleep(20);
    grant select on settings, slow to anon, ${ROLE}`)
  server = await startServer(database.authenticatorUrl)
})
afterAll(async () => {
  await server.stop()
  await database.drop()
  await onCluster(`drop role ${ROLE}`)
})

test('the settings of a role hold in its transactions, and in no others', async () => {
  expect((await server.get('/settings', { headers: as(ROLE) })).body).toBe(
    '[{"isolation":"serializable","timeout":"30ms","plan":"free"}]',
  )
  const [anonymous] = JSON.parse((await server.get('/settings')).body)
  expect(anonymous).toMatchObject({ isolation: 'read committed', timeout: '0' })
  expect(anonymous.plan).not.toBe('free')
})

test('a statement beyond the timeout of its role is stopped', async () => {
  const { status, body } = await server.get('/slow', { headers: as(ROLE) })
  expect(status).toBe(500)
  expect(JSON.parse(body)).toMatchObject({ code: '57014' })
})

test('a changed setting holds after a reload', async () => {
  await database.query(`alter role ${ROLE} set app.plan = 'paid'`)
  await server.server.reload()
  const { body } = await server.get('/settings?select=plan', { headers: as(ROLE) })
  expect(body).toBe('[{"plan":"paid"}]')
})
