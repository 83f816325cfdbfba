import { POOL_CLASSES, type PoolClass } from './classes.ts'
import type { Meter } from './meter.ts'
import type { PoolRules } from './options.ts'
import type { Preparing } from './preparing.ts'
import type { Holdings } from './shares.ts'
import type { Sizer } from './sizing/sizing.ts'
import type { SizingHook } from './sizing-hook.ts'
import type { Stock } from './stock.ts'
import type { Tally } from './tally.ts'
import type { PoolStats } from './types.ts'

/** Everything that a pool's figures are read from. */
export interface StatsSources {
  readonly name: string
  readonly rules: PoolRules
  readonly stock: Stock
  readonly holdings: Holdings
  /** Callers without a connection. */
  readonly waiting: number
  readonly meter: Meter
  readonly tally: Tally
  readonly sizer: Sizer
  readonly sizing: SizingHook
  readonly preparing: Preparing
}

export function statsOf(sources: StatsSources): PoolStats {
  const { name, rules, stock, holdings, waiting, meter, tally, sizer, sizing, preparing } = sources
  const { slots, connecting, target, limit, ceiling } = stock
  return {
    name,
    size: slots.size,
    idle: slots.idle,
    busy: slots.busy,
    connecting,
    waiting,
    sizeMin: rules.sizeMin,
    sizeMax: rules.sizeMax,
    target,
    wanted: sizer.wanted,
    limit,
    ceiling,
    ...meter.lately,
    waitMs: meter.waitMs,
    holdMs: meter.holdMs,
    classes: classesOf(holdings),
    decisions: sizing.decisions,
    ...tally.counts(),
    isPreparing: preparing.isOn,
    poolerDetected: preparing.evidence,
  }
}

function classesOf({ held, waiting }: Holdings): PoolStats['classes'] {
  const of = (kind: PoolClass) => [kind, { busy: held[kind], waiting: waiting[kind] }] as const
  return Object.fromEntries(POOL_CLASSES.map(of)) as PoolStats['classes']
}
