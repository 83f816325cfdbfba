import type { PerClass, PoolClass } from './classes.ts'
import { ADMIN_RESERVE_FROM } from './options.ts'

export interface ShareRules {
  readonly batchShareMin: number
  readonly batchShareMax: number
}

/** What is handed out, and what there may be. */
export interface Holdings {
  /** Connections in the hands of callers of each class. */
  readonly held: Readonly<PerClass>
  /** Callers of each class without one. */
  readonly waiting: Readonly<PerClass>
  /** Connections that the pool aims at, and may have at most. */
  readonly target: number
  readonly ceiling: number
}

/** Where several classes wait, the free connection goes to the one that holds the least for its weight. */
const WEIGHTS: Readonly<PerClass> = Object.freeze({
  interactive: 0.5,
  batch: 0.25,
  realtime: 0.25,
  admin: 1,
})

/**
 * Which class may have a connection. Each may use what the others leave idle, with two bounds, as nobody can take a
 * connection back from a slow statement: batch work never holds more than `batchShareMax`, and while others wait gets no
 * more than `batchShareMin`; and in a pool that may have 8 or more, the last one is left to `admin`.
 */
export class Shares {
  readonly #rules: ShareRules

  constructor(rules: ShareRules) {
    this.#rules = rules
  }

  /** Whether a caller of this class may have one more. */
  allows(kind: PoolClass, holdings: Holdings): boolean {
    if (kind === 'admin') return true
    if (ordinary(holdings.held) >= ordinaryMax(holdings.ceiling)) return false
    return kind !== 'batch' || holdings.held.batch < this.#batchMax(holdings)
  }

  /** The class whose turn it is, of those that wait and are allowed one. */
  next(holdings: Holdings): PoolClass | undefined {
    const { held, waiting } = holdings
    if (waiting.admin > 0) return 'admin'
    if (waiting.batch === 0 && waiting.realtime === 0) return this.#interactive(holdings)
    let chosen: PoolClass | undefined
    for (const kind of ORDINARY) {
      if (waiting[kind] === 0 || !this.allows(kind, holdings)) continue
      if (chosen === undefined || load(kind, held) < load(chosen, held)) chosen = kind
    }
    return chosen
  }

  /** As most often: nobody else waits. */
  #interactive({ held, waiting, ceiling }: Holdings): PoolClass | undefined {
    const mayHave = waiting.interactive > 0 && ordinary(held) < ordinaryMax(ceiling)
    return mayHave ? 'interactive' : undefined
  }

  /** How many of those who wait would be given a connection if there were enough. */
  servable(holdings: Holdings): number {
    const { held, waiting, ceiling } = holdings
    const batch = Math.min(waiting.batch, Math.max(0, this.#batchMax(holdings) - held.batch))
    const wanted = waiting.interactive + waiting.realtime + batch
    return Math.max(0, Math.min(wanted, ordinaryMax(ceiling) - ordinary(held))) + waiting.admin
  }

  /** At least one: work that may never run would wait for nothing. */
  #batchMax({ waiting, target }: Holdings): number {
    const { batchShareMin, batchShareMax } = this.#rules
    const areOthersWaiting = waiting.interactive > 0 || waiting.realtime > 0
    const share = areOthersWaiting ? Math.min(batchShareMin, batchShareMax) : batchShareMax
    return Math.max(1, Math.floor(share * target))
  }
}

const ORDINARY: readonly PoolClass[] = ['interactive', 'realtime', 'batch']

function load(kind: PoolClass, held: Readonly<PerClass>): number {
  return held[kind] / WEIGHTS[kind]
}

function ordinary({ interactive, batch, realtime }: Readonly<PerClass>): number {
  return interactive + batch + realtime
}

function ordinaryMax(ceiling: number): number {
  return ceiling >= ADMIN_RESERVE_FROM ? ceiling - 1 : ceiling
}
