import { setTimeout as sleep } from 'node:timers/promises'
import { percentile } from '../../harness/statistics.ts'
import type { Take } from './contestants.ts'

export interface OutageOrder {
  readonly kind: 'outage'
  readonly asks: number
  /** At the same time. */
  readonly inFlight: number
  readonly patienceMs: number
}

export interface OutageReport {
  /** No decision within the patience. */
  readonly hanging: number
  readonly p99Ms: number
  readonly longestMs: number
  readonly admitted: number
}

/** One caller asks so often, each time when an earlier question was decided or given up. */
export async function decideInOutage(take: Take, order: OutageOrder): Promise<OutageReport> {
  const times: number[] = []
  let [hanging, admitted, left] = [0, 0, order.asks]
  const ask = async (): Promise<void> => {
    while (left-- > 0) {
      const startedAt = performance.now()
      const decided = await withPatience(take('one', 'a', 'b'), order.patienceMs)
      if (decided === undefined) hanging++
      if (decided === true) admitted++
      times.push(performance.now() - startedAt)
    }
  }
  await Promise.all(Array.from({ length: order.inFlight }, ask))
  times.sort((one, other) => one - other)
  return {
    ...{ hanging, admitted },
    ...{ p99Ms: percentile(times, 0.99), longestMs: times.at(-1) ?? Number.NaN },
  }
}

/** Undefined: nothing came. */
async function withPatience(
  decided: boolean | Promise<boolean>,
  patienceMs: number,
): Promise<boolean | undefined> {
  if (typeof decided === 'boolean') return decided
  const patience = new AbortController()
  const gaveUp = sleep(patienceMs, undefined, { signal: patience.signal }).catch(() => undefined)
  const first = await Promise.race([decided, gaveUp])
  patience.abort()
  return first
}
