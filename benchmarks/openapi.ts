// `npm run openapi -w @s-tier/benchmarks`: how long describing 500 tables in OpenAPI takes when nobody has asked before.
// The tables come with a foreign key, a policy, a comment and an index each, and with 100 views and 100 functions.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { createDescriber, OPENAPI_DEFAULTS } from '../backend/src/api/openapi/index.ts'
import { startEmbedded } from '../backend/src/cli/embedded/index.ts'
import { type Catalog, loadCatalog } from '../backend/src/query/catalog/index.ts'
import { MANY_TABLES, TABLES } from './harness/many-tables.ts'
import { cpuModel, currentCommit, saveResult } from './harness/report.ts'

const ROUNDS = 15
const BAR_MS = 300

const folder = mkdtempSync(join(tmpdir(), 's-tier-openapi-'))
chmodSync(folder, 0o755) // PostgreSQL may run as another user.
const server = await startEmbedded({ dataDir: join(folder, 'data'), settings: { fsync: 'off' } })
const client = new pg.Client(server.url)
await client.connect()
try {
  await client.query(MANY_TABLES)
  const catalog = await loadCatalog({
    query: async (text: string, values?: readonly string[]) =>
      (await client.query<pg.QueryResultRow>(text, [...(values ?? [])])).rows,
  })
  report(
    Array.from({ length: ROUNDS }, () => describeOnce(catalog, 'openApi')),
    Array.from({ length: ROUNDS }, () => describeOnce(catalog, 'swagger')),
  )
} finally {
  await client.end()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

interface Measured {
  readonly ms: number
  /** Of the processor, on all threads: what remains on a machine that has nothing else to do. */
  readonly cpuMs: number
  readonly bytes: number
}

/** By a describer that has described nothing before. */
function describeOnce(catalog: Catalog, form: 'openApi' | 'swagger'): Measured {
  const describer = createDescriber({
    openapi: OPENAPI_DEFAULTS,
    prefix: '/',
    anonymous: true,
    plans: false,
    caching: () => false,
  })
  const start = performance.now()
  const before = process.cpuUsage()
  const { body } = describer[form]({ catalog, role: 'postgres', schema: 'public' })
  const { user, system } = process.cpuUsage(before)
  return { ms: performance.now() - start, cpuMs: (user + system) / 1_000, bytes: body.length }
}

function median(values: readonly Measured[]): number {
  const sorted = values.map(({ ms }) => ms).sort((a, b) => a - b)
  return sorted[Math.floor(values.length / 2)] ?? 0
}

function report(openApi: readonly Measured[], swagger: readonly Measured[]): void {
  const first = openApi[0] ?? { ms: 0, cpuMs: 0, bytes: 0 }
  const verdict = first.ms <= BAR_MS ? 'met' : 'MISSED'
  const megabytes = (list: readonly Measured[]) => ((list[0]?.bytes ?? 0) / 1e6).toFixed(1)
  console.log(
    `OpenAPI 3.1, first of the process  ${first.ms.toFixed(0)} ms (CPU ${first.cpuMs.toFixed(0)})  bar ${BAR_MS} ms  ${verdict}`,
  )
  console.log(
    `OpenAPI 3.1, median                ${median(openApi).toFixed(0)} ms  ${megabytes(openApi)} MB`,
  )
  console.log(
    `Swagger 2.0, median                ${median(swagger).toFixed(0)} ms  ${megabytes(swagger)} MB`,
  )
  const path = saveResult({
    ...{ question: 'openapi', date: new Date().toISOString(), commit: currentCommit() },
    ...{ node: process.version, cpu: cpuModel(), tables: TABLES, rounds: ROUNDS },
    ...{
      firstMs: first.ms,
      firstCpuMs: first.cpuMs,
      openApiMs: median(openApi),
      openApiBytes: first.bytes,
    },
    ...{ swaggerMs: median(swagger), swaggerBytes: swagger[0]?.bytes ?? 0 },
  })
  console.log(`Raw figures: ${path}`)
  if (first.ms > BAR_MS) process.exitCode = 1
}
