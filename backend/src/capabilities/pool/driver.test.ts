import { expect, test } from 'vitest'
import { createDatabase } from '../../../tests/support/database.ts'
import { takeOver } from './driver.ts'
import { openClient } from './open-client.ts'
import { parseTarget } from './target.ts'

test.each([
  [new Error('cannot read this'), 'cannot read this'],
  ['no error at all', 'no error at all'],
])('what reading throws (%s) ends the connection, not the process', async (thrown, message) => {
  const database = await createDatabase()
  const client = await openClient(parseTarget(database.url), 10_000)
  takeOver(client, () => {
    throw thrown
  })
  await expect(client.query('select 1')).rejects.toThrow(message)
  expect(client.connection.stream.destroyed).toBe(true)
  await database.drop()
})
