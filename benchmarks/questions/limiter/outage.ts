import { setTimeout as sleep } from 'node:timers/promises'
import type { TestRedis } from '../../../backend/tests/support/redis.ts'
import { interleave } from '../../harness/interleave.ts'
import { atMost, type Extent, type Trial } from '../../harness/trial.ts'
import { CONTESTANTS } from '../../programs/limiter/contestants.ts'
import type { OutageReport } from '../../programs/limiter/outage.ts'
import { withLimiter, withLimiters, withRedis } from './workers.ts'

type Contestant = (typeof CONTESTANTS)[number]

const FROZEN = {
  full: { ours: 800, peer: 8, patienceMs: 5_000 },
  quick: { ours: 800, peer: 8, patienceMs: 2_000 },
}
const IN_FLIGHT = 8
const LIMIT = 1_000
const SETUP = { dimensions: 1, limit: LIMIT, windowMs: 60_000 } as const

export const frozen: Trial = {
  name: 'frozen-redis',
  title: 'Redis keeps its connections and answers nothing',
  async run(extent) {
    const { ours, peer, patienceMs } = FROZEN[extent]
    const asksOf = (name: Contestant) => (name === 'rate-limiter-flexible' ? peer : ours)
    const results = await interleave(CONTESTANTS, 1, name =>
      withRedis(redis =>
        withLimiter(name, { ...SETUP, redisUrl: redis.url }, worker => {
          redis.freeze()
          const order = { kind: 'outage' as const, asks: asksOf(name), inFlight: IN_FLIGHT }
          return worker.ask<OutageReport>({ ...order, patienceMs })
        }),
      ),
    )
    const report = (name: Contestant) => results.get(name)?.[0] as OutageReport
    const both = [report('S-Tier'), report('S-Tier exact')]
    return {
      columns: [
        { name: 'decisions asked for', digits: 0 },
        { name: `none after ${patienceMs / 1_000} s`, digits: 0 },
        { name: 'p99, ms', digits: 1 },
        { name: 'longest, ms', digits: 1 },
      ],
      rows: CONTESTANTS.map(name => {
        const { hanging, p99Ms, longestMs } = report(name)
        return { name, values: [asksOf(name), hanging, p99Ms, longestMs] }
      }),
      bars: [
        atMost('decisions that do not come', Math.max(...both.map(({ hanging }) => hanging)), 0),
        atMost('p99 of a decision, ms', Math.max(...both.map(({ p99Ms }) => p99Ms)), 30),
      ],
      raw: Object.fromEntries(results),
    }
  },
}

const FAULTS = ['frozen', 'killed', 'emptied'] as const
type Fault = (typeof FAULTS)[number]
const MODES = ['S-Tier', 'S-Tier exact'] as const
type Mode = (typeof MODES)[number]
/** `S-Tier, frozen` */
type Case = `${Mode}, ${Fault}`
const CASES = MODES.flatMap(mode => FAULTS.map((fault): Case => `${mode}, ${fault}`))
const OF_THEM: Readonly<Record<Extent, readonly Case[]>> = { full: CASES, quick: CASES.slice(0, 1) }

const BEFORE = 100
const AFTER = { full: 1_000, quick: 500 }
/** They hear of each other once a second. */
const MET_AFTER_MS = 2_200

interface ClusterReport {
  readonly admitted: number
  readonly p99Ms: number
  readonly hanging: number
}

export const outage: Trial = {
  name: 'outage',
  title: 'Four processes that lose their Redis after four tenths of a limit',
  async run(extent) {
    const cases = OF_THEM[extent]
    const results = await interleave(cases, 1, one => {
      const [mode, fault] = one.split(', ') as [Mode, Fault]
      return withRedis(redis => lose(redis, mode, fault, AFTER[extent]))
    })
    const report = (one: Case) => results.get(one)?.[0] as ClusterReport
    const worst = (figure: (each: ClusterReport) => number) =>
      Math.max(...cases.map(one => figure(report(one))))
    return {
      columns: [
        { name: 'admitted by all, of the limit', digits: 3 },
        { name: 'no decision', digits: 0 },
        { name: 'p99, ms', digits: 1 },
      ],
      rows: cases.map(name => {
        const { admitted, hanging, p99Ms } = report(name)
        return { name, values: [admitted / LIMIT, hanging, p99Ms] }
      }),
      bars: [
        atMost('admitted by all, of the limit', worst(({ admitted }) => admitted) / LIMIT, 1.1),
        atMost(
          'decisions that do not come',
          worst(({ hanging }) => hanging),
          0,
        ),
        atMost(
          'p99 of a decision, ms',
          worst(({ p99Ms }) => p99Ms),
          30,
        ),
      ],
      raw: Object.fromEntries(results),
    }
  },
}

/** In the window that the limit is for, before and after the fault. */
async function lose(
  redis: TestRedis,
  mode: Mode,
  fault: Fault,
  asks: number,
): Promise<ClusterReport> {
  const setup = { ...SETUP, redisUrl: redis.url }
  return withLimiters([0, 0, 0, 0], mode, setup, async workers => {
    await sleep(MET_AFTER_MS)
    const order = { kind: 'outage' as const, inFlight: IN_FLIGHT, patienceMs: 2_000 }
    const ask = (count: number) =>
      Promise.all(workers.map(each => each.ask<OutageReport>({ ...order, asks: count })))
    const before = await ask(BEFORE)
    if (fault === 'frozen') redis.freeze()
    else if (fault === 'killed') await redis.kill()
    else await redis.flush()
    const after = await ask(asks)
    return {
      admitted: [...before, ...after].reduce((sum, { admitted }) => sum + admitted, 0),
      hanging: after.reduce((sum, { hanging }) => sum + hanging, 0),
      p99Ms: Math.max(...after.map(({ p99Ms }) => p99Ms)),
    }
  })
}
