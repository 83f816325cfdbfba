import { STREAMS_PART } from '../../src/capabilities/events/streams/part.ts'
import { enablePart } from '../../src/capabilities/schema/index.ts'
import pg from 'pg'
import { createDatabase, type TestDatabase } from './database.ts'

/** A database that keeps streams of domain events, for the role `authenticator` too. */
export async function createStreamsDatabase(): Promise<TestDatabase> {
  const database = await createDatabase()
  const client = new pg.Client(database.url)
  await client.connect()
  const rows = async (text: string, values?: readonly unknown[]) =>
    (await client.query<Record<string, unknown>>(text, values && [...values])).rows
  await enablePart({ query: rows }, STREAMS_PART, ['authenticator'])
  await client.end()
  return database
}
