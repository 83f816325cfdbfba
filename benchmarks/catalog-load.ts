// `npm run catalog-load -w @s-tier/benchmarks`: how long reading the catalog of 500 tables takes, and looking for changes.
// The tables come with a foreign key, a policy, a comment and an index each, and with 100 views and 100 functions.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbedded } from '../backend/src/cli/embedded/index.ts'
import { createCatalogKeeper, loadCatalog } from '../backend/src/query/catalog/index.ts'
import { MANY_TABLES, TABLES } from './harness/many-tables.ts'
import { cpuModel, currentCommit, saveResult } from './harness/report.ts'

const ROUNDS = 15
const BAR_MS = 300

const folder = mkdtempSync(join(tmpdir(), 's-tier-catalog-'))
chmodSync(folder, 0o755) // PostgreSQL may run as another user.
const server = await startEmbedded({ dataDir: join(folder, 'data'), settings: { fsync: 'off' } })
const client = new pg.Client(server.url)
await client.connect()
try {
  await client.query(MANY_TABLES)
  await client.query('vacuum analyze')
  const database = {
    query: async (text: string, values?: readonly string[]) =>
      (await client.query<pg.QueryResultRow>(text, [...(values ?? [])])).rows,
  }
  const loads: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    loads.push(await timed(() => loadCatalog(database, { schemas: ['public'] })))
  }
  const noticed: number[] = []
  const keeper = await createCatalogKeeper({ withConnection: work => work(database) })
  for (let round = 0; round < ROUNDS; round++)
    noticed.push(await timeToNotice(round, keeper.current))
  await keeper.close()
  report({ first: loads[0] ?? 0, load: median(loads), noticed: median(noticed) })
} finally {
  await client.end()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** From the end of a DDL statement to the snapshot that has it. */
async function timeToNotice(
  round: number,
  current: () => { readonly version: string },
): Promise<number> {
  const before = current().version
  const other = new pg.Client(server.url)
  await other.connect()
  await other.query(`alter table t1 add column c${round} int`)
  await other.end()
  return timed(async () => {
    while (current().version === before) await new Promise(resolve => setTimeout(resolve, 5))
  })
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

function report({ first, load, noticed }: Record<'first' | 'load' | 'noticed', number>): void {
  const verdict = load <= BAR_MS ? 'met' : 'MISSED'
  console.log(`first load of the process  ${first.toFixed(0)} ms`)
  console.log(`later loads, median        ${load.toFixed(0)} ms  bar ${BAR_MS} ms  ${verdict}`)
  console.log(`change to new snapshot     ${noticed.toFixed(0)} ms  bar 1000 ms`)
  const path = saveResult({
    ...{ question: 'catalog-load', date: new Date().toISOString(), commit: currentCommit() },
    ...{ node: process.version, cpu: cpuModel(), tables: TABLES, rounds: ROUNDS },
    ...{ firstLoadMs: first, loadMs: load, noticedMs: noticed },
  })
  console.log(`Raw figures: ${path}`)
  if (load > BAR_MS || noticed > 1_000) process.exitCode = 1
}
