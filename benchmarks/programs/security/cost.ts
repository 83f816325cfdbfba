import {
  createSecurityMonitor,
  type SecurityEvent,
} from '../../../backend/src/capabilities/security/index.ts'
import { type Caller, callers, Told, type ToldKind } from './told.ts'

export interface CostOrder {
  readonly kind: 'cost'
  readonly told: ToldKind
  readonly events: number
  /** Different users, each from an address of its own, in turn. */
  readonly principals: number
}

export interface CostReport {
  /** Processor time of an event, in nanoseconds, without that of making it. */
  readonly cpuNanos: number
  readonly grownMiB: number
}

/** Before anything is measured. */
const FIRST = 50_000
/** A thousand events a second. */
const STEP_MS = 1

export function measureCost({ told, events, principals }: CostOrder): CostReport {
  const who = callers(principals)
  const stream = new Stream(told, who)
  const seen: SecurityEvent[] = []
  const nothing = (event: SecurityEvent): void => void (seen[0] = event)
  stream.run(FIRST, nothing)
  const floor = nanosOf(() => stream.run(events, nothing))
  globalThis.gc?.()
  const rss = process.memoryUsage().rss
  const monitor = createSecurityMonitor()
  const tell = (event: SecurityEvent): void => void monitor.tell(event)
  stream.run(FIRST, tell)
  const all = nanosOf(() => stream.run(events, tell))
  globalThis.gc?.()
  const grownMiB = (process.memoryUsage().rss - rss) / 1_048_576
  return { cpuNanos: (all - floor) / events, grownMiB }
}

class Stream {
  #turn = 0
  #touched = 0
  readonly #beganAt = Date.now()
  readonly #told: ToldKind
  readonly #who: readonly Caller[]

  constructor(told: ToldKind, who: readonly Caller[]) {
    this.#told = told
    this.#who = who
  }

  run(events: number, tell: (event: SecurityEvent) => void): void {
    for (let left = events; left > 0; left--) {
      const turn = this.#turn++
      const caller = this.#who[turn % this.#who.length] as Caller
      // A server has just read these texts: they are near, other than those of a million callers kept here.
      this.#touched ^= caller.ip.charCodeAt(0) ^ caller.user.charCodeAt(0)
      tell(new Told(this.#told, caller, this.#beganAt + turn * STEP_MS, turn))
    }
  }
}

function nanosOf(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) * 1_000
}
