import type { Clock } from '../../../base/index.ts'
import type { Stall } from '../../../capabilities/events/index.ts'

/** How lately everything that was committed has been told, as far as that can be known. */
export class Hearing {
  readonly #clock: Clock
  readonly #lagMsMax: number
  /** Everything that was committed before has been told, but for what a stall holds up. Undefined: it has not begun. */
  #heardAt: number | undefined
  /** When it was last seen that nothing is held up, or all of that was told. */
  #freeAt = 0
  #stall: Stall | undefined
  #error: unknown

  constructor(clock: Clock, lagMsMax: number) {
    this.#clock = clock
    this.#lagMsMax = lagMsMax
  }

  /** Everything from now on will be told. */
  begin(now: number): void {
    this.#heardAt = now
    this.#freeAt = now
    this.#stall = undefined
    this.#error = undefined
  }

  /** Behind a gap, and on another server: until it begins anew. */
  end(): void {
    this.#heardAt = undefined
  }

  /** Everything has been told that could be read at a look, which began at `askedAt`. */
  heard(askedAt: number): void {
    if (this.#heardAt !== undefined) this.#heardAt = askedAt
    this.#error = undefined
  }

  /** It could not be looked. */
  failed(error: unknown): void {
    this.#error = error
  }

  held(stall: Stall | undefined): void {
    this.#stall = stall
    if (stall === undefined) this.#freeAt = this.#clock.now()
  }

  /** All that is held up has been told nevertheless, as of this time. */
  passed(askedAt: number): void {
    this.#freeAt = askedAt
  }

  get stall(): Stall | undefined {
    return this.#stall
  }

  get error(): unknown {
    return this.#error
  }

  get hasBegun(): boolean {
    return this.#heardAt !== undefined
  }

  /** What is kept may be taken for current: what has been written since is not older than that. */
  isCurrent(now: number): boolean {
    return this.#heardAt !== undefined && this.lagMs(now) <= this.#lagMsMax
  }

  /** 0 before it has begun. */
  lagMs(now: number): number {
    if (this.#heardAt === undefined) return 0
    return now - (this.#stall === undefined ? this.#heardAt : Math.min(this.#heardAt, this.#freeAt))
  }
}
