import { setTimeout as sleep } from 'node:timers/promises'
import type { Take } from './contestants.ts'

export interface EdgesOrder {
  readonly kind: 'edges'
  readonly limit: number
  readonly windowMs: number
  readonly attempts: number
}

/** One request begins a window; a burst at its end and one after it follow. Answers the most that passed within any one window. */
export async function attackEdges(take: Take, order: EdgesOrder): Promise<number> {
  let most = 0
  for (let attempt = 0; attempt < order.attempts; attempt++) {
    const user = `edge-${attempt}`
    const passed: number[] = []
    const burst = async (count: number): Promise<void> => {
      for (let turn = 0; turn < count; turn++) {
        if (await take(user, user, user)) passed.push(performance.now())
      }
    }
    await burst(1)
    await sleep(order.windowMs - 40)
    await burst(order.limit * 2)
    await sleep(60)
    await burst(order.limit * 2)
    most = Math.max(most, mostWithin(passed, order.windowMs))
  }
  return most
}

function mostWithin(times: readonly number[], windowMs: number): number {
  let first = 0
  return times.reduce((most, time, at) => {
    while (time - (times[first] as number) >= windowMs) first++
    return Math.max(most, at - first + 1)
  }, 0)
}

export interface OfferedOrder {
  readonly kind: 'offered'
  readonly perSecond: number
  readonly limit: number
  readonly windowMs: number
  readonly forMs: number
}

export interface OfferedReport {
  readonly offered: number
  readonly admitted: number
  /** What the limit allows in that time, its first window included. */
  readonly allowed: number
}

const TICK_MS = 5

/** Open loop: so many a second, whoever still waits for an answer. */
export async function offer(take: Take, order: OfferedOrder): Promise<OfferedReport> {
  const startedAt = performance.now()
  const pending = new Set<Promise<unknown>>()
  let [offered, admitted] = [0, 0]
  for (;;) {
    const elapsedMs = performance.now() - startedAt
    if (elapsedMs >= order.forMs) break
    while (offered < (elapsedMs * order.perSecond) / 1_000) {
      offered++
      const decided = Promise.resolve(take('one', 'one', 'one')).then(passed => {
        if (passed) admitted++
        pending.delete(decided)
      })
      pending.add(decided)
    }
    await sleep(TICK_MS)
  }
  await Promise.all(pending)
  const windows = (performance.now() - startedAt) / order.windowMs
  return { offered, admitted, allowed: order.limit * windows }
}

export interface FrozenOrder {
  readonly kind: 'frozen'
  readonly asks: number
  readonly patienceMs: number
}

export interface FrozenReport {
  /** No decision within the patience. */
  readonly hanging: number
  readonly p99Ms: number
  readonly admitted: number
}

/** Redis is frozen by now. Each decision is asked for when the one before has been made, or given up. */
export async function decideWhileFrozen(take: Take, order: FrozenOrder): Promise<FrozenReport> {
  const times: number[] = []
  let [hanging, admitted] = [0, 0]
  for (let turn = 0; turn < order.asks; turn++) {
    const startedAt = performance.now()
    const patience = new AbortController()
    const gaveUp = sleep(order.patienceMs, 'late' as const, { signal: patience.signal })
    const decided = await Promise.race([
      take(`user-${turn}`, 'a', 'b'),
      gaveUp.catch(() => 'late' as const),
    ])
    patience.abort()
    if (decided === 'late') hanging++
    if (decided === true) admitted++
    times.push(performance.now() - startedAt)
  }
  times.sort((one, other) => one - other)
  return { hanging, admitted, p99Ms: times[Math.floor(times.length * 0.99)] ?? Number.NaN }
}

export interface FloodOrder {
  readonly kind: 'flood'
  readonly keys: number
  readonly limit: number
}

export interface FloodReport {
  readonly grownMiB: number
  /** Of as many requests of the victim after the flood as are twice its limit. */
  readonly victimAdmitted: number
  readonly microsPerKey: number
}

/** A caller uses up its limit; then others come, each once; then that caller tries again. */
export async function flood(take: Take, order: FloodOrder): Promise<FloodReport> {
  for (let turn = 0; turn < order.limit; turn++) await take('victim', 'victim', 'victim')
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  const startedAt = performance.now()
  for (let key = 0; key < order.keys; key++) {
    const decided = take(`flood-${key}`, `flood-${key}`, `flood-${key}`)
    if (typeof decided !== 'boolean') await decided
  }
  const elapsedMs = performance.now() - startedAt
  globalThis.gc?.()
  const grownMiB = (process.memoryUsage().rss - before) / 1_048_576
  let victimAdmitted = 0
  for (let turn = 0; turn < 2 * order.limit; turn++) {
    if (await take('victim', 'victim', 'victim')) victimAdmitted++
  }
  return { grownMiB, victimAdmitted, microsPerKey: (elapsedMs * 1_000) / order.keys }
}
