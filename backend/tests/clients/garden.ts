import { readFileSync } from 'node:fs'
import { PostgrestClient } from '@supabase/postgrest-js'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { type ValidatedFetch, validatedFetch } from '../support/validated-fetch.ts'
import { journaledIfCached, readTwice } from './read-twice.ts'

/** The garden of `garden.sql` behind a real socket. */
export interface Garden {
  readonly database: TestDatabase
  readonly server: TestServer
  /** What `createClient` takes as the URL of a project; the dialect is below `/rest/v1`. */
  readonly address: string
  /** What every client of the garden fetches with. */
  readonly validated: ValidatedFetch
  /** A client that sends these headers; without any it is anonymous. */
  client(headers?: Readonly<Record<string, string>>): PostgrestClient
  stop(): Promise<void>
}

export async function openGarden(): Promise<Garden> {
  const script = readFileSync(new URL('garden.sql', import.meta.url), 'utf8')
  const database = await createDatabase(script)
  await journaledIfCached(database.url)
  const server = await startServer(database.authenticatorUrl, {
    '--rest-prefix': '/rest/v1',
    '--database-schemas': 'public,shed',
    '--database-plan-enabled': 'true',
    '--database-aggregates-enabled': 'true',
    '--database-transaction-end': 'commit-allow-override',
    '--http-drain-ms': '0', // A client that was told to stop leaves a connection which it never used.
  })
  const validated = validatedFetch(server.address, '/rest/v1')
  const fetch = readTwice(validated.fetch)
  return {
    database,
    server,
    validated,
    address: server.address,
    client: (headers = {}) =>
      new PostgrestClient(`${server.address}/rest/v1`, { headers, retry: false, fetch }),
    async stop() {
      await server.stop()
      await database.drop()
    },
  }
}
