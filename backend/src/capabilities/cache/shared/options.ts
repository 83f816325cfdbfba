import { option } from '../../../base/index.ts'

const HOUR_MS = 3_600_000

/** The second level: what all nodes share in Redis. */
export interface SharedOptions {
  /** What its keys in Redis have in common. Two caches with one name share everything. Default `cache`. */
  name?: string
  /** Values, counted over all nodes; the least useful one makes room for the next. Default 1_000. */
  entriesMax?: number
  /** A larger value is not stored, in bytes. Default 1_048_576. */
  entryBytesMax?: number
}
export type SharedRules = Readonly<Required<SharedOptions>>
export const SHARED_DEFAULTS: SharedRules = Object.freeze({
  name: 'cache',
  entriesMax: 1_000,
  entryBytesMax: 1_048_576,
})
export const SHARED_CHECKS: option.Checks<SharedOptions> = Object.freeze({
  name: option.text(),
  entriesMax: option.integer({ min: 1, max: 1_000_000 }),
  entryBytesMax: option.integer({ min: 1, max: 512 * 1_024 * 1_024 }),
})

/** Who loads a value for all nodes. */
export interface LeaseOptions {
  /** As for the store. Default `cache`. */
  name?: string
  /** A holder that has not been heard of for so long has died, in milliseconds. One that lives renews in time. Default 2_000. */
  leaseMs?: number
  /** A load that takes longer is done by others too, in milliseconds. Default 60_000. */
  holdMsMax?: number
  /** Longest wait for another node that lives, in milliseconds; then one loads oneself. Default 60_000. */
  waitMs?: number
  /** Who waits is told, and looks this often in case the message was lost, in milliseconds, spread by half. Default 15. */
  pollMs?: number
}
export type LeaseRules = Readonly<Required<LeaseOptions>>
export const LEASE_DEFAULTS: LeaseRules = Object.freeze({
  name: 'cache',
  leaseMs: 2_000,
  holdMsMax: 60_000,
  waitMs: 60_000,
  pollMs: 15,
})
export const LEASE_CHECKS: option.Checks<LeaseOptions> = Object.freeze({
  name: option.text(),
  leaseMs: option.duration({ min: 10, max: HOUR_MS }),
  holdMsMax: option.duration({ min: 10, max: HOUR_MS }),
  waitMs: option.duration({ min: 0, max: HOUR_MS }),
  pollMs: option.duration({ min: 1, max: HOUR_MS }),
})

/** What nodes tell each other over a stream in Redis. */
export interface BusOptions {
  /** Nodes on a bus of the same name hear each other. Default `bus`. */
  name?: string
  /** Who is not told looks this often, in milliseconds. Default 250. */
  sweepMs?: number
  /** Out of touch for longer, a node is behind, in milliseconds. Default 1_000. */
  behindAfterMs?: number
  /** Messages that stay in the stream, about: a node that was away for more has a gap. Default 10_000. */
  messagesMax?: number
  /** Messages that wait here while Redis is away; with more, the others are told of a gap instead. Default 10_000. */
  waitingMax?: number
}
export type BusRules = Readonly<Required<BusOptions>>
export const BUS_DEFAULTS: BusRules = Object.freeze({
  name: 'bus',
  sweepMs: 250,
  behindAfterMs: 1_000,
  messagesMax: 10_000,
  waitingMax: 10_000,
})
export const BUS_CHECKS: option.Checks<BusOptions> = Object.freeze({
  name: option.text(),
  sweepMs: option.duration({ min: 1, max: HOUR_MS }),
  behindAfterMs: option.duration({ min: 1, max: HOUR_MS }),
  messagesMax: option.integer({ min: 1, max: 10_000_000 }),
  waitingMax: option.integer({ min: 1, max: 10_000_000 }),
})
