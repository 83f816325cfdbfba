import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type FakeClock, fakeClock } from '../../../tests/support/fake-clock.ts'
import {
  type MemoryCheckpoints,
  type MemorySource,
  memoryCheckpoints,
  memorySource,
  pass,
} from '../../../tests/support/memory-journal.ts'
import { seed } from '../../../tests/support/seed.ts'
import type { CheckpointStore } from './checkpoint.ts'
import { BEGINNING } from './cursor.ts'
import { createReader, type Reader } from './reader.ts'
import type { Placed } from './types.ts'

const RUNS = Number(process.env['STIER_READER_RUNS'] ?? 80)

type Step =
  | { readonly kind: 'append'; readonly count: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'fault'; readonly where: 'source' | 'store'; readonly fault: 'fail' | 'hang' }
  | { readonly kind: 'refuse'; readonly count: number }
  | { readonly kind: 'wake' | 'hold' | 'release' }
  | { readonly kind: 'start' | 'stop' | 'crash'; readonly reader: 0 | 1 }

const whichReader = fc.constantFrom(0 as const, 1 as const)
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 7 }) }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(5, 100, 300, 2_000) }),
  fc.record({
    kind: fc.constant('fault' as const),
    where: fc.constantFrom('source' as const, 'store' as const),
    fault: fc.constantFrom('fail' as const, 'hang' as const),
  }),
  fc.record({ kind: fc.constant('refuse' as const), count: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constantFrom('wake' as const, 'hold' as const, 'release' as const) }),
  fc.record({ kind: fc.constant('start' as const), reader: whichReader }),
  fc.record({ kind: fc.constant('stop' as const), reader: whichReader }),
  fc.record({ kind: fc.constant('crash' as const), reader: whichReader }),
)

const STALL = { forMs: 10, processId: 1, database: 'a', application: 'b', state: 'active' }

interface Process {
  readonly holder: string
  readonly reader: Reader
}

/** Two processes that read under one name. */
class World {
  readonly clock: FakeClock = fakeClock()
  readonly source: MemorySource = memorySource()
  readonly store: MemoryCheckpoints = memoryCheckpoints(this.clock)
  readonly #readers: [Process | undefined, Process | undefined] = [undefined, undefined]
  /** Processes that have ended without a word hear nothing and deliver nothing. */
  readonly #dead = new Set<string>()
  #processes = 0
  #refusals = 0
  /** How far the consumer has come: every event before was taken. */
  #next = 0

  async do(step: Step): Promise<void> {
    switch (step.kind) {
      case 'append':
        return this.source.append(step.count, this.clock.epochMs())
      case 'pass':
        return pass(this.clock, step.ms, 100)
      case 'fault':
        return this.#fault(step.where, step.fault)
      case 'refuse':
        return void (this.#refusals = step.count)
      case 'hold':
        return void (this.source.held = STALL)
      case 'release':
        return void (this.source.held = undefined)
      case 'wake':
        return this.#readers.forEach(one => one?.reader.wake())
      default:
        return this.#life(step.kind, step.reader)
    }
  }

  /** Everything heals, and everything that was written has been taken. */
  async end(): Promise<void> {
    this.source.faults.length = 0
    this.store.faults.length = 0
    this.source.held = undefined
    this.#start(0)
    await pass(this.clock, 40_000, 250)
    expect(this.#next).toBe(this.source.log.length)
    await Promise.all([this.#stop(0), this.#stop(1)])
  }

  async #life(kind: 'start' | 'stop' | 'crash', which: 0 | 1): Promise<void> {
    if (kind === 'start') this.#start(which)
    if (kind === 'stop') await this.#stop(which)
    if (kind === 'crash') this.#crash(which)
  }

  #fault(where: 'source' | 'store', fault: 'fail' | 'hang'): void {
    if (where === 'source') this.source.faults.push(fault)
    else this.store.faults.push(fault)
  }

  #start(which: 0 | 1): void {
    if (this.#readers[which] !== undefined) return
    const holder = `process ${++this.#processes}`
    const reader = createReader<Placed>({
      ...{ source: this.source, from: BEGINNING, clock: this.clock, random: () => 0.5, holder },
      checkpoint: { name: 'model', store: this.#storeOf(holder) },
      onEvents: events => this.#take(holder, events),
      ...{ batchMax: 4, timeoutMs: 500, backoffMsMax: 1_000, leaseMs: 3_000, checkpointMs: 500 },
    })
    this.#readers[which] = { holder, reader }
    reader.start()
  }

  #storeOf(holder: string): CheckpointStore {
    const ifAlive = <T>(ask: () => Promise<T>): Promise<T> =>
      this.#dead.has(holder) ? new Promise<never>(() => undefined) : ask()
    return {
      claim: request => ifAlive(() => this.store.claim(request)),
      save: checkpoint => ifAlive(() => this.store.save(checkpoint)),
    }
  }

  async #stop(which: 0 | 1): Promise<void> {
    const stopped = this.#readers[which]?.reader.stop()
    this.#readers[which] = undefined
    if (stopped === undefined) return
    let isStopped = false
    void stopped.then(() => (isStopped = true))
    await pass(this.clock, 2_000, 100) // What hangs is given up after 500 ms.
    expect(isStopped).toBe(true)
  }

  #crash(which: 0 | 1): void {
    const crashed = this.#readers[which]
    this.#readers[which] = undefined
    if (crashed === undefined) return
    this.#dead.add(crashed.holder)
    void crashed.reader.stop()
  }

  /** Events are in order and without a hole, and none is skipped: at most some come again. */
  #take(holder: string, events: readonly Placed[]): void {
    if (this.#dead.has(holder)) throw new Error('it is dead')
    const first = this.source.log.indexOf(events[0] as Placed)
    expect(events).toEqual(this.source.log.slice(first, first + events.length))
    expect(first).toBeLessThanOrEqual(this.#next)
    if (this.#refusals > 0) {
      this.#refusals -= 1
      throw new Error('not now')
    }
    this.#next = Math.max(this.#next, first + events.length)
  }
}

test(`whatever fails, hangs, stops or dies: no event is skipped, and all arrive (seed ${seed}, ${RUNS} runs)`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 30 }), async script => {
      const world = new World()
      await world.do({ kind: 'start', reader: 0 })
      for (const step of script) await world.do(step)
      await world.end()
    }),
    { seed, numRuns: RUNS },
  )
}, 60_000)
