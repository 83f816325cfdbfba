import type { Clock } from '../../base/index.ts'
import type { Lsn } from './lsn.ts'
import type { NodeSource } from './node-source.ts'
import { REPLAY_POLL_MS } from './options.ts'

/** Reads that wait until one standby has replayed what they must see. */
export interface ReplayWait {
  /** True once it has; false when it has not after `timeoutMs`. Never rejects. */
  until(lsn: Lsn, timeoutMs: number): Promise<boolean>
}

interface Waiter {
  readonly lsn: Lsn
  readonly settle: (isReplayed: boolean) => void
}

/** However many wait, the standby is asked one question at a time. `onReplayed` hears every answer. */
export function createReplayWait(
  source: Pick<NodeSource, 'replayed'>,
  clock: Clock,
  onReplayed: (lsn: Lsn) => void,
): ReplayWait {
  const waiters = new Set<Waiter>()
  let isPolling = false

  function serve(lsn: Lsn): void {
    onReplayed(lsn)
    for (const waiter of waiters) if (waiter.lsn <= lsn) waiter.settle(true)
  }

  async function poll(): Promise<void> {
    isPolling = true
    try {
      while (waiters.size > 0) {
        serve(await source.replayed())
        if (waiters.size > 0) await new Promise<void>(done => clock.after(REPLAY_POLL_MS, done))
      }
    } catch {
      for (const waiter of waiters) waiter.settle(false) // The watch over the node tells why.
    } finally {
      isPolling = false
    }
  }

  return {
    until(lsn, timeoutMs) {
      return new Promise(resolve => {
        const cancel = clock.after(timeoutMs, () => waiter.settle(false))
        const waiter: Waiter = {
          lsn,
          settle(isReplayed) {
            cancel()
            waiters.delete(waiter)
            resolve(isReplayed)
          },
        }
        waiters.add(waiter)
        if (!isPolling) void poll()
      })
    },
  }
}
