/** What the pool's options say about its size. */
export interface SizingRules {
  readonly sizeMin: number
  readonly sizeMax: number
  /** Busy connections to all connections, from 0 to 1, that a size is chosen for. */
  readonly utilisationTarget: number
  /** How often the load that fits is followed, in milliseconds. */
  readonly resizeEveryMs: number
  /** A 95th percentile of waits above this is a queue, in milliseconds. */
  readonly queueWaitTargetMs: number
}

/** What the pool saw since the sample before. Taken about every 250 ms. */
export interface SizingSample {
  /** On the pool's clock. */
  readonly now: number
  /** Open connections, and those of them in somebody's hands. */
  readonly size: number
  readonly busy: number
  /** Mean of `busy` over the time since the last sample. */
  readonly busyMean: number
  /** Callers without a connection. */
  readonly waiting: number
  /** Of the waits that ended since the last sample, and those that go on; 0 when nobody had to wait. */
  readonly waitP95Ms: number
  /** Uses ended since the last sample, and how long they held their connection. */
  readonly completed: number
  readonly holdMeanMs: number
  /** The fleet's budget: connections that this process may have. */
  readonly limit: number
  /** Connections that broke since the last sample, or were taken away as their node was lost. Default 0. */
  readonly lost?: number
}

/**
 * - `utilisation`: the calls that come keep so many connections busy
 * - `idle`: nobody called
 * - `queue`: callers wait, and more connections may help: what it brings is measured
 * - `probe`: fewer connections may do as much: what it costs is measured
 * - `growth-did-not-pay`: back to what it was before the growth
 * - `shrinking-cost`: back to what it was before the probe
 * - `not-opened`: the connections could not be opened
 * - `interrupted`: connections broke during a trial, so it shows nothing: back to what it was before
 * - `budget`: the fleet's budget gave or took
 */
export type SizingReason =
  | 'utilisation'
  | 'idle'
  | 'queue'
  | 'probe'
  | 'growth-did-not-pay'
  | 'shrinking-cost'
  | 'not-opened'
  | 'interrupted'
  | 'budget'

/** A change of the size aimed at, why, and the facts it was made on. */
export interface SizingDecision {
  readonly at: number
  readonly from: number
  readonly to: number
  readonly reason: SizingReason
  readonly facts: Readonly<Record<string, number>>
}

/** Decides how many connections a pool should have. Pure: it knows only its samples. */
export interface Sizer {
  /** Connections to aim at; never above the budget's limit. */
  readonly target: number
  /** Connections it would aim at without the budget's limit: what to claim from the budget. */
  readonly wanted: number
  /** Takes what was seen; answers the decision when `target` has changed. */
  sample(sample: SizingSample): SizingDecision | undefined
}
