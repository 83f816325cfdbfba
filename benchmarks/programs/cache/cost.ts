import type { Keeping } from './contestants.ts'

export interface CostOrder {
  readonly kind: 'hit' | 'miss'
  readonly calls: number
}

export interface CostReport {
  /** Processor time of a call, in nanoseconds: of this process with its garbage collector. */
  readonly cpuNanos: number
}

const KEYS = Array.from({ length: 100 }, (_, index) => `product:${index}`)
const WARM_UP = { hit: 50_000, miss: 10_000 }

/** Calls one after the other, each awaited: of keys that are there, or of keys that nobody has asked for. */
export async function measureCost(
  keeping: Keeping,
  { kind, calls }: CostOrder,
): Promise<CostReport> {
  for (const key of KEYS) await keeping.get(key, load)
  const repeat = kind === 'hit' ? hitOften : missOften
  await repeat(keeping, WARM_UP[kind], 'warm')
  globalThis.gc?.()
  const before = process.cpuUsage()
  await repeat(keeping, calls, 'cold')
  const { user, system } = process.cpuUsage(before)
  return { cpuNanos: ((user + system) * 1_000) / calls }
}

async function hitOften(keeping: Keeping, calls: number): Promise<void> {
  for (let turn = 0; turn < calls; turn++) {
    const answer = keeping.get(KEYS[turn % KEYS.length] ?? '', load)
    if (answer instanceof Promise) await answer
  }
}

async function missOften(keeping: Keeping, calls: number, prefix: string): Promise<void> {
  for (let turn = 0; turn < calls; turn++) await keeping.get(`${prefix}:${turn}`, load)
}

async function load() {
  return { version: 1 }
}
