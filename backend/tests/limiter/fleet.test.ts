import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom } from '../support/random.ts'
import { seed } from '../support/seed.ts'
import { commonMs, type Told } from './asker.ts'
import { type Fault, FAULTS } from './faults.ts'
import {
  admittedBy,
  type Kind,
  type Known,
  type LimiterFleet,
  lostBy,
  startLimiterFleet,
} from './fleet.ts'
import { densest, isApart } from './judge.ts'

// Four processes with wrong clocks ask for one key as fast as they may, while Redis, the network and they themselves fail.

const LIMIT = 400
const WINDOW_MS = 500
/** What all processes together may hold in advance. */
const HELD = 0.2 * LIMIT
/** Longer than a window, so that nobody knows any more what others charged before; and so long that who is missing is missed. */
const FAULTS_MS = [1.3 * WINDOW_MS, 6 * WINDOW_MS]
/** `STIER_LIMITER_FLEET_SECONDS=120` for one fault after the other, each until it is over for all. */
const SECONDS = Number(process.env['STIER_LIMITER_FLEET_SECONDS'] ?? 0)
/** As the product has it; shorter runs have less to lose by a machine that is busy with other tests. */
const TIMEOUT_MS = SECONDS > 0 ? 25 : 500
const PATIENCE = { timeout: 90_000, interval: 20 }

const random = createRandom(seed)
let fleet: LimiterFleet
beforeAll(async () => {
  fleet = await startLimiterFleet({
    limit: LIMIT,
    windowMs: WINDOW_MS,
    commandTimeoutMs: TIMEOUT_MS,
  })
})
afterAll(() => fleet.stop())

const KINDS = ['exact', 'leased'] as const
const figures = (name: string) =>
  fleet.nodes.flatMap(node => KINDS.map(kind => node[kind].last?.figures[name]))

async function untilAll(figure: string, value: unknown): Promise<void> {
  const wanted = figures(figure).map(() => value)
  const logs = () => fleet.nodes.map(({ log }) => log).join('\n')
  await expect.poll(() => figures(figure), { ...PATIENCE, message: logs() }).toEqual(wanted)
}

/** Until so much more was admitted, however long that takes. */
async function untilAdmitted(count: number): Promise<void> {
  for (const kind of KINDS) {
    const before = admittedBy(fleet, kind).length
    await expect
      .poll(() => admittedBy(fleet, kind).length - before, PATIENCE)
      .toBeGreaterThan(count)
  }
}

/** Each has gone by the shared counters alone since; on a busy machine not all at the same time. */
async function untilShared(): Promise<void> {
  const since = commonMs()
  const shares = ({ lost, last }: Known): boolean =>
    last !== undefined && (last.lostAt === undefined || (lost.at(-1)?.[1] ?? 0) > since)
  const count = () =>
    fleet.nodes.flatMap(node => KINDS.map(kind => node[kind])).filter(shares).length
  await expect.poll(count, PATIENCE).toBe(2 * fleet.nodes.length)
}

/** How many nodes have more of it than now. */
function moreThan(count: (told: Told) => number): () => number {
  const counts = () =>
    fleet.nodes.map(({ exact: { last } }) => (last === undefined ? 0 : count(last)))
  const before = counts()
  return () =>
    counts().filter((now, index) => now === Infinity || now > (before[index] ?? 0)).length
}

async function suffer({ name, apart: alone, isNoticed, begin, end }: Fault): Promise<void> {
  const losses = moreThan(({ losses: count, figures: { isShared } }) =>
    isShared === true ? count : Infinity,
  )
  await begin(fleet)
  if (isNoticed) await expect.poll(losses, { ...PATIENCE, message: name }).toBe(4)
  const decided = moreThan(told => told.decided)
  await sleep(random.pick(FAULTS_MS))
  // Whatever happens, questions are answered.
  await expect.poll(decided, { ...PATIENCE, message: name }).toBeGreaterThanOrEqual(4 - alone)
  await end(fleet)
  await untilAll('isShared', true)
}

/** How many were admitted in a window at most: while all shared, and whatever happened. */
function judge(kind: Kind) {
  const admitted = admittedBy(fleet, kind)
  const lost = fleet.nodes.flatMap(node => lostBy(node[kind]))
  return {
    steady: densest(admitted, WINDOW_MS, window => isApart(window, lost)),
    ever: densest(admitted, WINDOW_MS),
  }
}

test('processes whose clocks are half a minute apart admit the limit, to the last one', {
  timeout: 200_000,
}, async () => {
  await untilAll('nodes', 4)
  for (const node of fleet.nodes) node.say('once')
  const admitted = () => fleet.nodes.map(({ once }) => once ?? Number.NaN)
  await expect.poll(() => admitted().every(Number.isFinite), PATIENCE).toBe(true)
  expect(admitted().reduce((sum, count) => sum + count, 0)).toBe(LIMIT)
})

test(`whatever fails, four processes keep to the limit, nothing hangs, and then they share again (seed ${seed})`, {
  timeout: 300_000 + SECONDS * 2_000,
}, async () => {
  await untilAll('nodes', 4)
  for (const node of fleet.nodes) node.say('ask')
  await untilAdmitted(LIMIT)
  const until = commonMs() + SECONDS * 1_000
  const shuffled = FAULTS.toSorted(() => random.below(3) - 1)
  const names: string[] = []
  for (let turn = 0; turn < 2 || commonMs() < until; turn++) {
    const fault = shuffled[turn % shuffled.length] as Fault
    names.push(fault.name)
    await suffer(fault)
    if (SECONDS > 0 && random.oneIn(2)) await untilShared()
  }
  await untilShared()
  await untilAdmitted(2 * LIMIT)
  const steady = () => judge('exact').steady.windows
  await expect.poll(steady, { ...PATIENCE, interval: 500 }).toBeGreaterThan(LIMIT)
  for (const node of fleet.nodes) node.say('rest')
  await expect
    .poll(() => fleet.nodes.map(node => KINDS.map(kind => open(node[kind].last))), PATIENCE)
    .toEqual(fleet.nodes.map(() => [0, 0]))
  const [exact, leased] = [judge('exact'), judge('leased')]
  console.info(`Limiter fleet (seed ${seed}), after ${names.join(', ')}:`, { exact, leased })
  expect(exact.steady.most).toBeLessThanOrEqual(LIMIT + 1)
  expect(leased.steady.most).toBeLessThanOrEqual(LIMIT + HELD)
  expect(exact.ever.most).toBeLessThanOrEqual(1.1 * LIMIT)
  expect(leased.ever.most).toBeLessThanOrEqual(1.1 * LIMIT + HELD)
})

function open(told: { asked: number; decided: number } | undefined): number {
  return told === undefined ? Number.NaN : told.asked - told.decided
}
