import type { Clock, Observer } from '../../../base/index.ts'
import type { WalObservation } from './events.ts'
import type { LogState } from './slot.ts'

export interface SlotWatchSetup {
  readonly slot: string
  readonly checkEveryMs: number
  readonly lagBytesTold: number
  readonly clock: Clock
  readonly observe: Observer<WalObservation>
  readonly look: () => Promise<LogState>
}

/** Looks at the slot from time to time, and tells what changes for the worse; each trouble once, until it is over. */
export class SlotWatch {
  readonly #setup: SlotWatchSetup
  readonly #told = new Set<WalObservation['kind']>()
  #cancel: (() => void) | undefined = undefined

  constructor(setup: SlotWatchSetup) {
    this.#setup = setup
  }

  start(): void {
    this.#cancel ??= this.#later()
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  /** Also called with what was seen on another occasion. */
  saw({ slot: state }: LogState): void {
    const { slot, lagBytesTold } = this.#setup
    if (state === undefined) return
    const { lagBytes: bytes, bytesLeft, lostFor: reason } = state
    this.#tell(bytes > lagBytesTold, { kind: 'journal.slot-lagging', slot, bytes })
    const isAtRisk = state.walStatus === 'unreserved'
    this.#tell(isAtRisk, { kind: 'journal.slot-at-risk', slot, bytesLeft })
    const isLost = reason !== undefined
    this.#tell(isLost, { kind: 'journal.slot-lost', slot, reason: reason ?? '' })
  }

  #tell(is: boolean, event: WalObservation): void {
    const wasTold = this.#told.has(event.kind)
    if (is === wasTold) return
    if (!is) return void this.#told.delete(event.kind)
    this.#told.add(event.kind)
    this.#setup.observe(event)
  }

  #later(): () => void {
    return this.#setup.clock.after(this.#setup.checkEveryMs, () => void this.#check())
  }

  /** A failure is not told here: the stream, or the next reading, has the same trouble and says so. */
  async #check(): Promise<void> {
    const state = await this.#setup.look().catch(() => undefined)
    if (this.#cancel === undefined) return
    if (state !== undefined) this.saw(state)
    this.#cancel = this.#later()
  }
}
