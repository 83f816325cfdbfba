import { setTimeout as sleep } from 'node:timers/promises'
import { percentile } from '../../harness/statistics.ts'
import type { Keeping, Value } from './contestants.ts'

export interface RaceOrder {
  readonly kind: 'stale-fill'
  readonly races: number
}

export interface RaceReport {
  /** Of those, how many left the older value behind. */
  readonly stale: number
}

const LOAD_MS = 4

/**
 * A value is read from its source, changed there, and called old while the read is still on its way back. Whoever asks after that
 * must get the new one.
 */
export async function raceFills(keeping: Keeping, { races }: RaceOrder): Promise<RaceReport> {
  const outcomes = await Promise.all(
    Array.from({ length: races }, (_, race) => raceOnce(keeping, `key ${race}`)),
  )
  return { stale: outcomes.filter(Boolean).length }
}

async function raceOnce(keeping: Keeping, key: string): Promise<boolean> {
  let version = 1
  const load = async (): Promise<Value> => {
    const read = { version }
    await sleep(LOAD_MS)
    return read
  }
  const first = Promise.resolve(keeping.get(key, load)).catch(() => undefined) // Some reject it.
  await sleep(LOAD_MS / 2)
  version = 2
  await keeping.drop(key)
  await first
  const answer = valueOf(await keeping.get(key, load))
  return answer.version < version
}

/** Ours answer with where it came from. */
function valueOf(answer: unknown): Value {
  const result = answer as Value | { readonly value: Value }
  return 'value' in result ? result.value : result
}

export interface StampedeOrder {
  readonly kind: 'stampede'
  readonly callers: number
  readonly misses: number
}

export interface StampedeReport {
  readonly loads: number
}

/** So many ask for the same key at once, one key after the other. */
export async function stampede(
  keeping: Keeping,
  { callers, misses }: StampedeOrder,
): Promise<StampedeReport> {
  let loads = 0
  const load = async (): Promise<Value> => {
    loads++
    await sleep(LOAD_MS)
    return { version: 1 }
  }
  for (let miss = 0; miss < misses; miss++) {
    const all = Array.from({ length: callers }, () => keeping.get(`key ${miss}`, load))
    await Promise.all(all)
  }
  return { loads }
}

export interface FrozenOrder {
  readonly kind: 'frozen'
  /** Longest time that one answer is waited for, in milliseconds. */
  readonly patienceMs: number
  readonly asks: number
}

export interface FrozenReport {
  /** Answers that did not come. */
  readonly hanging: number
  readonly p99Ms: number
}

/** Nothing comes back from Redis any more: how long does an answer take that has to be loaded? */
export async function askFrozen(
  keeping: Keeping,
  { patienceMs, asks }: FrozenOrder,
): Promise<FrozenReport> {
  let hanging = 0
  const waits: number[] = []
  for (let ask = 0; ask < asks; ask++) {
    const startedAt = performance.now()
    const answer = Promise.resolve(keeping.get(`frozen ${ask}`, async () => ({ version: 1 })))
    const isThere = await Promise.race([answer.then(() => true), sleep(patienceMs, false)])
    if (!isThere) hanging++
    waits.push(performance.now() - startedAt)
  }
  return {
    hanging,
    p99Ms: percentile(
      waits.sort((one, other) => one - other),
      0.99,
    ),
  }
}
