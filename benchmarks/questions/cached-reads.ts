// What does a read cost that is answered from memory, beside nothing but Node, and beside the service that a team writes by hand?
import { journal } from '../harness/journaled.ts'
import type { Question } from '../harness/question.ts'
import type { BarBeside, Scenario } from '../harness/rounds.ts'
import type { Store } from '../harness/store.ts'
import { uncachedReads } from './uncached-reads.ts'

/** Of the baseline, which asks its database. */
const BARS: Readonly<Record<string, Scenario['bars']>> = {
  'one-row': { serverCpu: 0.4 },
  'twenty-rows': { serverCpu: 0.2 },
  nested: { serverCpu: 0.2 },
}
/** Of the same bytes from bare Node, which knows the caller too. */
const OF_BARE: BarBeside = { beside: 'bare-identity', figure: 'serverCpu', limit: 1.35 }

/** Room for all that is asked from the start: what is measured here are hits. */
const ENTRIES = 2_500

export const cachedReads: Question = {
  name: 'cached-reads',
  peers: ['S-Tier uncached', 'baseline', 'bare', 'bare-identity', 'finished', 'bentocache'],
  settings: ['--cache-entries-min', String(ENTRIES)],
  scenarios,
}

/** The reads that are measured without a cache too. All of them have been asked for before the first round. */
async function scenarios(store: Store): Promise<readonly Scenario[]> {
  await journal(store, ['products', 'product_prices'])
  const reads = await uncachedReads.scenarios(store)
  return reads
    .filter(({ name }) => BARS[name] !== undefined)
    .map(read => ({
      ...read,
      ...{ name: `cached-${read.name}`, title: `${read.title}, from memory` },
      ...{ bars: BARS[read.name] ?? {}, barsBeside: [OF_BARE], isKnownBefore: true },
    }))
}
