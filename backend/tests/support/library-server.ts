import { signToken } from '../../src/api/http/index.ts'
import {
  createPlans,
  type UnderstoodCall,
  type UnderstoodRead,
  type UnderstoodWrite,
  understandCall,
  understandRead,
  understandWrite,
} from '../../src/api/rest/index.ts'
import { STierError, systemClock } from '../../src/base/index.ts'
import { createPool, parseTarget } from '../../src/capabilities/pool/index.ts'
import { readConfig } from '../../src/config.ts'
import { type Catalog, loadCatalog } from '../../src/query/catalog/index.ts'
import { createServer } from '../../src/server.ts'
import type { TestDatabase } from './database.ts'
import type { GoldenPage } from './golden.ts'
import { type RawResponse, send } from './http-client.ts'

type PageRequest = GoldenPage['request']

/** A request's plan and statement, whatever it asks for. */
export type Understood = UnderstoodCall | UnderstoodRead | UnderstoodWrite

/** The library behind a real socket, and the steps before the database seen from inside. */
export interface LibraryServer {
  send(request: PageRequest): Promise<RawResponse>
  /** Undefined when the request is refused before there is a statement, or needs none. */
  understand(request: PageRequest, catalog: Catalog): Understood | undefined
  stop(): Promise<void>
}

const SCHEMAS = ['library', 'archive']
const SECRET = 'the tests of the library are signed with this'

const UNDERSTAND: Readonly<
  Record<string, typeof understandRead | typeof understandWrite | undefined>
> = {
  GET: understandRead,
  HEAD: understandRead,
  POST: understandWrite,
  PATCH: understandWrite,
  PUT: understandWrite,
  DELETE: understandWrite,
}

export async function serveLibrary(url: string, flags: readonly string[]): Promise<LibraryServer> {
  const given = new Map([
    ['--database-url', url],
    ['--database-schemas', SCHEMAS.join(',')],
    ['--database-anon-role', 'anon'],
    ['--jwt-secret', SECRET],
    ['--rest-prefix', '/'],
    ['--http-port', '0'],
    ['--catalog-check-every-ms', '0'],
  ])
  for (let index = 0; index + 1 < flags.length; index += 2) {
    given.set(String(flags[index]), String(flags[index + 1]))
  }
  const config = readConfig({ flags: given })
  const server = await createServer(config, { clock: systemClock, observe: () => undefined })
  await server.start()
  const [address = ''] = server.addresses
  return {
    send: request => send(address, { ...request, headers: signed(request.headers) }),
    understand({ method, target, headers, body }, catalog) {
      const [path = '', queryString = ''] = target.split('?')
      const [name = '', ...rest] = path.slice(1).split('/').map(decodeURIComponent).reverse()
      const understand = rest[0] === 'rpc' ? understandCall : UNDERSTAND[method]
      const input = {
        method,
        name,
        queryString,
        headers,
        body: body === undefined ? undefined : Buffer.from(body),
        identity: { role: 'anon' },
      }
      const services = { plans: createPlans(), rules: config }
      try {
        return understand?.(input, catalog, services)
      } catch (error) {
        if (error instanceof STierError) return undefined
        throw error
      }
    },
    stop: () => server.stop('the tests are over'),
  }
}

export async function catalogOf(database: TestDatabase): Promise<Catalog> {
  const pool = createPool({ target: parseTarget(database.authenticatorUrl) })
  try {
    return await pool.use(connection => loadCatalog(connection, { schemas: SCHEMAS }))
  } finally {
    await pool.end(1_000)
  }
}

/** `authenticated(member_id=2)` in a header becomes a signed token with that role and claim. */
function signed(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    const [, before = '', role = '', claims = ''] = /^(Bearer )?(\w+)\((.*)\)$/.exec(value) ?? []
    result[name] = role === '' ? value : before + tokenOf(role, claims)
  }
  return result
}

function tokenOf(role: string, text: string): string {
  const claims = Object.fromEntries(
    text === ''
      ? []
      : text.split(',').map(pair => [pair.split('=')[0], Number(pair.split('=')[1])]),
  )
  return signToken({ role, ...claims }, { secret: SECRET })
}
