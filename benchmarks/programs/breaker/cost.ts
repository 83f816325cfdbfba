import type { Guarded } from './contestants.ts'

export interface CostOrder {
  readonly kind: 'closed' | 'rejected'
  readonly calls: number
}

export interface CostReport {
  /** Processor time of a call, in nanoseconds: of this process with its garbage collector. */
  readonly cpuNanos: number
}

/** Before anything is measured, so often: the compiler is done by then. */
const WARM_UP = 100_000

/** Calls one after the other, each awaited. */
export async function measureCost(guarded: Guarded, order: CostOrder): Promise<CostReport> {
  if (order.kind === 'rejected') await breakIt(guarded)
  const repeat = order.kind === 'closed' ? succeedOften : failOften
  await repeat(guarded, WARM_UP)
  globalThis.gc?.()
  const before = process.cpuUsage()
  await repeat(guarded, order.calls)
  const { user, system } = process.cpuUsage(before)
  return { cpuNanos: ((user + system) * 1_000) / order.calls }
}

/** As many failures as open any of them. */
export async function breakIt(guarded: Guarded): Promise<void> {
  await failOften(guarded, 10)
}

async function succeedOften(guarded: Guarded, calls: number): Promise<void> {
  for (let turn = 0; turn < calls; turn++) await guarded(succeed)
}

/** A rejection is awaited; a refusal that is thrown at once has no promise to wait for. */
async function failOften(guarded: Guarded, calls: number): Promise<void> {
  for (let turn = 0; turn < calls; turn++) {
    try {
      await guarded(fail)
    } catch {
      // That is what is measured.
    }
  }
}

async function succeed(): Promise<number> {
  return 1
}

const FAILURE = new Error('The backend is down')

async function fail(): Promise<number> {
  throw FAILURE
}
