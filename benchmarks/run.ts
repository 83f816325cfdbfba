// `npm run bench [-- --quick] [--question pool] [--scenario spike]`: S-Tier beside what people use or write by hand, on the same
// data and machine. Prints a table for each scenario, says whether the bars are met, and keeps the raw figures in results/.
import { parseArgs } from 'node:util'
import { answerQuestion } from './harness/answer-question.ts'
import { startStore } from './harness/store.ts'
import { runStudy } from './harness/study.ts'
import type { Extent } from './harness/trial.ts'
import { attacks } from './questions/attacks.ts'
import { breaker } from './questions/breaker.ts'
import { cache } from './questions/cache.ts'
import { cachedReads } from './questions/cached-reads.ts'
import { cascade } from './questions/cascade.ts'
import { failover } from './questions/failover.ts'
import { guard } from './questions/guard.ts'
import { limiter } from './questions/limiter.ts'
import { pool } from './questions/pool.ts'
import { readYourWrites } from './questions/read-your-writes.ts'
import { security } from './questions/security.ts'
import { uplift } from './questions/uplift.ts'
import { uptime } from './questions/uptime.ts'
import { uncachedReads } from './questions/uncached-reads.ts'
import { validation } from './questions/validation.ts'
import { writes } from './questions/writes.ts'

/** Servers beside each other under the same load, on the sample store. */
const QUESTIONS = [uncachedReads, cachedReads, writes, uplift]
/** One capability each, measured in its own ways. */
const STUDIES = [
  pool,
  breaker,
  limiter,
  validation,
  guard,
  security,
  attacks,
  cache,
  readYourWrites,
  failover,
  cascade,
  uptime,
]

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    question: { type: 'string', multiple: true },
    scenario: { type: 'string', multiple: true },
    'without-s-tier': { type: 'boolean', default: false },
  },
})
const extent: Extent = options.quick ? 'quick' : 'full'

const areMet = [...(await answerQuestions()), ...(await runStudies())].every(Boolean)
if (extent === 'full' && !areMet) process.exitCode = 1

async function answerQuestions(): Promise<readonly boolean[]> {
  const wanted = QUESTIONS.filter(({ name }) => isAsked(name))
  if (wanted.length === 0) return []
  const store = await startStore()
  const results: boolean[] = []
  try {
    const how = { isWanted, extent, withoutSTier: options['without-s-tier'] }
    for (const question of wanted) results.push(await answerQuestion(question, store, how))
  } finally {
    await store.stop()
  }
  return results
}

async function runStudies(): Promise<readonly boolean[]> {
  const results: boolean[] = []
  for (const study of STUDIES.filter(({ name }) => isAsked(name))) {
    const trials = study.trials.filter(({ name }) => isWanted(name))
    if (trials.length > 0) results.push(await runStudy(study, trials, extent))
  }
  return results
}

function isAsked(question: string): boolean {
  return options.question?.includes(question) ?? true
}

function isWanted(scenario: string): boolean {
  return options.scenario?.includes(scenario) ?? true
}
