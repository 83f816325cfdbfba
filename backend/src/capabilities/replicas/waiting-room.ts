import type { Clock } from '../../base/index.ts'

/** Callers that wait for something to come about, each for as long as it likes. */
export interface WaitingRoom {
  /**
   * What `attempt` finds, now or after some change; undefined when it finds nothing by `deadline` (on the clock), or when too
   * many wait already.
   */
  wait<T>(attempt: () => T | undefined, deadline: number): Promise<T | undefined>
  /** Something has changed: everybody looks again. */
  retry(): void
  /** Sends everybody away. */
  close(): void
  readonly size: number
}

interface Waiter {
  readonly look: () => void
  readonly leave: () => void
}

export function createWaitingRoom(clock: Clock, waitingMax: number): WaitingRoom {
  const waiters = new Set<Waiter>()

  return {
    async wait(attempt, deadline) {
      const found = attempt()
      const left = deadline - clock.now()
      if (found !== undefined || left <= 0 || waiters.size >= waitingMax) return found
      return new Promise(resolve => {
        const settle = (value: ReturnType<typeof attempt>) => {
          cancel()
          waiters.delete(waiter)
          resolve(value)
        }
        const waiter: Waiter = {
          look() {
            const value = attempt()
            if (value !== undefined) settle(value)
          },
          leave: () => settle(undefined),
        }
        const cancel = clock.after(left, waiter.leave)
        waiters.add(waiter)
      })
    },
    retry() {
      for (const waiter of waiters) waiter.look()
    },
    close() {
      for (const waiter of waiters) waiter.leave()
    },
    get size() {
      return waiters.size
    },
  }
}
