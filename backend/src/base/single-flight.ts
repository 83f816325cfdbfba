/** One run at a time of something that reads the state of the world. */
export interface SingleFlight<Result> {
  /**
   * Resolves with a run that began after the call. While one is under way, all callers share the one that follows it:
   * the first may have looked before the change that they want to see.
   */
  run(): Promise<Result>
  /** Resolves when nothing is under way or waiting. */
  settled(): Promise<void>
}

/** `work` must not reject. */
export function createSingleFlight<Result>(work: () => Promise<Result>): SingleFlight<Result> {
  let running: Promise<Result> | undefined
  let following: Promise<Result> | undefined

  function run(): Promise<Result> {
    if (running !== undefined) {
      following ??= running.then(() => {
        following = undefined
        return run()
      })
      return following
    }
    running = work().finally(() => {
      running = undefined
    })
    return running
  }

  return {
    run,
    async settled() {
      while (running !== undefined) await (following ?? running)
    },
  }
}
