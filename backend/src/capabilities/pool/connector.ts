import type { Clock, Observer } from '../../base/index.ts'
import type { ConnectPace } from './connect-pace.ts'
import { DatabaseError } from './errors.ts'
import type { PoolEvent } from './events.ts'
import type { Member } from './member.ts'

const TOO_MANY_CONNECTIONS = '53300'
/** Weight of the last connect in the usual one. */
const WEIGHT = 0.3

export interface ConnectorSetup {
  /** `signal` gives up. */
  readonly open: (signal: AbortSignal) => Promise<Member>
  readonly pace: ConnectPace
  readonly clock: Clock
  readonly observe: Observer<PoolEvent>
  /** Open connections, without those under way. */
  readonly size: () => number
  /** One is there; `isOutdated`: it was begun before `outdate`. */
  readonly onOpened: (member: Member, durationMs: number, isOutdated: boolean) => void
  readonly onFailed: (error: unknown) => void
  /** More may be begun than a moment ago. */
  readonly onReady: () => void
}

/** Opens connections, as many at a time and as often as the pace allows. */
export class Connector {
  readonly #setup: ConnectorSetup
  #connecting = 0
  #generation = 0
  #connectMs: number | undefined = undefined
  #cancelTimer: (() => void) | undefined = undefined
  readonly #stopping = new AbortController()

  constructor(setup: ConnectorSetup) {
    this.#setup = setup
  }

  /** Under way. */
  get connecting(): number {
    return this.#connecting
  }

  /** How long it usually takes, in milliseconds. */
  get connectMs(): number | undefined {
    return this.#connectMs
  }

  /** Sees to it that so many are under way, those that are already among them. */
  aim(wanted: number): void {
    const { pace, clock } = this.#setup
    while (this.#connecting < Math.min(wanted, pace.inFlightMax)) {
      const now = clock.now()
      const waitMs = pace.nextAt() - now
      if (waitMs > 0) return this.#later(waitMs)
      void this.#connect(now)
    }
  }

  /** What is under way leads where nobody wants to go any more. */
  outdate(): void {
    this.#generation++
  }

  /** Begins no more, and gives up what is under way. */
  stop(): void {
    this.#stopping.abort()
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }

  #later(waitMs: number): void {
    if (this.#cancelTimer !== undefined) return
    const { pace, clock, observe, onReady } = this.#setup
    observe({ kind: 'pool.connects-held-back', reason: pace.reasonToWait(), forMs: waitMs })
    this.#cancelTimer = clock.after(waitMs, () => {
      this.#cancelTimer = undefined
      onReady()
    })
  }

  async #connect(begunAt: number): Promise<void> {
    const { open, pace, clock, onOpened, onFailed, onReady } = this.#setup
    const generation = this.#generation
    this.#connecting++
    pace.begun(begunAt)
    const outcome = await open(this.#stopping.signal).catch((error: unknown) => ({ error }))
    this.#connecting--
    if ('error' in outcome) {
      this.#failed(outcome.error, begunAt)
      onFailed(outcome.error)
    } else {
      const durationMs = clock.now() - begunAt
      this.#succeeded(durationMs)
      onOpened(outcome, durationMs, generation !== this.#generation)
    }
    onReady()
  }

  #succeeded(durationMs: number): void {
    this.#setup.pace.succeeded(this.#setup.size() + 1)
    const usual = this.#connectMs ?? durationMs
    this.#connectMs = usual + WEIGHT * (durationMs - usual)
  }

  #failed(error: unknown, begunAt: number): void {
    const { pace, clock, observe, size } = this.#setup
    const now = clock.now()
    pace.failed(begunAt, now)
    if (!isServerFull(error)) return
    const forMs = pace.full(size(), now)
    observe({ kind: 'pool.connects-held-back', reason: 'server-full', forMs })
  }
}

/** As the driver reports it while connecting, or in our words. */
function isServerFull(error: unknown): boolean {
  const isCoded = error instanceof DatabaseError || error instanceof Error
  return isCoded && 'code' in error && error.code === TOO_MANY_CONNECTIONS
}
