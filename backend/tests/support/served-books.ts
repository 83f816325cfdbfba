import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { onTestFinished } from 'vitest'
import { buildCatalog } from './catalog.ts'
import { type FakeClock, fakeClock } from './fake-clock.ts'
import { ignoreEvents } from '../../src/base/index.ts'
import {
  type Answer,
  CACHING_DEFAULTS,
  createAnswerCache,
  createCachingExecutor,
  DATABASE_DEFAULTS,
  type Execution,
  type JournalFollower,
} from '../../src/query/executor/index.ts'
import {
  createHttpApp,
  createIdentity,
  HTTP_DEFAULTS,
  type HttpOptions,
} from '../../src/api/http/index.ts'
import { REST_DEFAULTS } from '../../src/api/rest/options.ts'
import { registerRest } from '../../src/api/rest/routes.ts'
import { createPlans, type RestServices } from '../../src/api/rest/services.ts'
import { Hits } from '../../src/api/rest/hits/hits.ts'

export const SECRET = 'a secret of the tests of hits, longer than it needs to be'

/** Everything between a socket and the database: instead of that a function answers. */
export interface Served {
  readonly clock: FakeClock
  /** Answered without the framework. */
  readonly fast: () => number
  /** Read from the database. */
  readonly reads: () => number
  readonly hits: Hits
  /** What reads answer from now on, as JSON; what is kept of before is old. */
  change(body: string): void
  /** Another catalog. */
  migrate(): void
  /** What the server says on one connection to these requests, one written after the other, until it hangs up. */
  exchange(...requests: readonly string[]): Promise<string>
  /** The same from a server that has no shortcut. */
  exchangeSlowly(...requests: readonly string[]): Promise<string>
  /** A connection to the server that has the shortcut. */
  open(): Connection
  close(): Promise<void>
}

export interface Connection {
  /** What comes back for one request. */
  answered(request: string): Promise<string>
}

export interface Serving {
  readonly http?: HttpOptions
  readonly answer?: (execution: Execution) => Partial<Answer>
}

/** Two servers with one cache, one of which has the shortcut. */
export async function serveBooks({ http = {}, answer }: Serving = {}): Promise<Served> {
  const clock = fakeClock()
  let catalog = buildCatalog({
    relations: { books: { columns: { id: 'integer', title: 'text' }, primaryKey: ['id'] } },
  })
  const rules = { ...HTTP_DEFAULTS, ...http }
  let body = '[{"id":1,"title":"Emma"}]'
  let reads = 0
  let fast = 0
  const cache = createAnswerCache({
    rules: { ...CACHING_DEFAULTS, jitterShare: 0 },
    ...{ databaseName: 'books', clock, random: () => 0.5, observe: ignoreEvents },
  })
  const executor = createCachingExecutor({
    inner: {
      async run(execution) {
        reads++
        const given = { ...ANSWER, body, ...answer?.(execution) }
        return hasNoBody(execution) ? { ...given, body: null } : given
      },
      hedges: () => ({ asked: 0, won: 0 }),
    },
    ...{ follower: FOLLOWING, cache, clock, catalog: () => catalog },
    policies: () => CACHING_DEFAULTS,
    history: () => undefined,
  })
  const identity = createIdentity(
    { secret: SECRET, anonRole: 'anon' },
    { clock, observe: ignoreEvents },
  )
  const hits = new Hits({
    catalog: () => catalog,
    identity,
    peek: key => executor.peek(key),
    http: rules,
    prefix: '/',
  })
  const services: RestServices = {
    ...{ catalog: () => catalog, clock, executor, caching: true, hits, identity },
    ...{ plans: createPlans(), describeRoot: () => ({ body: Buffer.from('{}'), etag: '' }) },
    rules: { database: DATABASE_DEFAULTS, http: rules, rest: { ...REST_DEFAULTS, prefix: '/' } },
  }
  const quick = createHttpApp(
    () => rules,
    ignoreEvents,
    {},
    (request, response, always) => {
      const isAnswered = hits.answer(request, response, always)
      if (isAnswered) fast++
      return isAnswered
    },
  )
  const slow = createHttpApp(() => rules, ignoreEvents)
  for (const app of [quick, slow]) {
    registerRest(app, () => services)
    await app.listen({ host: '127.0.0.1', port: 0 })
  }
  const portOf = (app: typeof slow) => (app.server.address() as AddressInfo).port
  const ports = [portOf(quick), portOf(slow)] as const
  let closing: Promise<unknown> | undefined
  const close = async () => {
    closing ??= Promise.all([quick.close(), slow.close(), cache.close()])
    await closing
  }
  onTestFinished(close)
  return {
    ...{ clock, hits, close, fast: () => fast, reads: () => reads },
    change(to) {
      body = to
      void cache.flush()
    },
    migrate() {
      catalog = { ...catalog, version: `${catalog.version}+` }
    },
    exchange: (...requests) => exchange(ports[0], requests),
    exchangeSlowly: (...requests) => exchange(ports[1], requests),
    open: () => open(ports[0]),
  }
}

async function exchange(port: number, requests: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk))
  socket.write(requests.join(''), 'latin1')
  await once(socket, 'close')
  return text
}

function open(port: number): Connection {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1')
  return {
    async answered(request) {
      socket.write(request, 'latin1')
      const [answer] = (await once(socket, 'data')) as [string]
      return answer
    },
  }
}

/** One row. */
export const ANSWER: Answer = {
  ...{ body: '[]', rows: 1, total: null, estimated: null, status: null, headers: null },
  ...{ location: null, inserted: null, databaseMs: 1, waitMs: 0 },
  snapshot: '100:100:',
}

/** As the dialect asks for it. */
function hasNoBody({ context: { method, headers } }: Execution): boolean {
  return method === 'HEAD' && !headers.includes('if-none-match')
}

const FOLLOWING: JournalFollower = {
  ...{ state: 'following', isJournaled: () => true, horizon: 1n, wantsOwnChanges: false },
  ...{ own: () => undefined, start: async () => undefined, stop: async () => undefined },
  status: () => ({
    ...{ state: 'following', reason: undefined, journaled: [], horizon: '1', lagMs: 0 },
    ...{ stall: undefined, events: 0, ownEvents: 0, gaps: 0 },
  }),
}
