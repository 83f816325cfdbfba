import type { CurvePoint, MemoryStats } from '../../capabilities/cache/index.ts'
import type { CachingReport, CachingRules } from '../../query/executor/index.ts'

/** What the figures say could be done, in words; the most useful first. */
export function adviceOf(report: CachingReport, rules: CachingRules): readonly string[] {
  const { follower } = report
  return [
    ...(follower.state === 'following' ? [] : [notFollowing(follower)]),
    ...(follower.stall === undefined ? [] : [stalled(follower.stall)]),
    ...ofBypasses(report),
    ...ofMemory(report.cache.l1, rules),
    ...ofShared(report, rules),
    ...ofPrecision(report),
  ]
}

function notFollowing({ state, reason }: CachingReport['follower']): string {
  return `Nothing that is journaled is answered from the cache, for the journal is ${state}${reason === undefined ? '' : `: ${reason}`}.`
}

function stalled({ processId, forMs }: NonNullable<CachingReport['follower']['stall']>): string {
  const who = processId === undefined ? 'A transaction' : `The transaction of process ${processId}`
  return `${who} has held the journal up for ${Math.round(forMs / 1_000)} s: changes by other programs are not heard of until it ends.`
}

/** Fewer reads say nothing. */
const READS_MIN = 100
const WORTH_SAYING = 0.05

function ofBypasses({ cache, bypasses }: CachingReport): readonly string[] {
  const { hits, misses, stale } = cache
  const older = Object.values(stale).reduce((sum, count) => sum + count, 0)
  const past = Object.values(bypasses).reduce((sum, count) => sum + count, 0)
  const all = hits.l1 + hits.l2 + misses + older + past
  if (all < READS_MIN) return []
  return Object.entries(bypasses)
    .filter(([reason, count]) => reason !== 'not-following' && count / all >= WORTH_SAYING)
    .sort(([, one], [, other]) => other - one)
    .map(
      ([reason, count]) =>
        `${percent(count / all)} of the reads go past the cache (${reason}). ${REMEDIES[reason] ?? EXPLAIN}`,
    )
}

const EXPLAIN = 's-tier explain-cache <url> says why, and what to do.'
const REMEDIES: Readonly<Record<string, string>> = Object.freeze({
  'not-journaled':
    'Journal their tables (s-tier journal enable), or give them a ttlMs in cache.tables.',
  off: 'cache.tables says so.',
  consistency: 'They ask for rows that are newer than what is known of the journal.',
})

/** It grows by itself as far as it may: only a bound that is in the way is worth a word. */
function ofMemory(l1: MemoryStats, rules: CachingRules): readonly string[] {
  const isBoundByEntries = l1.entriesMax >= rules.entriesMax
  const isBoundByBytes = l1.bytes >= 0.9 * l1.bytesMax
  if (!isBoundByEntries && !isBoundByBytes) return []
  const better = biggerThan(l1.curve, isBoundByEntries ? l1.entriesMax : l1.entries)
  if (better === undefined) return []
  const option = isBoundByEntries ? 'cache.entriesMax' : 'cache.bytesMax'
  return [`In memory ${grown(better)} Raise ${option}.`]
}

function ofShared({ cache: { l1, l2 } }: CachingReport, rules: CachingRules): readonly string[] {
  const { sharedEntriesMax } = rules
  if (l2?.entries === undefined || l2.entries < 0.9 * sharedEntriesMax) return []
  const better = biggerThan(l1.curve, sharedEntriesMax)
  return better === undefined ? [] : [`In Redis ${grown(better)} Raise cache.sharedEntriesMax.`]
}

interface Growth {
  readonly from: CurvePoint
  readonly to: CurvePoint
}

const GAIN_MIN = 0.01

/** The smallest size from which hardly any hits come with more, and what there is now. */
function biggerThan(curve: readonly CurvePoint[], entries: number): Growth | undefined {
  const from = curve.findLast(point => point.entries <= entries) ?? curve[0]
  const best = curve.at(-1)
  if (from === undefined || best === undefined) return undefined
  const to = curve.find(
    point => point.entries > entries && best.hitShare - point.hitShare < GAIN_MIN,
  )
  return to === undefined || to.hitShare - from.hitShare < GAIN_MIN ? undefined : { from, to }
}

function grown({ from, to }: Growth): string {
  return `${to.entries} entries instead of ${from.entries} would answer ${percent(to.hitShare)} of the reads instead of ${percent(from.hitShare)}.`
}

function ofPrecision({ cache: { invalidations } }: CachingReport): readonly string[] {
  const { row, predicate, table, all } = invalidations
  const sum = row + predicate + table + all
  if (sum < READS_MIN || table / sum < 0.5) return []
  return [
    `${percent(table / sum)} of what changes make old is told by table rather than by row or filter: reads through views and policies, and reads without a filter.`,
  ]
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
