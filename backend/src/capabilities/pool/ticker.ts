import type { Clock } from '../../base/index.ts'

/** Something done at intervals for as long as there is need for it. */
export interface Ticker {
  /** Makes sure that it ticks; costs nothing when it already does. */
  start(): void
  stop(): void
}

/** `tick` answers whether it is needed once more. */
export function createTicker(clock: Clock, everyMs: number, tick: () => boolean): Ticker {
  let cancel: (() => void) | undefined
  const start = (): void => {
    cancel ??= clock.after(everyMs, ring)
  }
  const ring = (): void => {
    cancel = undefined
    if (tick()) start()
  }
  const stop = (): void => {
    cancel?.()
    cancel = undefined
  }
  return { start, stop }
}
