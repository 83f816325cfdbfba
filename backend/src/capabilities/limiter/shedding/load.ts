import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'

/** How busy the server is, of the last moments. */
export interface LoadSignal {
  /** What 95 of 100 requests do not wait longer for a connection to the database, lately (a second or less). */
  readonly poolWaitMs: number
  readonly eventLoopLagMs: number
  /** Nothing gets to the database now. */
  readonly breakerOpen: boolean
}

export interface LoadTargets {
  readonly targetWaitMs: number
  readonly eventLoopLagMsMax: number
}

/** What is too much first. */
export type LoadReason = 'pool-wait' | 'event-loop-lag' | 'breaker-open'

/** 1: as much as may be. */
export interface Load {
  readonly level: number
  readonly reason: LoadReason
}

/** Behind an open breaker there is room for the critical alone: those are refused where they cannot be served. */
const BREAKER_LEVEL = 1

export function loadOf(signal: LoadSignal, targets: LoadTargets): Load {
  const waiting = signal.poolWaitMs / targets.targetWaitMs
  const lag = signal.eventLoopLagMs / targets.eventLoopLagMsMax
  if (signal.breakerOpen && BREAKER_LEVEL > Math.max(waiting, lag)) {
    return { level: BREAKER_LEVEL, reason: 'breaker-open' }
  }
  return waiting >= lag
    ? { level: waiting, reason: 'pool-wait' }
    : { level: lag, reason: 'event-loop-lag' }
}

/** By how much the event loop was late since the last look, in milliseconds: what 99 of 100 turns did not exceed. */
export interface EventLoopLag {
  read(): number
  stop(): void
}

const RESOLUTION_MS = 10
const SHARE = 99

/** `monitor` is for tests. */
export function createEventLoopLag(
  monitor: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS }),
): EventLoopLag {
  monitor.enable()
  return {
    read() {
      const lagMs = monitor.count === 0 ? 0 : monitor.percentile(SHARE) / 1e6 - RESOLUTION_MS
      monitor.reset()
      return Math.max(0, lagMs)
    },
    stop: () => void monitor.disable(),
  }
}
