import { readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { seed } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

/** The database of arena.sql, served with all that can be asked. */
export interface Arena {
  readonly database: TestDatabase
  readonly server: TestServer
  /** Keeps `socketsMax` connections. */
  readonly agent: Agent
  stop(): Promise<void>
}

export async function startArena(socketsMax: number): Promise<Arena> {
  console.log(`STIER_TEST_SEED=${seed}`)
  const database = await createDatabase(readFileSync(new URL('arena.sql', import.meta.url), 'utf8'))
  const server = await startServer(database.authenticatorUrl, {
    '--database-schemas': 'arena',
    '--database-plan-enabled': 'true',
    '--database-aggregates-enabled': 'true',
    '--database-transaction-end': 'commit-allow-override',
  })
  const agent = new Agent({ keepAlive: true, maxSockets: socketsMax })
  return {
    ...{ database, server, agent },
    async stop() {
      agent.destroy()
      await server.stop()
      await database.drop()
    },
  }
}
