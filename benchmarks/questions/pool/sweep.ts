import { withCluster } from '../../harness/cluster.ts'
import { greatest, interleave, least, type Rounds } from '../../harness/interleave.ts'
import { atLeast, atMost, type Extent, type Outcome, type Trial } from '../../harness/trial.ts'
import type { LoopReport } from '../../programs/pool/closed-loop.ts'
import type { PoolSettings } from '../../programs/pool/contestants.ts'
import type { Work } from '../../programs/pool/work.ts'
import { type Explained, explain } from './decisions.ts'
import { adaptive, fixed, withPools } from './workers.ts'

/** What it costs to find a size is not counted; afterwards it is kept from round to round. */
interface Timing {
  readonly rounds: number
  readonly settleMs: number
  readonly leadInMs: number
  readonly durationMs: number
}

export interface Sweep {
  readonly callers: number
  readonly work: Work
  readonly sizes: readonly number[]
  readonly timing: Timing
}

const ADAPTIVE = 'S-Tier, adaptive'
const CALLERS = 200
const EXTENT: Readonly<Record<Extent, Pick<Sweep, 'sizes' | 'timing'>>> = {
  full: {
    sizes: [5, 10, 20, 40, 100],
    timing: { rounds: 3, settleMs: 8_000, leadInMs: 200, durationMs: 800 },
  },
  quick: {
    sizes: [5, 100],
    timing: { rounds: 1, settleMs: 1_500, leadInMs: 100, durationMs: 300 },
  },
}

export const sweep: Trial = {
  name: 'sweep',
  title: `${CALLERS} callers with aggregates that keep processors busy, by size of the pool`,
  async run(extent) {
    const settings = { callers: CALLERS, ...EXTENT[extent] }
    const swept = await runSweep({ ...settings, work: { kind: 'aggregate' } })
    const { rounds, explanation } = swept
    const hundred = least(rounds, nameOf(100), report => report.databaseP95Ms)
    const ours = least(rounds, ADAPTIVE, report => report.databaseP95Ms)
    return {
      ...tableOf(swept),
      bars: [
        atLeast('throughput, of the best size', ofTheBest(rounds), 0.95, explanation),
        atMost('p95 in the database, of 100 connections', ours / hundred, 0.4, explanation),
      ],
    }
  },
}

export interface Swept extends Pick<Outcome, 'versions'> {
  readonly rounds: Rounds<string, LoopReport>
  readonly explanation: string
}

/** The same load on pools of every size, and on one that finds its own. */
export async function runSweep(settings: Sweep): Promise<Swept> {
  const { callers, work, sizes, timing } = settings
  const loop = (leadInMs: number, durationMs: number) =>
    ({ kind: 'loop', groups: [{ count: callers, work }], leadInMs, durationMs }) as const
  return withCluster(cluster => {
    const pools = sizes.map(size => [nameOf(size), fixed(cluster.url, size)] as const)
    const all = Object.fromEntries<PoolSettings>([...pools, [ADAPTIVE, adaptive(cluster.url)]])
    return withPools(all, async workers => {
      const names = Object.keys(workers)
      const run = async (name: string, leadInMs: number, durationMs: number) =>
        (await workers[name]?.ask<LoopReport[]>(loop(leadInMs, durationMs)))?.[0] as LoopReport
      await run(ADAPTIVE, timing.settleMs, 1)
      const rounds = await interleave(names, timing.rounds, name =>
        run(name, timing.leadInMs, timing.durationMs),
      )
      const explained = await workers[ADAPTIVE]?.ask<Explained>({ kind: 'explain' })
      const explanation = explained === undefined ? '' : explain(explained)
      return { rounds, explanation }
    })
  })
}

export function tableOf({
  rounds,
  versions,
}: Swept): Pick<Outcome, 'columns' | 'rows' | 'raw' | 'versions'> {
  return {
    columns: [
      { name: 'statements/s', digits: 0 },
      { name: 'p95, ms', digits: 1 },
      { name: 'p95 in the database, ms', digits: 1 },
    ],
    rows: [...rounds.keys()].map(name => ({
      name,
      values: [
        greatest(rounds, name, report => report.perSecond),
        least(rounds, name, report => report.p95Ms),
        least(rounds, name, report => report.databaseP95Ms),
      ],
    })),
    ...{ versions, raw: Object.fromEntries(rounds) },
  }
}

/** Throughput of the pool that adapts, of the best fixed size's. */
export function ofTheBest(rounds: Rounds<string, LoopReport>): number {
  const perSecond = (name: string) => greatest(rounds, name, report => report.perSecond)
  const others = [...rounds.keys()].filter(name => name !== ADAPTIVE)
  return perSecond(ADAPTIVE) / Math.max(...others.map(perSecond))
}

function nameOf(size: number): string {
  return `${size} fixed`
}
