import { expect } from 'vitest'
import { type FakeClock, fakeClock } from '../support/fake-clock.ts'
import {
  type BusListener,
  type Cache,
  createCache,
  createMemorySharedStore,
  type Leases,
  type Loaded,
  type Policy,
  type Result,
  type SharedStore,
} from '../../src/capabilities/cache/index.ts'
import {
  createSimulatedStream,
  type SimulatedBus,
} from '../../src/capabilities/cache/testing/simulated-bus.ts'

export const ROWS = 4
/** What is asked for: a row each, the even rows, the odd rows, all rows. */
export const KEYS = ['0', '1', '2', '3', 'even', 'odd', 'all'] as const
export type Key = (typeof KEYS)[number]

/** The number of times that each row was changed. */
type Versions = readonly number[]
interface RowChange {
  readonly row: number
  readonly version: number
}
type NodeCache = Cache<Versions, number | undefined, number, RowChange>
type Loads = Loaded<Versions, number | undefined, RowChange>

export interface SimulationSetup {
  /** From 0 to 1. */
  readonly random: () => number
  readonly nodes: number
  /** Changes come over a bus between the caches, or are told to each by a log, with versions. */
  readonly source: 'bus' | 'log'
  readonly hasShared: boolean
}

/** Some loads take longer. */
const LEASE_MS = 25

/** Answers that may be older than what their caller could know. */
const HELPING_OUT = ['error', 'slow', 'timeout']

/** Several caches over one source of rows, in time that a test moves. */
export class Simulation {
  readonly clock: FakeClock = fakeClock()
  readonly truth: number[] = Array.from({ length: ROWS }, () => 0)
  readonly #setup: SimulationSetup
  readonly #nodes: SimulatedNode[]
  #stamps = 0
  #open = 0
  answers = 0
  /** Answers from the first or second level. */
  hits = 0

