import type {
  Checkpoint,
  CheckpointStore,
  Claim,
  Cursor,
  JournalSource,
  Placed,
  Stall,
} from '../../src/capabilities/events/index.ts'
import { compareCursors } from '../../src/capabilities/events/index.ts'
import type { FakeClock } from './fake-clock.ts'

export interface MemorySource extends JournalSource<Placed> {
  readonly log: Placed[]
  /** Adds events of one transaction. */
  append(count: number, at?: number): void
  /** What the next questions end with, one each; `hang` never ends. */
  readonly faults: ('fail' | 'hang' | Error)[]
  held: Stall | undefined
  reads: number
  horizon: bigint | undefined
  journal: string
}

/** A journal in memory, which fails as it is told. */
export function memorySource(): MemorySource {
  const log: Placed[] = []
  let xid = 0n
  async function fault(): Promise<void> {
    const next = source.faults.shift()
    if (next === 'fail') throw new Error('the source is away')
    if (next === 'hang') await new Promise(() => undefined)
    if (next instanceof Error) throw next
  }
  const source: MemorySource = {
    kind: 'table',
    log,
    faults: [],
    held: undefined,
    reads: 0,
    journal: 'one',
    append(count, at = 0) {
      xid += 1n
      for (let index = 0; index < count; index++) {
        log.push({ cursor: { xid, position: BigInt(log.length + 1) }, at })
      }
    },
    async head() {
      await fault()
      return { xid: xid + 1n, position: 0n }
    },
    horizon: undefined,
    async read(after: Cursor, max: number) {
      source.reads += 1
      await fault()
      if (source.held !== undefined) return []
      const page = log.filter(({ cursor }) => compareCursors(cursor, after) > 0).slice(0, max)
      source.horizon = page.length < max ? xid + 1n : page.at(-1)?.cursor.xid
      return page
    },
    stall: async () => source.held,
    close: async () => undefined,
    async waiting(after) {
      const behind = log.filter(({ cursor }) => compareCursors(cursor, after) > 0)
      return { events: behind.length, oldestAt: behind[0]?.at }
    },
    identity: async () => source.journal,
  }
  return source
}

export interface MemoryCheckpoints extends CheckpointStore {
  readonly kept: Map<string, Checkpoint & { readonly holder: string; readonly until: number }>
  readonly faults: ('fail' | 'hang')[]
  /** This holder cannot be heard, until it is said otherwise. */
  cutOff: string | undefined
}

/** Checkpoints in memory, whose leases end by the same clock. */
export function memoryCheckpoints(clock: FakeClock): MemoryCheckpoints {
  const kept: MemoryCheckpoints['kept'] = new Map()
  let fences = 0
  async function fault(): Promise<void> {
    const next = store.faults.shift()
    if (next === 'fail') throw new Error('the checkpoints are away')
    if (next === 'hang') await new Promise(() => undefined)
  }
  const store: MemoryCheckpoints = {
    kept,
    faults: [],
    cutOff: undefined,
    async claim({ name, holder, leaseMs, from, journal }): Promise<Claim> {
      await fault()
      if (holder === store.cutOff) throw new Error('it is cut off')
      const now = kept.get(name)
      if (now !== undefined && now.holder !== holder && now.until > clock.now()) {
        return { isHeld: false, holder: now.holder, freeInMs: now.until - clock.now() }
      }
      const fence = String(++fences)
      const place = now ?? { cursor: from, journal }
      const { cursor } = place
      const until = clock.now() + leaseMs
      kept.set(name, { name, fence, cursor, journal: place.journal, leaseMs, holder, until })
      return { isHeld: true, fence, cursor, journal: place.journal }
    },
    async save(checkpoint) {
      await fault()
      const now = kept.get(checkpoint.name)
      if (now !== undefined && now.holder === store.cutOff) throw new Error('it is cut off')
      if (now?.fence !== checkpoint.fence) return false
      const until = clock.now() + checkpoint.leaseMs
      kept.set(checkpoint.name, { ...checkpoint, holder: now.holder, until })
      return true
    },
  }
  return store
}

/** Lets everything that is ready to go on do so; the fake clock stands still. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 4; round++) await new Promise(resolve => setImmediate(resolve))
}

/** Moves the clock in small steps, with everything that happens in between. */
export async function pass(clock: FakeClock, ms: number, stepMs = 50): Promise<void> {
  await settled()
  for (let passed = 0; passed < ms; passed += stepMs) {
    clock.advance(Math.min(stepMs, ms - passed))
    await settled()
  }
}
