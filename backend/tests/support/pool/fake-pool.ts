import { type FakeClock, fakeClock } from '../fake-clock.ts'
import { AdaptivePool } from '../../../src/capabilities/pool/adaptive-pool.ts'
import type { PoolEvent } from '../../../src/capabilities/pool/events.ts'
import {
  POOL_DEFAULTS,
  type PoolOptions,
  type PoolRules,
} from '../../../src/capabilities/pool/options.ts'
import { Preparing } from '../../../src/capabilities/pool/preparing.ts'
import type { Sizer, SizingDecision } from '../../../src/capabilities/pool/sizing/sizing.ts'
import { FakeServer } from './fake-server.ts'

/** A sizer that aims at what a test says, from the next sample on. */
export class ToldSizer implements Sizer {
  target: number
  told: number

  constructor(target: number) {
    this.target = target
    this.told = target
  }

  get wanted(): number {
    return this.target
  }

  sample({ now }: { readonly now: number }): SizingDecision | undefined {
    if (this.told === this.target) return undefined
    const from = this.target
    this.target = this.told
    return { at: now, from, to: this.target, reason: 'utilisation', facts: {} }
  }
}

export interface FakePool {
  readonly pool: AdaptivePool
  readonly clock: FakeClock
  readonly server: FakeServer
  readonly sizer: ToldSizer
  readonly events: PoolEvent[]
  readonly kinds: () => readonly string[]
}

/** A pool without sockets, aiming at `target` connections; the middle of everything random. */
export function createFakePool(options: PoolOptions = {}, target?: number): FakePool {
  const given: PoolRules = { ...POOL_DEFAULTS, ...options }
  const rules = { ...given, sizeMin: Math.min(given.sizeMin, given.sizeMax) }
  const clock = fakeClock()
  const server = new FakeServer()
  const sizer = new ToldSizer(target ?? rules.sizeMin)
  const events: PoolEvent[] = []
  const observe = (event: PoolEvent) => void events.push(event)
  const pool = new AdaptivePool({
    name: 'fake',
    rules,
    clock,
    random: () => 0.5,
    observe,
    sizer,
    open: server.open,
    preparing: new Preparing({ isOn: true, now: () => clock.now(), observe }),
  })
  return { pool, clock, server, sizer, events, kinds: () => events.map(({ kind }) => kind) }
}

/** Lets everything happen that waits for nothing but its turn. */
export function settled(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
