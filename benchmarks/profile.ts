// `npm run profile -w @s-tier/benchmarks [-- --scenario nested] [--seconds 8] [--top 30]`: puts the load of one scenario
// on S-Tier under V8's sampling profiler, and prints in which functions the time goes.
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { sTier } from './harness/contestants.ts'
import { type CpuProfile, topFunctions } from './harness/cpu-profile.ts'
import { startLoadGenerator } from './harness/load.ts'
import { startServer } from './harness/processes.ts'
import type { Question } from './harness/question.ts'
import type { Scenario } from './harness/rounds.ts'
import { query, type Store, startStore } from './harness/store.ts'
import { cachedReads } from './questions/cached-reads.ts'
import { uncachedReads } from './questions/uncached-reads.ts'
import { uplift } from './questions/uplift.ts'
import { writes } from './questions/writes.ts'

const { values: options } = parseArgs({
  options: {
    scenario: { type: 'string', default: 'one-row' },
    seconds: { type: 'string', default: '8' },
    top: { type: 'string', default: '30' },
  },
})

const store = await startStore()
try {
  const folder = mkdtempSync(join(tmpdir(), 's-tier-profile-'))
  await recordProfile(store, await chosen(store), folder)
  printProfile(folder)
} finally {
  await store.stop()
}

interface Chosen {
  readonly question: Question
  readonly scenario: Scenario
}

async function chosen(from: Store): Promise<Chosen> {
  const names: string[] = []
  for (const question of [uncachedReads, cachedReads, writes, uplift]) {
    const scenarios = await question.scenarios(from)
    const scenario = scenarios.find(({ name }) => name === options.scenario)
    if (scenario !== undefined) return { question, scenario }
    names.push(...scenarios.map(({ name }) => name))
  }
  throw new Error(`Scenarios are: ${names.join(', ')}`)
}

/** V8 writes the profile when the process ends, so the server is stopped as a person would: by a signal. */
async function recordProfile(
  from: Store,
  { question, scenario }: Chosen,
  folder: string,
): Promise<void> {
  if (scenario.prepare !== undefined) await query(from.url, scenario.prepare)
  const contestant = sTier(from.url, {
    nodeArguments: ['--cpu-prof', `--cpu-prof-dir=${folder}`],
    settings: question.settings,
  })
  const server = await startServer(contestant.command)
  const load = startLoadGenerator()
  try {
    const portion = await load.open({
      port: server.port,
      requests: scenario.requests.dialect,
      headers: { ...scenario.headers, ...contestant.headers },
      connections: scenario.connections,
      requestsMax: 1_000_000,
      durationMs: Number(options.seconds) * 1000,
    })
    const report = await portion.run()
    console.log(`${scenario.title}: ${report.requests} requests, ${report.errors} failed`)
  } finally {
    load.stop()
    await server.stop()
  }
}

function printProfile(folder: string): void {
  const [file] = readdirSync(folder)
  if (file === undefined) throw new Error('The server left no profile: it did not end by itself')
  const path = join(folder, file)
  const profile = JSON.parse(readFileSync(path, 'utf8')) as CpuProfile
  for (const { name, selfMicros, share } of topFunctions(profile, Number(options.top))) {
    const percent = `${(share * 100).toFixed(1)} %`.padStart(7)
    console.log(`${percent}  ${(selfMicros / 1000).toFixed(0).padStart(6)} ms  ${name}`)
  }
  console.log(`\nOpen ${path} in the developer tools of a browser for the whole tree.`)
}
