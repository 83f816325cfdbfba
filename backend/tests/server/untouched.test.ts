import { randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { createDatabase, onCluster } from '../support/database.ts'
import { startServer } from '../support/server.ts'

/** Whatever could be left in a database, by kind. */
const CONTENTS = `
  select (select count(*) from pg_namespace) as schemas, (select count(*) from pg_class) as relations,
         (select count(*) from pg_proc) as functions, (select count(*) from pg_type) as types,
         (select count(*) from pg_trigger) as triggers, (select count(*) from pg_event_trigger) as event_triggers,
         (select count(*) from pg_extension) as extensions, (select count(*) from pg_description) as comments,
         (select count(*) from pg_publication) as publications, (select sum(n) from notes) as rows`

test('a login that may only read is enough, and the database is left as it was', async () => {
  const reader = `stier_reader_${randomBytes(4).toString('hex')}`
  const database = await createDatabase(`
    create table notes (id int primary key, n int);
    insert into notes values (1, 2), (3, 4);
    create role ${reader} login;
    alter role ${reader} set default_transaction_read_only = on;
    revoke create, usage on schema public from public;
    grant usage on schema public to ${reader};
    grant select on notes to ${reader}`)
  onTestFinished(async () => {
    await database.drop()
    await onCluster(`drop role ${reader}`)
  })
  await database.query(`revoke create, temporary on database ${database.name} from public`)
  const before = await database.query(CONTENTS)
  const url = new URL(database.url)
  url.username = reader
  const server = await startServer(url.href, {
    '--database-anon-role': reader,
    '--catalog-check-every-ms': '20',
  })
  onTestFinished(server.stop)
  const { body, headers } = await server.get('/notes?select=id', {
    headers: { prefer: 'count=estimated' },
  })
  expect(body).toBe('[{"id":1}, \n {"id":3}]')
  expect(headers['content-range']).toBe('0-1/2')
  await server.server.reload()
  await server.stop()
  expect(await database.query(CONTENTS)).toEqual(before)
  expect(server.events.filter(({ kind }) => kind.endsWith('failed'))).toEqual([])
})
