// `npm run cache-policies -w @s-tier/benchmarks`: what should leave a full cache? Shares of hits on loads made from a seed, the cost of a
// hit, two levels with writes, and what changes cost where many entries depend on them. Needs no database.
import { hitsOf } from '../backend/src/capabilities/cache/memory/testing/reference-policies.ts'
import { type Trace, traces } from '../backend/src/capabilities/cache/memory/testing/traces.ts'
import { changeCosts } from './cache-policies/change-cost.ts'
import { CONTENDERS } from './cache-policies/contenders.ts'
import { hitCosts } from './cache-policies/hit-cost.ts'
import { hitsOfTwoLevels, LrfuLevel, LruLevel } from './cache-policies/two-levels.ts'
import { cpuModel, currentCommit, saveResult } from './harness/report.ts'

const SIZE = { uses: 500_000, keys: 100_000, seed: 1 }
const ENTRIES = [100, 1_000, 10_000]
const BAR_AT = 1_000
const BOTH_BAR = 80

const figures: Record<string, Readonly<Record<string, number>>> = {}
let missed = 0

console.log(`Shares of hits, per cent\n${row('', [...CONTENDERS.keys()])}`)
for (const [name, trace] of traces(SIZE))
  for (const entries of ENTRIES) compare(name, trace, entries)

console.log('\nNanoseconds of processor time for a hit, best of 40 rounds')
for (const entries of ENTRIES) show(`hit, ${entries} entries`, hitCosts(entries))

console.log('\nTwo levels, 100 and 1,000 of 10,000 rows (zipf 1.1): hits of the first, and of both')
for (const writeShare of [0.01, 0.05]) {
  const lru = hitsOfTwoLevels(writeShare, new LruLevel(1_000))
  const lrfu = hitsOfTwoLevels(writeShare, new LrfuLevel(1_000))
  const both = { first: lru.first, 'lru behind it': lru.both, 'lrfu behind it': lrfu.both }
  show(`${writeShare * 100} % writes`, new Map(Object.entries(both)))
  if (writeShare === 0.01) judge(lrfu.both, BOTH_BAR)
}

console.log('\nNanoseconds of processor time for a change, 10,000 entries depending on its tag')
for (const [name, ns] of changeCosts()) show(name, new Map([['ns', ns]]))

const path = saveResult({
  ...{ question: 'cache-policies', date: new Date().toISOString(), commit: currentCommit() },
  ...{ node: process.version, cpu: cpuModel(), size: SIZE, figures },
})
console.log(`\n${missed === 0 ? 'All bars met' : `${missed} bars MISSED`}. Raw figures: ${path}`)
if (missed > 0) process.exitCode = 1

function compare(name: string, trace: Trace, entries: number): void {
  const shares = new Map<string, number>()
  for (const [contender, create] of CONTENDERS) {
    shares.set(contender, hitsOf(create(entries), trace))
  }
  const label = `${name}, ${entries}`
  console.log(
    row(
      label,
      [...shares.values()].map(share => share.toFixed(1)),
    ),
  )
  figures[label] = Object.fromEntries(shares)
  const bar = Math.max(shares.get('lru') ?? 0, shares.get('sieve') ?? 0) - 1
  if (entries === BAR_AT) judge(shares.get('memory store') ?? 0, bar)
}

function show(label: string, values: ReadonlyMap<string, number>): void {
  figures[label] = Object.fromEntries(values)
  const cells = Array.from(values, ([name, value]) => `${name} ${value.toFixed(1)}`)
  console.log(`${label.padEnd(36)}${cells.join('   ')}`)
}

function judge(value: number, bar: number): void {
  if (value >= bar) return
  missed++
  console.log(`  bar ${bar.toFixed(1)} MISSED`)
}

function row(label: string, cells: readonly string[]): string {
  return label.padEnd(28) + cells.map(cell => cell.padStart(14)).join('')
}
