import { expect, onTestFinished, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { journaling } from '../support/journaling.ts'
import { startNode } from './cached-node.ts'

test('columns that are computed when they are read are as new as those that they are computed from', async context => {
  const database = await createDatabase('create table things (id int primary key, price int)')
  onTestFinished(() => database.drop())
  const [version] = await database.query<{ number: number }>(
    `select current_setting('server_version_num')::int as number`,
  )
  if ((version?.number ?? 0) < 180_000) return context.skip('There are none before PostgreSQL 18.')
  await database.query(`
    alter table things add twice int generated always as (price * 2) virtual,
      add stored int generated always as (price * 2) stored;
    insert into things (id, price) values (1, 10), (2, 20);
    grant all on things to anon`)
  await journaling(database.url, { schemas: 'all', logins: ['authenticator'] })
  const node = await startNode({ url: database.authenticatorUrl })
  onTestFinished(() => node.stop())

  const from = async (url: string) => (await node.get(url)).cached?.from
  const ids = async (url: string) =>
    (JSON.parse((await node.get(url)).body ?? '[]') as { id: number }[]).map(({ id }) => id)
  const urls = ['twice=eq.40', 'twice=gt.30', 'stored=eq.40', 'or=(twice.eq.40,id.eq.7)'].map(
    filter => `/things?select=id,twice&order=id&${filter}`,
  )
  const expected: readonly (readonly [string, readonly number[]])[] = [
    ['update things set price = 20 where id = 1', [1, 2]],
    ['update things set price = 5 where id = 2', [1]],
    ['insert into things (id, price) values (3, 20)', [1, 3]],
    ['delete from things where id = 1', [3]],
  ]
  for (const [change, found] of expected) {
    for (const url of urls) await expect.poll(() => from(url)).toBe('l1')
    await database.query(change)
    for (const url of urls) await expect.poll(() => ids(url)).toEqual(found)
  }
})
