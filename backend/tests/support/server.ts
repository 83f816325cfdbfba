import { type JwtOptions, signToken } from '../../src/api/http/index.ts'
import { type Clock, systemClock } from '../../src/base/index.ts'
import { readConfig } from '../../src/config.ts'
import type { ServerEvent } from '../../src/observations.ts'
import { createServer, type Server } from '../../src/server.ts'
import { type RawRequest, type RawResponse, send } from './http-client.ts'

/** What the tokens of the tests are signed with. */
export const SECRET: NonNullable<JwtOptions['secret']> =
  'the tests of the server are signed with this'

/** The real server on a free port, and everything it told. */
export interface TestServer {
  readonly server: Server
  /** `http://127.0.0.1:54321` */
  readonly address: string
  readonly events: readonly ServerEvent[]
  /** GET, unless `method` says otherwise. */
  get(target: string, parts?: Partial<Omit<RawRequest, 'target'>>): Promise<RawResponse>
  stop(): Promise<void>
}

const DEFAULTS = {
  '--database-anon-role': 'anon',
  '--jwt-secret': SECRET,
  '--rest-prefix': '/',
  '--http-port': '0',
  '--catalog-check-every-ms': '0',
  // Many tests share the processors: an event loop that is late is no fault of the server's.
  '--limits-shedding': 'false',
}

/** Serves a database. `flags` as on the command line: `{ '--http-port': '3000' }`. */
export async function startServer(
  url: string,
  flags: Readonly<Record<string, string>> = {},
  clock: Clock = systemClock,
): Promise<TestServer> {
  const events: ServerEvent[] = []
  const given = { '--database-url': url, ...DEFAULTS, ...flags }
  const config = readConfig({ flags: new Map(Object.entries(given)) })
  const observe = (event: ServerEvent) => void events.push(event)
  const server = await createServer(config, { clock, observe })
  await server.start()
  const [address = ''] = server.addresses
  return {
    server,
    address,
    events,
    get: (target, parts) => send(address, { method: 'GET', headers: {}, ...parts, target }),
    stop: () => server.stop('the test is over'),
  }
}

/** Headers of a caller with a signed token. */
export function as(
  role: string,
  claims: Readonly<Record<string, unknown>> = {},
): { authorization: string } {
  return { authorization: `Bearer ${signToken({ role, ...claims }, { secret: SECRET })}` }
}
