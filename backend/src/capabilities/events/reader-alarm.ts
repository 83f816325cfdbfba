import type { Clock } from '../../base/index.ts'

/** The sleep of a reader: ends by itself, sooner when it is woken, at once when it is to stop. */
export class Alarm {
  readonly #clock: Clock
  #isWoken = false
  #isStopped = false
  #hurry: (() => void) | undefined
  #end: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  /** Remembered until it has been `heard`: what wakes while nobody sleeps makes the next sleep short. */
  wake(): void {
    this.#isWoken = true
    this.#hurry?.()
  }

  /** Before a look: it will see whatever woke until now. Says whether something did. */
  heard(): boolean {
    const wasWoken = this.#isWoken
    this.#isWoken = false
    return wasWoken
  }

  stop(): void {
    this.#isStopped = true
    this.#end?.()
  }

  /** At least `leastMs`, at most `mostMs`. */
  sleep(leastMs: number, mostMs: number): Promise<void> {
    if (this.#isStopped) return Promise.resolve()
    return new Promise(resolve => {
      const start = this.#clock.now()
      const end = (): void => {
        cancel()
        this.#hurry = undefined
        this.#end = undefined
        resolve()
      }
      const startedFor = this.#isWoken ? leastMs : mostMs
      let cancel = this.#clock.after(startedFor, end)
      this.#end = end
      this.#hurry = () => {
        this.#hurry = undefined
        cancel()
        cancel = this.#clock.after(Math.max(0, leastMs - (this.#clock.now() - start)), end)
      }
    })
  }
}
