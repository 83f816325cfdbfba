import type { Clock } from '../../../base/index.ts'
import type { LeaseEnd } from '../types.ts'

export interface WaitersSetup {
  readonly clock: Clock
  readonly random: () => number
  readonly waitMs: number
  readonly pollMs: number
  /** Also asks that its end be told. Never rejects; undefined when it cannot be known. */
  readonly isHeld: (key: string) => Promise<boolean | undefined>
}

/** Those in this process that wait for others to finish. */
export interface Waiters {
  wait(key: string): Promise<LeaseEnd>
  /** Somebody has told that it ended. */
  release(key: string): void
  /** Nobody waits any more. */
  close(): void
}

/** One that waits listens before it looks, so that no end falls between the two. */
export function createWaiters(setup: WaitersSetup): Waiters {
  const { clock, random, waitMs, pollMs, isHeld } = setup
  const waiting = new Map<string, Set<Waiter>>()

  function wait(key: string): Promise<LeaseEnd> {
    return new Promise(resolve => {
      const waiter: Waiter = { end: resolve }
      const done = (how: LeaseEnd): void => {
        cancelTimeout()
        cancelPoll()
        forget(key, waiter)
        resolve(how)
      }
      let cancelPoll = (): void => undefined
      const cancelTimeout = clock.after(waitMs, () => done('timeout'))
      waiter.end = done
      waiting.set(key, (waiting.get(key) ?? new Set()).add(waiter))

      async function look(): Promise<void> {
        const isStillHeld = await isHeld(key)
        if (waiting.get(key)?.has(waiter) !== true) return
        if (isStillHeld !== true) return done(isStillHeld === false ? 'gone' : 'unavailable')
        cancelPoll = clock.after(pollMs * (0.5 + random()), () => void look())
      }
      void look()
    })
  }

  function forget(key: string, waiter: Waiter): void {
    const others = waiting.get(key)
    others?.delete(waiter)
    if (others?.size === 0) waiting.delete(key)
  }

  function release(key: string): void {
    for (const { end } of [...(waiting.get(key) ?? [])]) end('released')
  }

  return {
    wait,
    release,
    close() {
      for (const key of [...waiting.keys()]) release(key)
    },
  }
}

interface Waiter {
  end: (how: LeaseEnd) => void
}
