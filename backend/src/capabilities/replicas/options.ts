import { option } from '../../base/index.ts'

/** How the nodes are watched, and which of them serve reads. */
export interface ReplicasOptions {
  /** Every node is asked this often what it is, in milliseconds; up to 10 % earlier. Default 500. */
  checkEveryMs?: number
  /** And this often while something is wrong: no primary, a node that does not answer. Default 200. */
  recheckEveryMs?: number
  /** A node that has not answered after this time has missed the question, in milliseconds. Default 1_000. */
  answerTimeoutMs?: number
  /** Questions missed in a row that make a node unreachable. Default 2. */
  missesMax?: number
  /** A replica that is further behind serves no reads until it is within half of it, in milliseconds. Default 10_000. */
  lagMsMax?: number
  /** The same in bytes of the log. Default 67_108_864. */
  lagBytesMax?: number
  /** Longest that a read waits for a replica to replay the write it must see; then it goes to the primary. Default 20. */
  replayWaitMs?: number
  /** Longest that a write waits for a new primary, and a read for any node that may answer it, in milliseconds. Default 5_000. */
  primaryWaitMs?: number
  /** So many may wait for that; one more is refused at once. Default 1_000. */
  waitingMax?: number
  /** Whether the primary serves reads although a replica could. Default `never-unless-needed`. */
  readsOnPrimary?: 'never-unless-needed' | 'share'
}
export type ReplicasRules = Readonly<Required<ReplicasOptions>>
export const REPLICAS_DEFAULTS: ReplicasRules = Object.freeze({
  checkEveryMs: 500,
  recheckEveryMs: 200,
  answerTimeoutMs: 1_000,
  missesMax: 2,
  lagMsMax: 10_000,
  lagBytesMax: 67_108_864,
  replayWaitMs: 20,
  primaryWaitMs: 5_000,
  waitingMax: 1_000,
  readsOnPrimary: 'never-unless-needed',
})
export const REPLICAS_CHECKS: option.Checks<ReplicasOptions> = Object.freeze({
  checkEveryMs: option.duration({ min: 10, max: 600_000 }),
  recheckEveryMs: option.duration({ min: 10, max: 600_000 }),
  answerTimeoutMs: option.duration({ min: 10, max: 600_000 }),
  missesMax: option.integer({ min: 1, max: 100 }),
  lagMsMax: option.duration({ min: 1, max: 86_400_000 }),
  lagBytesMax: option.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  replayWaitMs: option.duration({ min: 0, max: 60_000 }),
  primaryWaitMs: option.duration({ min: 0, max: 600_000 }),
  waitingMax: option.integer({ min: 0, max: 1_000_000 }),
  readsOnPrimary: option.oneOf('never-unless-needed', 'share'),
})

/** A replica that is waited for is asked this often how far it is, in milliseconds. */
export const REPLAY_POLL_MS = 1
/** After a change the nodes are asked often for this long, in milliseconds: one change seldom comes alone. */
export const UNREST_MS = 5_000
/** What a client can bring about at will makes the nodes be asked at most this often, in milliseconds. */
export const DOUBT_EVERY_MS = 50
