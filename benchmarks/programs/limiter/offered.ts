import { setTimeout as sleep } from 'node:timers/promises'
import { percentile } from '../../harness/statistics.ts'
import type { Limiting } from './contestants.ts'
import { mostWithin } from './edges.ts'

export interface OfferedOrder {
  readonly kind: 'offered'
  readonly perSecond: number
  readonly limit: number
  readonly windowMs: number
  /** Whole windows. */
  readonly forMs: number
}

export interface OfferedReport {
  readonly offered: number
  readonly admitted: number
  /** Decisions that were none. */
  readonly failed: number
  /** The most within any one window. */
  readonly fullest: number
  /** How long it took to admit the limit once, on average, in windows: less than one is too fast. */
  readonly pace: number
  /** Of 100 turns of the event loop 99 were late by less. */
  readonly lagP99Ms: number
}

const TICK_MS = 1

/** Open loop: so many a second, whoever still waits for an answer. */
export async function offer(limiting: Limiting, order: OfferedOrder): Promise<OfferedReport> {
  const times: number[] = []
  const lags: number[] = []
  const pending = new Set<Promise<unknown>>()
  const failedBefore = limiting.failed()
  const startedAt = performance.now()
  const admit = (passed: boolean): void => {
    if (passed) times.push(performance.now())
  }
  const ask = (): void => {
    const decided = limiting.take('one', 'one', 'one')
    if (typeof decided === 'boolean') return admit(decided)
    const admitted = decided.then(admit).finally(() => pending.delete(admitted))
    pending.add(admitted)
  }
  let offered = 0
  for (;;) {
    const tickAt = performance.now()
    const elapsedMs = Math.min(order.forMs, tickAt - startedAt)
    for (; offered < (elapsedMs * order.perSecond) / 1_000; offered++) ask()
    if (elapsedMs === order.forMs) break
    await sleep(TICK_MS)
    lags.push(performance.now() - tickAt - TICK_MS)
  }
  await Promise.all(pending)
  return {
    ...{ offered, admitted: times.length, failed: limiting.failed() - failedBefore },
    fullest: mostWithin(times, order.windowMs),
    pace: meanSpan(times, order.limit) / order.windowMs,
    lagP99Ms: percentile(
      lags.toSorted((one, other) => one - other),
      0.99,
    ),
  }
}

/** From each to the one that came so many later. */
function meanSpan(times: readonly number[], count: number): number {
  let [sum, spans] = [0, 0]
  for (let later = count; later < times.length; later++, spans++) {
    sum += (times[later] as number) - (times[later - count] as number)
  }
  return sum / spans
}
