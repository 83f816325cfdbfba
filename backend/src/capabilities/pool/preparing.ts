import type { Observer } from '../../base/index.ts'
import type { PoolEvent, PoolerEvidence } from './events.ts'

/** So many losses within so long are no accident, in milliseconds. */
const LOSSES = 20
const LOSSES_WITHIN_MS = 10_000

export interface PreparingSetup {
  readonly isOn: boolean
  readonly now: () => number
  readonly observe: Observer<PoolEvent>
}

/**
 * Whether statements are prepared by name: one answer for all connections of a pool. A pooler in transaction mode hands
 * every transaction to whichever server connection is free, where other statements are prepared; it is noticed by what it
 * does, as it does not introduce itself.
 */
export class Preparing {
  readonly #setup: PreparingSetup
  readonly #losses: number[] = []
  #isOn: boolean
  #evidence: PoolerEvidence | undefined = undefined

  constructor(setup: PreparingSetup) {
    this.#setup = setup
    this.#isOn = setup.isOn
  }

  get isOn(): boolean {
    return this.#isOn
  }

  /** How a pooler gave itself away; undefined: there seems to be none. */
  get evidence(): PoolerEvidence | undefined {
    return this.#evidence
  }

  /** A prepared statement was not there, or one was that should not be. `isElsewhere`: another process answers now than logged in. */
  lost(isElsewhere: boolean): void {
    if (!this.#isOn) return
    if (isElsewhere) this.#switchOff('other-backend')
    else if (this.#isFrequent()) this.#switchOff('lost-statements')
  }

  /** Somebody may well `deallocate all` now and then. */
  #isFrequent(): boolean {
    const now = this.#setup.now()
    this.#losses.push(now)
    if (this.#losses.length > LOSSES) this.#losses.shift()
    return this.#losses.length === LOSSES && now - (this.#losses[0] as number) < LOSSES_WITHIN_MS
  }

  #switchOff(evidence: PoolerEvidence): void {
    this.#isOn = false
    this.#evidence = evidence
    this.#setup.observe({ kind: 'pool.pooler-detected', evidence })
  }
}
