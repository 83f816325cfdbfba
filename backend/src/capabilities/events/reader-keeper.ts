import type { Clock } from '../../base/index.ts'
import type { Checkpoint, CheckpointStore, Claim } from './checkpoint.ts'
import { compareCursors } from './cursor.ts'
import type { ReaderRules } from './reader-options.ts'
import { timed } from './reader-timed.ts'
import type { Cursor } from './types.ts'

export interface KeeperSetup {
  readonly store: CheckpointStore
  readonly name: string
  readonly holder: string
  readonly rules: ReaderRules
  readonly clock: Clock
  readonly onSaved: () => void
  readonly onFailed: (error: unknown) => void
  /** Another has the name, or may have it by now. */
  readonly onLost: () => void
}

/** Keeps the place of a named reader, and its claim to the name, beside the reading: neither waits for the other. */
export class Keeper {
  readonly #setup: KeeperSetup
  #fence: string | undefined
  #heldUntil = 0
  #savedAt = 0
  #saved: Cursor | undefined
  #delivered: Cursor | undefined
  #journal: string | undefined
  #batches = 0
  #saving: Promise<void> | undefined
  #cancel: () => void = () => undefined

  constructor(setup: KeeperSetup) {
    this.#setup = setup
  }

  /** As far as its own clock can tell; the store has the last word. */
  get isHeld(): boolean {
    return this.#fence !== undefined && this.#setup.clock.now() < this.#heldUntil
  }

  get fence(): string | undefined {
    return this.#fence
  }

  async claim(from: Cursor, journal: string | undefined): Promise<Claim> {
    const { store, name, holder, rules, clock } = this.#setup
    const { leaseMs } = rules
    const start = clock.now()
    const claim = await this.#timed(() => store.claim({ name, holder, leaseMs, from, journal }))
    if (!claim.isHeld) return claim
    this.#fence = claim.fence
    this.#heldUntil = start + leaseMs
    this.#savedAt = start
    this.#saved = claim.cursor
    this.#delivered = claim.cursor
    this.#batches = 0
    this.#tick()
    return claim
  }

  /** From now on the place is in this journal. */
  isFrom(journal: string | undefined): void {
    this.#journal = journal
  }

  /** Everything up to `cursor` has been delivered. */
  moved(cursor: Cursor): void {
    this.#delivered = cursor
    this.#batches += 1
    if (this.#batches >= this.#setup.rules.checkpointBatches) void this.#save()
  }

  /** Keeps the place a last time and lets another take the name at once. */
  async release(): Promise<void> {
    this.#cancel()
    await this.#saving
    if (this.isHeld) await this.#store(0)
    this.#fence = undefined
  }

  #tick(): void {
    const { rules, clock } = this.#setup
    this.#cancel()
    const everyMs = Math.min(rules.checkpointMs, rules.leaseMs / 3)
    this.#cancel = clock.after(everyMs, () => {
      if (this.#isDue()) void this.#save()
      if (this.#fence !== undefined) this.#tick()
    })
  }

  #isDue(): boolean {
    if (!this.isHeld) return true
    const { rules, clock } = this.#setup
    const isMoved = compareCursors(this.#saved as Cursor, this.#delivered as Cursor) !== 0
    return isMoved || clock.now() - this.#savedAt >= rules.leaseMs / 3
  }

  /** One at a time: what is delivered meanwhile is kept the next time. */
  #save(): Promise<void> {
    if (this.#fence !== undefined && !this.isHeld) this.#lose()
    if (this.#fence === undefined) return Promise.resolve()
    this.#saving ??= this.#store(this.#setup.rules.leaseMs).finally(() => {
      this.#saving = undefined
    })
    return this.#saving
  }

  async #store(leaseMs: number): Promise<void> {
    const { store, name, clock, onSaved, onFailed } = this.#setup
    const [fence, cursor, start] = [this.#fence as string, this.#delivered as Cursor, clock.now()]
    const checkpoint: Checkpoint = { name, fence, cursor, journal: this.#journal, leaseMs }
    this.#batches = 0
    try {
      const isOurs = await this.#timed(() => store.save(checkpoint))
      if (this.#fence !== fence) return // Lost and claimed again meanwhile.
      if (!isOurs) return this.#lose()
      this.#heldUntil = start + leaseMs
      this.#savedAt = start
      this.#saved = cursor
      onSaved()
    } catch (error) {
      onFailed(error)
    }
  }

  #lose(): void {
    this.#fence = undefined
    this.#cancel()
    this.#setup.onLost()
  }

  #timed<T>(ask: () => Promise<T>): Promise<T> {
    return timed(this.#setup.clock, this.#setup.rules.timeoutMs, ask)
  }
}
