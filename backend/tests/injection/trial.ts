import { readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { createDatabase } from '../support/database.ts'
import { type RawRequest, type RawResponse, send } from '../support/http-client.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { startWireTap, type WireTap } from './wire-tap.ts'

const AT_ONCE = 6

/** The arena of the fuzz tests, served by way of a tap; whatever is written is undone. */
export interface Trial {
  readonly server: TestServer
  readonly tap: WireTap
  /** Sends them, a few at a time. */
  run(
    requests: Iterable<RawRequest>,
    check?: (request: RawRequest, answer: RawResponse) => void,
  ): Promise<number>
  stop(): Promise<void>
}

export async function startTrial(flags: Readonly<Record<string, string>> = {}): Promise<Trial> {
  const arena = new URL('../fuzz/arena.sql', import.meta.url)
  const database = await createDatabase(readFileSync(arena, 'utf8'))
  const tap = await startWireTap(database.authenticatorUrl)
  const server = await startServer(tap.urlFor(database.authenticatorUrl), {
    '--database-schemas': 'arena',
    '--database-plan-enabled': 'true',
    '--database-aggregates-enabled': 'true',
    '--database-transaction-end': 'rollback',
    // Otherwise a statement that had to wait is told what is left of its time, and others are not.
    '--database-statement-timeout-ms': '20000',
    ...flags,
  })
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  return {
    server,
    tap,
    async run(requests, check = () => undefined) {
      const queue = requests[Symbol.iterator]()
      let sent = 0
      const worker = async (): Promise<void> => {
        for (let next = queue.next(); !next.done; next = queue.next()) {
          sent += 1
          check(next.value, await send(server.address, next.value, agent))
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, worker))
      return sent
    },
    async stop() {
      agent.destroy()
      await server.stop()
      await tap.stop()
      await database.drop()
    },
  }
}
