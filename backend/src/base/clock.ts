/** Time as an argument, so that a test can move it by hand. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. For durations. */
  now(): number
  /** Milliseconds since 1970-01-01T00:00:00Z. For what is compared with other machines (JWT, dates). */
  epochMs(): number
  /** Calls back once, after `delayMs`. The returned function cancels it. Does not keep the process alive. */
  after(delayMs: number, callback: () => void): () => void
}

/** The machine's own clock. */
export const systemClock: Clock = Object.freeze({
  now: () => performance.now(),
  epochMs: () => Date.now(),
  after(delayMs: number, callback: () => void) {
    const timer = setTimeout(callback, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
})
