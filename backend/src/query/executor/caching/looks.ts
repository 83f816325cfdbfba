import type { Clock } from '../../../base/index.ts'

/** Looks at the journal: now, and again and again. */
export class Looks {
  readonly #clock: Clock
  readonly #everyMs: number
  readonly #look: () => Promise<void>
  #cancel: () => void = ignore
  #isOver = true
  #last: Promise<void> = Promise.resolve()

  /** `look` must not reject. */
  constructor(clock: Clock, everyMs: number, look: () => Promise<void>) {
    this.#clock = clock
    this.#everyMs = everyMs
    this.#look = look
  }

  now(): Promise<void> {
    return this.inTurn(this.#look)
  }

  /** One after the other, so that what is read last is newest; and each begins after it was called for. */
  inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work)
    this.#last = done.catch(ignore)
    return done
  }

  /** From now on. */
  begin(): void {
    this.#isOver = false
    this.#later()
  }

  /** Resolves when the last one has ended. */
  end(): Promise<void> {
    this.#isOver = true
    this.#cancel()
    return this.#last
  }

  #later(): void {
    this.#cancel()
    if (this.#isOver) return
    this.#cancel = this.#clock.after(this.#everyMs, () => {
      void this.now().then(() => this.#later())
    })
  }
}

function ignore(): void {}
