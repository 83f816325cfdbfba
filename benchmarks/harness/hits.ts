/** Answers of a server by where they came from, and what became of those that were kept. */
export type Hits = Readonly<Record<(typeof COUNTED)[number], number>>

const COUNTED = [
  ...(['l1', 'l2', 'misses', 'bypassed', 'joined', 'loads', 'dropped'] as const),
  ...(['row', 'predicate', 'table', 'all'] as const),
]

type Counts = Readonly<Record<string, number>>

interface Told {
  readonly isEnabled: boolean
  readonly reads: {
    readonly hits: Readonly<Record<'l1' | 'l2', number>>
    readonly misses: number
    readonly bypasses: Counts
  }
  readonly loads: { readonly begun: number; readonly joined: number; readonly dropped: Counts }
  readonly invalidations: Readonly<Record<'row' | 'predicate' | 'table' | 'all', number>>
}

/** Undefined: it keeps none. */
export async function hitsAt(port: number): Promise<Hits | undefined> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics/cache`)
  if (!answer.ok) return undefined
  const told = (await answer.json()) as Told
  if (!told.isEnabled) return undefined
  const { reads, loads, invalidations } = told
  const { row, predicate, table, all } = invalidations
  return {
    ...{
      l1: reads.hits.l1,
      l2: reads.hits.l2,
      misses: reads.misses,
      bypassed: total(reads.bypasses),
    },
    ...{ loads: loads.begun, joined: loads.joined, dropped: total(loads.dropped) },
    ...{ row, predicate, table, all },
  }
}

function total(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

export function hitsBetween(before: Hits | undefined, after: Hits | undefined): Hits | undefined {
  if (before === undefined || after === undefined) return undefined
  return Object.fromEntries(COUNTED.map(name => [name, after[name] - before[name]])) as Hits
}

/** For a person: `hits 81.2 % from memory, 4.0 % from Redis; …`. */
export function renderHits(all: readonly Hits[]): string {
  const sum = (name: keyof Hits) => all.reduce((total, hits) => total + hits[name], 0)
  const reads = sum('l1') + sum('l2') + sum('misses') + sum('bypassed')
  const share = (name: keyof Hits) => `${((100 * sum(name)) / Math.max(1, reads)).toFixed(1)} %`
  const old = (['row', 'predicate', 'table', 'all'] as const).map(name => `${sum(name)} by ${name}`)
  return [
    `of ${reads} reads ${share('l1')} from memory, ${share('l2')} from Redis, ${share('bypassed')} past the cache`,
    `${sum('loads')} loads, ${sum('joined')} joined, ${sum('dropped')} not kept`,
    `made old: ${old.join(', ')}`,
  ].join('; ')
}
