import pg from 'pg'
import { expect, test } from 'vitest'
import { createDatabase } from './database.ts'

test('a test gets a database of its own, with what it asked for in it', async () => {
  const first = await createDatabase(
    'create table thing (id int); insert into thing values (1), (2)',
  )
  const second = await createDatabase()
  expect(await first.query('select id from thing where id > $1', [1])).toEqual([{ id: 2 }])
  expect(await second.query(`select to_regclass('thing') as thing`)).toEqual([{ thing: null }])
  await first.drop()
  await second.drop()
})

test('the authenticator logs in without a password and becomes the request roles', async () => {
  const database = await createDatabase()
  const client = new pg.Client(database.authenticatorUrl)
  await client.connect()
  for (const role of ['anon', 'authenticated', 'service_role']) {
    await client.query(`set role ${role}`)
    const { rows } = await client.query('select current_user as role, session_user as login')
    expect(rows).toEqual([{ role, login: 'authenticator' }])
  }
  await client.end()
  await database.drop()
})

test('dropping ends the connections that are still open', async () => {
  const database = await createDatabase()
  const client = new pg.Client(database.url)
  const errors: unknown[] = []
  client.on('error', error => errors.push(error))
  await client.connect()
  const ended = new Promise(resolve => client.once('end', resolve))
  await database.drop()
  await ended
  expect(errors[0]).toMatchObject({ code: '57P01' })
})
