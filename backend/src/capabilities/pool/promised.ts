import type { Clock } from '../../base/index.ts'

/** Those who wait until the pool has been filled. */
export class Filling {
  #waiting: { readonly done: () => void; readonly failed: (error: Error) => void }[] = []

  wait(): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ done, failed })
    })
  }

  done(): void {
    for (const { done } of this.#waiting.splice(0)) done()
  }

  failed(error: Error): void {
    for (const { failed } of this.#waiting.splice(0)) failed(error)
  }
}

/** Those who wait until the last connection has come back. */
export class Draining {
  readonly #waiting = new Set<() => void>()

  /** Resolves with `done`, but after `deadlineMs` at the latest. */
  wait(clock: Clock, deadlineMs: number): Promise<void> {
    return new Promise(resolve => {
      const end = (): void => {
        stop()
        this.#waiting.delete(end)
        resolve()
      }
      const stop = clock.after(deadlineMs, end)
      this.#waiting.add(end)
    })
  }

  done(): void {
    for (const end of this.#waiting) end()
  }
}
