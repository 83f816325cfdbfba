import { checkAnswers } from './check-answers.ts'
import { type Contestant, type PeerName, POOL_SIZE, peer, sTier } from './contestants.ts'
import { unjournal } from './journaled.ts'
import { startLoadGenerator } from './load.ts'
import { startServer } from './processes.ts'
import type { Question } from './question.ts'
import {
  cpuModel,
  cpuCount,
  currentCommit,
  renderScenario,
  type ScenarioResult,
  saveResult,
} from './report.ts'
import {
  type Bench,
  type Extent as LoadExtent,
  measure,
  type Runner,
  type Scenario,
} from './rounds.ts'
import type { Store } from './store.ts'
import { judge, summarise } from './summary.ts'
import type { Extent } from './trial.ts'

const EXTENTS: Readonly<Record<Extent, LoadExtent>> = {
  full: { rounds: 5, roundMs: 4_000, requestsMax: 20_000, warmUpMs: 8_000 },
  quick: { rounds: 3, roundMs: 1_000, requestsMax: 10_000, warmUpMs: 3_000 },
}

export interface Wanted {
  readonly isWanted: (scenario: string) => boolean
  readonly extent: Extent
  readonly withoutSTier: boolean
}

/**
 * Starts the contestants, runs the scenarios, prints their tables and keeps the raw figures. Answers whether all bars
 * are met.
 */
export async function answerQuestion(
  question: Question,
  store: Store,
  { isWanted, extent, withoutSTier }: Wanted,
): Promise<boolean> {
  await unjournal(store)
  const wanted = (await question.scenarios(store)).filter(({ name }) => isWanted(name))
  if (wanted.length === 0) return true
  const load = startLoadGenerator()
  const runners: Runner[] = []
  try {
    const { settings } = question
    const ours = withoutSTier ? undefined : () => sTier(store.url, { settings })
    await startContestants(runners, question.peers, store.url, ours)
    const results = await runScenarios(wanted, runners, { store, load, extent: EXTENTS[extent] })
    const path = saveResult({
      ...{ question: question.name, date: new Date().toISOString(), commit: currentCommit() },
      ...{ node: process.version, postgres: store.version, cpu: cpuModel(), cpuCount: cpuCount() },
      ...{ poolSize: POOL_SIZE, extent: EXTENTS[extent], scenarios: results },
    })
    console.log(`\nRaw figures: ${path}`)
    return !results.some(isMissed)
  } finally {
    for (const { server } of runners) await server.stop()
    load.stop()
  }
}

async function startContestants(
  runners: Runner[],
  peers: readonly PeerName[],
  storeUrl: string,
  ours: (() => Contestant) | undefined,
): Promise<void> {
  const start = async (contestant: Contestant) => {
    runners.push({ contestant, server: await startServer(contestant.command) })
  }
  try {
    if (ours !== undefined) await start(ours())
  } catch (error) {
    // The others' figures are of use without it, but the run does not count as good.
    console.error(`S-Tier does not take part, so nothing is judged: ${(error as Error).message}`)
    process.exitCode = 1
  }
  const sTierPort = runners[0]?.server.port ?? 0
  for (const name of peers) await start(peer(name, storeUrl, sTierPort))
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
    const { name, title, connections, bars, barsBeside } = scenario
    const result = {
      scenario: { name, title, connections, bars, barsBeside },
      ...{ summaries, bars: judge(scenario, summaries, measurements), measurements },
    }
    console.log(renderScenario(result))
    results.push(result)
  }
  return results
}

function isMissed({ bars }: ScenarioResult): boolean {
  return bars.some(bar => !bar.met)
}
