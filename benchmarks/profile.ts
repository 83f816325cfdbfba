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
import type { Scenario } from './harness/rounds.ts'
import { query, type Store, startStore } from './harness/store.ts'
import { uncachedReads } from './questions/uncached-reads.ts'
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
  await recordProfile(store, await chosenScenario(store), folder)
  printProfile(folder)
} finally {
  await store.stop()
}

async function chosenScenario(from: Store): Promise<Scenario> {
  const questions = [uncachedReads, writes].map(question => question.scenarios(from))
  const all = (await Promise.all(questions)).flat()
  const chosen = all.find(({ name }) => name === options.scenario)
  if (chosen !== undefined) return chosen
  throw new Error(`Scenarios are: ${all.map(({ name }) => name).join(', ')}`)
}

/** V8 writes the profile when the process ends, so the server is stopped as a person would: by a signal. */
async function recordProfile(from: Store, scenario: Scenario, folder: string): Promise<void> {
  if (scenario.prepare !== undefined) await query(from.url, scenario.prepare)
  const contestant = sTier(from.url, ['--cpu-prof', `--cpu-prof-dir=${folder}`])
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
