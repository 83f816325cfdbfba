// What share of answers is right while, one after the other, everything fails that can: nodes of the database, Redis, instances?
// S-Tier beside the service that teams write by hand, on the same database and with the same faults.
import { setTimeout as sleep } from 'node:timers/promises'
import { atLeast, type Outcome, type Study, type Trial } from '../harness/trial.ts'
import type { RequestLog } from '../programs/uptime/tally.ts'
import { versionsOf } from './replicated/front.ts'
import { FAULTS } from './uptime/faults.ts'
import { figuresOf, type Period, rowsOf } from './uptime/figures.ts'
import { rawOf } from './uptime/raw.ts'
import { withWorld, type World } from './uptime/world.ts'

/** How long the faults go on. The run in the documentation took 30. */
const MINUTES = Number(process.env['STIER_BENCH_MINUTES'] ?? 3)
/** From a fault to the next: each has time to be over, and to be forgotten. */
const EXTENT = {
  full: { faultEveryMs: MINUTES > 3 ? 30_000 : 15_000, durationMs: MINUTES * 60_000 },
  quick: { faultEveryMs: 7_000, durationMs: 14_000 },
}
const PER_SECOND = 100
/** A client gives up then. */
const PATIENCE_MS = 10_000
const WARM_UP_MS = 3_000

const scriptedFaults: Trial = {
  name: 'scripted-faults',
  title: `${MINUTES} minutes of faults, ${PER_SECOND} requests a second for each`,
  run: extent => withWorld(world => measure(world, EXTENT[extent])),
}

export const uptime: Study = {
  name: 'uptime',
  packages: ['fastify', 'pg'],
  trials: [scriptedFaults],
  timeMaxMs: MINUTES * 60_000 + 60_000,
}

async function measure(
  world: World,
  { faultEveryMs, durationMs }: (typeof EXTENT)['full'],
): Promise<Outcome> {
  const reported = load(world, durationMs)
  await sleep(WARM_UP_MS)
  const periods = await disturb(world, faultEveryMs, durationMs)
  const records = await reported
  const { cluster, primary, sTier, baseline } = world
  const figures = records.map(record => figuresOf(record, periods))
  const crashes = [sTier, baseline].map(({ name, instances }) => ({
    name,
    crashes: instances.reduce((sum, instance) => sum + instance.crashes, 0),
  }))
  const [ours] = figures
  return {
    columns: [
      { name: 'requests', digits: 0 },
      { name: 'right, %', digits: 3 },
      { name: 'of reads, %', digits: 3 },
      { name: 'of writes, %', digits: 3 },
      { name: 'told stale', digits: 0 },
      { name: 'old', digits: 0 },
      { name: 'wrong', digits: 0 },
      { name: 'p99, ms', digits: 1 },
      { name: 'longest gap, ms', digits: 0 },
    ],
    rows: rowsOf(figures),
    bars: [atLeast('share of right answers', ours?.all.right ?? 0, 0.999, ours?.reason)],
    versions: await versionsOf({ ...cluster, primary }),
    raw: { ...{ periods, crashes, figures }, records: records.map(record => rawOf(record)) },
  }
}

function load(
  { clients, sTier, baseline }: World,
  durationMs: number,
): Promise<readonly RequestLog[]> {
  const contestants = [sTier, baseline].map(({ instances, ...contestant }) => ({
    ...contestant,
    ports: instances.map(({ port }) => port),
  }))
  return clients.ask<readonly RequestLog[]>({
    ...{ kind: 'uptime', contestants, durationMs, warmUpMs: WARM_UP_MS },
    ...{ perSecond: PER_SECOND, patienceMs: PATIENCE_MS },
  })
}

/** One fault after the other. */
async function disturb(
  world: World,
  faultEveryMs: number,
  durationMs: number,
): Promise<readonly Period[]> {
  const periods: Period[] = []
  const startedAt = performance.now()
  for (let turn = 0; (turn + 1) * faultEveryMs <= durationMs; turn++) {
    await sleep(startedAt + turn * faultEveryMs - performance.now())
    const fault = FAULTS[turn % FAULTS.length]
    if (fault === undefined) break
    const fromMs = performance.timeOrigin + performance.now()
    await fault.happen(world)
    const endedMs = performance.timeOrigin + performance.now()
    const { name } = fault
    const untilMs = performance.timeOrigin + startedAt + (turn + 1) * faultEveryMs
    periods.push({ name, fromMs, endedMs, untilMs: Math.max(untilMs, endedMs) })
    console.log(`  ${new Date(fromMs).toISOString()} ${name}: ${Math.round(endedMs - fromMs)} ms`)
  }
  return periods
}
