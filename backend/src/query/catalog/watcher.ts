import type { Clock, Observer } from '../../base/index.ts'
import type { CatalogEvent } from './events.ts'

export interface WatcherParts {
  /** Looks, and sees to what it finds. Rejects when it cannot look. */
  readonly look: () => Promise<void>
  /** Pause between two looks, in milliseconds; 0: never. */
  readonly everyMs: number
  readonly clock: Clock
  readonly observe: Observer<CatalogEvent>
  /** Nobody could look because the server is busy: that says nothing about the catalog. */
  readonly isBusy: (error: unknown) => boolean
}

export interface Watcher {
  /** The last look could not be taken. */
  isFailing(): boolean
  close(): Promise<void>
}

/** Looks again and again until it is closed; a look that fails is told once, until one works again. */
export function keepWatching({ look, everyMs, clock, observe, isBusy }: WatcherParts): Watcher {
  let closed = false
  let isFailing = false
  let current = Promise.resolve()
  let cancelNext = () => {}

  async function lookOnce(): Promise<void> {
    try {
      await look()
      isFailing = false
    } catch (error) {
      if (!isFailing) observe({ kind: 'catalog.check-failed', error })
      isFailing ||= !isBusy(error)
    }
    planNext()
  }
  function planNext(): void {
    if (closed || everyMs === 0) return
    cancelNext = clock.after(everyMs, () => {
      current = lookOnce()
    })
  }

  planNext()
  return {
    isFailing: () => isFailing,
    async close() {
      closed = true
      cancelNext()
      await current
    },
  }
}
