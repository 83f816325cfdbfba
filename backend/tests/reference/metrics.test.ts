import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import {
  cacheReport,
  circuitsReport,
  METRICS_PATHS,
  poolReport,
  registerMetrics,
} from '../../src/api/admin/index.ts'
import { createHttpApp, HTTP_DEFAULTS } from '../../src/api/http/index.ts'
import { ignoreEvents, systemClock as clock } from '../../src/base/index.ts'
import { type Breakers, createBreakers, createChaos } from '../../src/capabilities/breaker/index.ts'
import { readConfig } from '../../src/config.ts'
import { createNodes, type Nodes, nodeTargets } from '../../src/query/executor/index.ts'
import { cacheFacts } from '../support/cache-facts.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { startServer } from '../support/server.ts'

const PAGE = readFileSync(new URL('../../../docs/reference/metrics.md', import.meta.url), 'utf8')

let database: TestDatabase
let breakers: Breakers
const token = 'a-token-of-chaos'
const chaos = createChaos({ isEnabled: true, token, clock })
let nodes: Nodes
beforeAll(async () => {
  database = await createDatabase('')
  breakers = createBreakers({ clock })
  const targets = nodeTargets(database.authenticatorUrl, [])
  const rules = readConfig({ flags: new Map([['--pool-size-min', '2']]) })
  nodes = createNodes({ targets, rules, breakers, redis: undefined, clock, observe: ignoreEvents })
  await nodes.start()
})
afterAll(async () => {
  await nodes.end(1_000)
  await database.drop()
})

/** The fields that the page describes below the heading of a path. */
function documented(path: string): readonly string[] {
  const section = PAGE.split(/^### /m).find(part => part.startsWith(`${path}\n`)) ?? ''
  return section.split('\n').flatMap(line => /^\| `([^`]+)` \|/.exec(line)?.[1] ?? [])
}

const CLASS = /^(?:interactive|batch|realtime|admin)$/

/** Parts that may be missing, and parts whose names are data. */
const NULLABLE = /\.budget$|\.stall$|^(?:reads|loads|invalidations|l1|l2|journal)$/
const OPEN = /\.facts$|\.bypasses$/

/** The fields of an answer, each once, in the notation of the page. Facts have the names that a decision needs. */
function fieldsOf(value: unknown): readonly string[] {
  const found = new Set<string>()
  const look = (part: unknown, path: string): void => {
    if (Array.isArray(part)) {
      for (const item of part) look(item, `${path}[]`)
    } else if (typeof part !== 'object' || part === null || OPEN.test(path)) {
      found.add(path)
    } else {
      if (NULLABLE.test(path)) found.add(path) // Null where there is none: it has a line of its own.
      for (const [name, item] of Object.entries(part)) {
        const shown = path.endsWith('.classes') && CLASS.test(name) ? '<class>' : name
        look(item, path === '' ? shown : `${path}.${shown}`)
      }
    }
  }
  look(value, '')
  return [...found].sort()
}

/** A fleet of two. Without a budget the field is null. */
function withBudget<Part extends object>(part: Part) {
  return { ...part, budget: { granted: 1, total: 10, members: 2 } }
}

const budgeted = {
  pools: () => nodes.pools().map(withBudget),
  status: () => nodes.status(),
}
const NO_HEDGES = { asked: 0, won: 0 }

/** Everything is there, Redis and a stall too. */
const CACHE = cacheFacts({
  l2: { isReady: true, entries: 950, evictions: 1, failures: 0, latencyP50Ms: 1, latencyP99Ms: 2 },
  stall: { processId: 7, forMs: 12_000 },
})

async function answered(path: string): Promise<unknown> {
  const app = createHttpApp(() => HTTP_DEFAULTS, ignoreEvents)
  onTestFinished(() => app.close())
  registerMetrics(app, {
    pool: () => poolReport(budgeted, NO_HEDGES, clock),
    circuits: () => circuitsReport(breakers.status(), chaos.status(), clock),
    cache: () => cacheReport(CACHE, clock),
    token: () => undefined,
    reach: 'loopback',
  })
  return (await app.inject({ url: path, headers: { host: 'localhost' } })).json()
}

test('the page has exactly the fields of the report of connections and nodes', async () => {
  const pool = nodes.all[0]?.pool
  await pool?.query('select 1')
  pool?.limit(1, 'for the test')
  await expect.poll(() => pool?.stats().decisions.length).toBeGreaterThan(0)
  const report = await answered(METRICS_PATHS.pool)
  expect(fieldsOf(report)).toEqual([...documented(METRICS_PATHS.pool)].sort())
})

test('the page has exactly the fields of the report of breakers', async () => {
  for (const breaker of breakers.all()) breaker.isolate('for the test')
  chaos.start({ target: '*', fault: { kind: 'freeze' }, forMs: 60_000 }, token)
  onTestFinished(() => chaos.stop())
  const report = await answered(METRICS_PATHS.circuits)
  expect(fieldsOf(report)).toEqual([...documented(METRICS_PATHS.circuits)].sort())
})

test('the page has exactly the fields of the report of the cache', async () => {
  expect(fieldsOf(await answered(METRICS_PATHS.cache))).toEqual(
    [...documented(METRICS_PATHS.cache)].sort(),
  )
})

test('decisions are dated in milliseconds since 1970', () => {
  const { at, pools } = poolReport(budgeted, NO_HEDGES, clock)
  const last = pools[0]?.decisions.at(-1)?.at ?? 0
  expect(at - last).toBeGreaterThanOrEqual(0)
  expect(at - last).toBeLessThan(600_000)
})

test('a server answers these fields and no others, with what it knows', async () => {
  const server = await startServer(database.authenticatorUrl, { '--rest-prefix': '/' })
  onTestFinished(server.stop)
  for (const path of Object.values(METRICS_PATHS)) {
    const { status, headers, body } = await server.get(path)
    expect({ status, cache: headers['cache-control'] }).toEqual({ status: 200, cache: 'no-store' })
    expect(documented(path)).toEqual(expect.arrayContaining([...fieldsOf(JSON.parse(body))]))
    expect((await server.get(path, { method: 'HEAD' })).status).toBe(200)
    expect((await server.get(path, { method: 'POST' })).status).toBe(405)
  }
})

test('with a token the API port asks for it', async () => {
  const token = 'a-token-of-operators'
  const server = await startServer(database.authenticatorUrl, { '--http-admin-token': token })
  onTestFinished(server.stop)
  expect((await server.get('/metrics/pool')).status).toBe(401)
  const headers = { authorization: `Bearer ${token}` }
  expect((await server.get('/metrics/pool', { headers })).status).toBe(200)
})
