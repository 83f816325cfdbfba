// `npm run bench [-- --quick] [--question writes] [--scenario one-row]`: S-Tier beside the services that people write by hand, on the
// same data, database and number of connections. Prints a table for each scenario, says whether the bars are met, and
// keeps the raw figures in results/.
import { parseArgs } from 'node:util'
import { checkAnswers } from './harness/check-answers.ts'
import { type Contestant, type PeerName, POOL_SIZE, peer, sTier } from './harness/contestants.ts'
import { startLoadGenerator } from './harness/load.ts'
import { startServer } from './harness/processes.ts'
import type { Question } from './harness/question.ts'
import {
  cpuModel,
  cpuCount,
  currentCommit,
  renderScenario,
  type ScenarioResult,
  saveResult,
} from './harness/report.ts'
import { type Bench, type Extent, measure, type Runner, type Scenario } from './harness/rounds.ts'
import { type Store, startStore } from './harness/store.ts'
import { judge, summarise } from './harness/summary.ts'
import { uncachedReads } from './questions/uncached-reads.ts'
import { writes } from './questions/writes.ts'

const QUESTIONS = [uncachedReads, writes]

const FULL: Extent = { rounds: 5, roundMs: 4_000, requestsMax: 20_000, warmUpMs: 8_000 }
/** Shows that everything works and roughly where it stands; its figures decide nothing. */
const QUICK: Extent = { rounds: 3, roundMs: 1_000, requestsMax: 10_000, warmUpMs: 3_000 }

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    question: { type: 'string', multiple: true },
    scenario: { type: 'string', multiple: true },
    'without-s-tier': { type: 'boolean', default: false },
  },
})

await run()

async function run(): Promise<void> {
  const store = await startStore()
  try {
    for (const question of QUESTIONS) {
      if (options.question?.includes(question.name) ?? true) await answer(question, store)
    }
  } finally {
    await store.stop()
  }
}

async function answer(question: Question, store: Store): Promise<void> {
  const wanted = (await question.scenarios(store)).filter(isWanted)
  if (wanted.length === 0) return
  const load = startLoadGenerator()
  const runners: Runner[] = []
  try {
    await startContestants(runners, question.peers, store.url)
    const extent = options.quick ? QUICK : FULL
    const results = await runScenarios(wanted, runners, { store, load, extent })
    const path = saveResult({
      ...{ question: question.name, date: new Date().toISOString(), commit: currentCommit() },
      ...{ node: process.version, postgres: store.version, cpu: cpuModel(), cpuCount: cpuCount() },
      ...{ poolSize: POOL_SIZE, extent, scenarios: results },
    })
    console.log(`\nRaw figures: ${path}`)
    if (!options.quick && results.some(isMissed)) process.exitCode = 1
  } finally {
    for (const { server } of runners) await server.stop()
    load.stop()
  }
}

async function startContestants(
  runners: Runner[],
  peers: readonly PeerName[],
  storeUrl: string,
): Promise<void> {
  const start = async (contestant: Contestant) => {
    runners.push({ contestant, server: await startServer(contestant.command) })
  }
  try {
    if (!options['without-s-tier']) await start(sTier(storeUrl))
  } catch (error) {
    // The others' figures are of use without it, but the run does not count as good.
    console.error(`S-Tier does not take part, so nothing is judged: ${(error as Error).message}`)
    process.exitCode = 1
  }
  for (const name of peers) await start(peer(name, storeUrl))
}

async function runScenarios(
  wanted: readonly Scenario[],
  runners: readonly Runner[],
  bench: Bench,
): Promise<readonly ScenarioResult[]> {
  const results: ScenarioResult[] = []
  for (const scenario of wanted) {
    await checkAnswers(scenario, runners, bench.store)
    const measurements = await measure(scenario, runners, bench)
    const summaries = summarise(measurements)
    const { name, title, connections, bars } = scenario
    const result = {
      scenario: { name, title, connections, bars },
      ...{ summaries, bars: judge(scenario, summaries), measurements },
    }
    console.log(renderScenario(result))
    results.push(result)
  }
  return results
}

function isWanted({ name }: Scenario): boolean {
  return options.scenario === undefined || options.scenario.includes(name)
}

function isMissed({ bars }: ScenarioResult): boolean {
  return bars.some(bar => !bar.met)
}