  constructor(setup: SimulationSetup) {
    this.#setup = setup
    const stream = createSimulatedStream({ clock: this.clock, delayMs: () => this.delayMs(20) })
    const l2 = setup.hasShared
      ? this.#delayed(createMemorySharedStore({ clock: this.clock }))
      : undefined
    const leases = setup.hasShared ? this.#leases() : undefined
    this.#nodes = Array.from({ length: setup.nodes }, () => {
      const bus = setup.source === 'bus' ? stream.connect() : undefined
      return new SimulatedNode(this, { ...setup, l2, leases, bus })
    })
  }

  get nodes(): readonly SimulatedNode[] {
    return this.#nodes
  }

  get stamp(): number {
    return this.#stamps
  }

  delayMs(max: number): number {
    return Math.floor(this.#setup.random() * max)
  }

  get random(): () => number {
    return this.#setup.random
  }

  /** Changes a row, and tells it through a node: at once or a little later. */
  change(row: number, node: SimulatedNode): void {
    const version = (this.truth[row] ?? 0) + 1
    this.truth[row] = version
    const stamp = ++this.#stamps
    const tell = (): void => {
      if (this.#setup.source === 'bus') node.invalidate({ row, version })
      else for (const each of this.#nodes) each.tellLater({ row, version }, stamp)
    }
    const delayMs = this.delayMs(10)
    if (delayMs < 3) tell()
    else this.clock.after(delayMs, tell)
  }

  ask(node: SimulatedNode, key: Key, policy: Policy<RowChange>): void {
    this.#open++
    void node.ask(key, policy).finally(() => {
      this.#open--
    })
  }

  /** Lets what is due happen, one millisecond after the other. */
  async advance(ms: number): Promise<void> {
    for (let elapsed = 0; elapsed < ms; elapsed++) {
      this.clock.advance(1)
      await settle()
    }
  }

  /** Nobody waits any more, and nothing is under way. */
  async end(): Promise<void> {
    for (const node of this.#nodes) node.bus?.heal()
    const flights = (): number =>
      this.#nodes.reduce((sum, { cache }) => sum + cache.stats().flights, 0)
    const left = (): number => this.#open || flights()
    for (let round = 0; left() > 0 && round < 400; round++) await this.advance(5)
    expect(left()).toBe(0)
    for (const node of this.#nodes) if (node.error !== undefined) throw node.error
  }

  #delayed(store: SharedStore): SharedStore {
    const later = (): Promise<void> =>
      new Promise(resolve => {
        this.clock.after(this.delayMs(5), resolve)
      })
    return {
      ...store,
      get: async key => {
        await later()
        if (this.#setup.random() < 0.05) return 'unavailable'
        return this.#setup.random() < 0.05 ? undefined : store.get(key)
      },
      set: async (key, bytes, options) => {
        await later()
        await store.set(key, bytes, options)
      },
      delete: async keys => {
        await later()
        await store.delete(keys)
      },
    }
  }

  #leases(): Leases {
    const held = new Map<string, { readonly token: string; readonly until: number }>()
    let fence = 0
    const isHeld = (key: string): boolean => (held.get(key)?.until ?? 0) > this.clock.now()
    const later = (ms: number): Promise<void> =>
      new Promise(resolve => {
        this.clock.after(ms, resolve)
      })
    return {
      acquire: async key => {
        await later(this.delayMs(3))
        if (isHeld(key)) return 'taken'
        const token = String(++fence)
        held.set(key, { token, until: this.clock.now() + LEASE_MS })
        return { kind: 'held', token, fence, isStored: true }
      },
      release: async (key, { token }) => {
        const isLost = this.#setup.random() < 0.05 // As if the holder had died.
        if (held.get(key)?.token === token && !isLost) held.delete(key)
      },
      wait: async key => {
        for (let waited = 0; waited < 50; waited += 5) {
          if (!isHeld(key)) return this.#setup.random() < 0.5 ? 'released' : 'gone'
          await later(5)
        }
        return 'timeout'
      },
    }
  }
}

interface NodeSetup extends SimulationSetup {
  readonly l2: SharedStore | undefined
  readonly leases: Leases | undefined
  readonly bus: SimulatedBus | undefined
}

export class SimulatedNode {
  readonly cache: NodeCache
  readonly bus: SimulatedBus | undefined
  error: Error | undefined
  readonly #simulation: Simulation
  readonly #source: 'bus' | 'log'
  /** What it has been told of each row. */
  readonly #known: number[] = Array.from({ length: ROWS }, () => 0)
  /** What was true when a key was deleted here: it is not answered older than that. */
  readonly #deleted = new Map<Key, Versions>()
  /** Changes it has been told of. */
  #told = 0
  readonly #loading = new Map<Key, number>()

  constructor(simulation: Simulation, setup: NodeSetup) {
    const { clock, random } = simulation
    this.#simulation = simulation
    this.#source = setup.source
    this.bus = setup.bus
    const { l2, leases, bus } = setup
    const told = setup.source === 'log' ? { coherence: BY_NUMBER, heardSince: 0 } : {}
    this.cache = createCache<Versions, number | undefined, number, RowChange>({
      ...{ clock, random, l2, leases, bus: bus && this.#watched(bus), ...told },
      ...{ ttlMs: 60, staleWhileRevalidateMs: 20, staleIfErrorMs: 40, errorThrottleMs: 5 },
      ...{ hardTimeoutMs: 200, earlyRefresh: 'share', changesMax: 8, behindTtlMs: 10 },
      fieldsOf: ({ row }) => [String(row % 2)],
    })
  }

  invalidate(change: RowChange): void {
    void this.cache.invalidate('rows', [String(change.row)], change)
    this.#hear(change)
  }

  tellLater(data: RowChange, stamp: number): void {
    const { clock } = this.#simulation
    clock.after(this.#simulation.delayMs(20), () => {
      this.cache.change({ tag: 'rows', keys: [String(data.row)], data, stamp })
      this.#hear(data)
    })
  }

  delete(key: Key): void {
    void this.cache.delete(key)
    this.#told++
    this.#deleted.set(key, [...this.#simulation.truth])
  }

  async ask(key: Key, policy: Policy<RowChange>): Promise<void> {
    const deleted = this.#deleted.get(key)
    const known = this.#known.map((version, row) => Math.max(version, deleted?.[row] ?? 0))
    const dependencies = policy.dependencies && (() => dependenciesOf(key))
    try {
      const load = ({ signal }: { readonly signal: AbortSignal }) => this.#load(key, signal, policy)
      const result = await this.cache.get(key, load, { ...policy, dependencies })
      this.#simulation.answers++
      if (result.from === 'l1' || result.from === 'l2') this.#simulation.hits++
      if (result.why !== undefined && HELPING_OUT.includes(result.why)) return
      check(key, result, known)
    } catch (error) {
      if (!isExpected(error)) this.error ??= error as Error
    }
  }

  async #load(key: Key, signal: AbortSignal, { ask }: Policy<RowChange>): Promise<Loads> {
    const simulation = this.#simulation
    const isAlone = ask !== undefined // It may want more than what others load.
    if (!isAlone && this.#loading.get(key) === this.#told) {
      this.error ??= new Error(`${key} is loaded twice at a time without a change in between`)
    }
    if (!isAlone) this.#loading.set(key, this.#told)
    signal.addEventListener('abort', () => this.#loading.delete(key))
    const wait = (ms: number): Promise<void> =>
      new Promise(resolve => {
        simulation.clock.after(ms, resolve)
      })
    const mine = this.#told
    try {
      await wait(simulation.delayMs(15))
      const value = [...simulation.truth]
      const version = simulation.stamp
      await wait(simulation.delayMs(15))
      if (simulation.random() < 0.1) throw LOAD_FAILED
      return {
        value,
        version: this.#source === 'log' ? version : undefined,
        dependencies: dependenciesOf(key),
      }
    } finally {
      if (!isAlone && this.#loading.get(key) === mine) this.#loading.delete(key)
    }
  }

  #hear({ row, version }: RowChange): void {
    this.#told++
    this.#known[row] = Math.max(this.#known[row] ?? 0, version)
  }

  /** Notes what is delivered, after the cache has heard it. */
  #watched(bus: SimulatedBus): SimulatedBus {
    const start = (listener: BusListener): Promise<void> =>
      bus.start({
        onMessage: (text, place) => {
          listener.onMessage(text, place)
          this.#told++
          const { data } = JSON.parse(text) as { readonly data?: RowChange }
          if (data !== undefined) this.#hear(data)
        },
        onGap: reason => {
          listener.onGap(reason)
          this.#told++
        },
      })
    return Object.create(bus, { start: { value: start } }) as SimulatedBus
  }
}

/** One for all: with a stack for each, they would cost more than the caches. */
const LOAD_FAILED = new Error('The load failed')

function isExpected(error: unknown): boolean {
  if (error === LOAD_FAILED) return true
  return ['ST640', 'ST641'].includes((error as { readonly code?: string }).code ?? '')
}

function check(key: Key, result: Result<Versions>, known: Versions): void {
  for (const row of rowsOf(key)) {
    const [version, told] = [result.value[row] ?? -1, known[row] ?? 0]
    if (version >= told) continue
    const answer = JSON.stringify(result)
    throw new Error(`row ${row} of ${key} is ${version}, but ${told} was told: ${answer}`)
  }
}

const BY_NUMBER = {
  includes: (version: number | undefined, stamp: number) => stamp <= (version ?? -1),
  includesAll: (version: number | undefined, stamp: number) => stamp <= (version ?? -1),
  later: Math.max,
}

function rowsOf(key: Key): readonly number[] {
  const rows = Array.from({ length: ROWS }, (_, row) => row)
  if (key === 'all') return rows
  if (key === 'even' || key === 'odd')
    return rows.filter(row => row % 2 === (key === 'even' ? 0 : 1))
  return [Number(key)]
}

function dependenciesOf(key: Key) {
  if (key === 'all') return [{ tag: 'rows' }]
  if (key !== 'even' && key !== 'odd') return [{ tag: 'rows', keys: [key] }]
  const rest = key === 'even' ? 0 : 1
  const test = ({ row }: RowChange): boolean => row % 2 === rest
  return [{ tag: 'rows', index: { field: 'parity', value: String(rest) }, test }]
}

/** Everything that waits for nothing but its turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await Promise.resolve()
}
