import { setTimeout as sleep } from 'node:timers/promises'
import { percentile } from '../../harness/statistics.ts'
import { createBackend } from './backend.ts'
import type { Guarded } from './contestants.ts'
import { breakIt } from './cost.ts'

export interface HerdOrder {
  readonly kind: 'half-open' | 'after-closing'
  readonly callers: number
}

export interface HalfOpenReport {
  /** Calls that the backend got before the first trial had ended. */
  readonly reached: number
  readonly rejected: number
  /** How long those who were rejected waited for it, in milliseconds. */
  readonly rejectedP99Ms: number
  /** The same for all that were not the first trial, answered or rejected. */
  readonly othersP50Ms: number
}

export const OPEN_FOR_MS = 200
const TRIAL_MS = 100

/** The breaker has rested; all callers come at the same moment. */
export async function halfOpen(guarded: Guarded, callers: number): Promise<HalfOpenReport> {
  await breakIt(guarded)
  await sleep(OPEN_FOR_MS + 50)
  const backend = createBackend(TRIAL_MS)
  const waits: { readonly ms: number; readonly isRejected: boolean }[] = []
  const caller = async () => {
    const startedAt = performance.now()
    const ended = (isRejected: boolean) =>
      waits.push({ ms: performance.now() - startedAt, isRejected })
    await guarded(() => backend.call()).then(
      () => ended(false),
      () => ended(true),
    )
  }
  const all = Array.from({ length: callers }, caller)
  await sleep(TRIAL_MS / 2)
  const reached = backend.calls
  await Promise.all(all)
  const rejected = waits.filter(({ isRejected }) => isRejected).map(({ ms }) => ms)
  return {
    reached,
    rejected: rejected.length,
    rejectedP99Ms: percentile(ascending(rejected), 0.99),
    othersP50Ms: percentile(ascending(waits.map(({ ms }) => ms)), 0.5),
  }
}

export interface AfterClosingReport {
  /** The most calls that the backend had at the same time in the first second. */
  readonly runningMax: number
  readonly answered: number
}

const CAPACITY = 10
const WORK_MS = 10
const SECOND_MS = 1_000
/** Who is rejected asks again after this time. */
const PAUSE_MS = 20

/** The backend is well again, and callers go on asking: what does it get in the second after the first answer? */
export async function afterClosing(guarded: Guarded, callers: number): Promise<AfterClosingReport> {
  await breakIt(guarded)
  await sleep(OPEN_FOR_MS + 50)
  const backend = createBackend(WORK_MS, CAPACITY)
  let [runningMax, answered] = [0, 0]
  let endsAt = performance.now() + 5 * SECOND_MS
  const call = async () => {
    runningMax = Math.max(runningMax, backend.running + 1)
    return backend.call()
  }
  const onAnswer = () => {
    if (answered++ === 0) endsAt = performance.now() + SECOND_MS
  }
  const caller = async () => {
    while (performance.now() < endsAt) await guarded(call).then(onAnswer, () => sleep(PAUSE_MS))
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return { runningMax, answered }
}

function ascending(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort()
}
