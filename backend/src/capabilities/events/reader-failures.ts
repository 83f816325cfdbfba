import type { Clock, Observer } from '../../base/index.ts'
import type { ReaderEvent, ReaderPart } from './reader-events.ts'
import type { ReaderRules } from './reader-options.ts'

export interface FailuresSetup {
  readonly reader: string
  readonly rules: Pick<ReaderRules, 'backoffMs' | 'backoffMsMax'>
  readonly clock: Clock
  readonly random: () => number
  readonly observe: Observer<ReaderEvent>
}

/** Failures in a row: how long to wait after each, and what is told of them. */
export class Failures {
  readonly #setup: FailuresSetup
  #attempts = 0
  #since = 0
  #part: ReaderPart = 'source'
  #error: unknown

  constructor(setup: FailuresSetup) {
    this.#setup = setup
  }

  /** The last one, while they last. */
  get error(): unknown {
    return this.#error
  }

  get isFailing(): boolean {
    return this.#attempts > 0
  }

  /** For how many milliseconds to wait before the next attempt. */
  failed(part: ReaderPart, error: unknown): number {
    const { reader, clock, observe } = this.#setup
    if (this.#attempts === 0) this.#since = clock.now()
    this.#attempts += 1
    this.#part = part
    this.#error = error
    const attempt = this.#attempts
    const retryInMs = this.#pauseMs()
    if (isPowerOfTwo(attempt)) {
      observe({ kind: 'journal.reader-failed', reader, part, attempt, retryInMs, error })
    }
    return retryInMs
  }

  succeeded(): void {
    if (this.#attempts === 0) return
    const { reader, clock, observe } = this.#setup
    const [part, attempts, forMs] = [this.#part, this.#attempts, clock.now() - this.#since]
    this.#attempts = 0
    this.#error = undefined
    observe({ kind: 'journal.reader-recovered', reader, part, attempts, forMs })
  }

  /** From half of the time on, so that those who failed together do not come back together. */
  #pauseMs(): number {
    const { rules, random } = this.#setup
    const doubled = rules.backoffMs * 2 ** Math.min(this.#attempts - 1, 30)
    return Math.round(Math.min(doubled, rules.backoffMsMax) * (0.5 + random() / 2))
  }
}

function isPowerOfTwo(count: number): boolean {
  return Number.isInteger(Math.log2(count))
}
