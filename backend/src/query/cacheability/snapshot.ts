import type { Coherence } from '../../capabilities/cache/index.ts'

/** What a transaction sees: `pg_current_snapshot()`. */
export interface Snapshot {
  /** The oldest transaction that was still running: all before it have ended. */
  readonly xmin: bigint
  /** The first id that was not given out yet. */
  readonly xmax: bigint
  /** Those in between that were still running. */
  readonly running: ReadonlySet<bigint>
}

/**
 * `xmin:xmax:xid,xid,…` as PostgreSQL prints it. Throws a SyntaxError for any other text.
 * Source: PostgreSQL, "Transaction ID and Snapshot Information Functions".
 */
export function parseSnapshot(text: string): Snapshot {
  const [, xmin, xmax, running] = /^(\d+):(\d+):((?:\d+(?:,\d+)*)?)$/.exec(text) ?? []
  if (xmin === undefined || xmax === undefined || running === undefined) {
    throw new SyntaxError(`'${text}' is no snapshot`)
  }
  const ids = running === '' ? NOBODY : new Set(running.split(',').map(BigInt))
  return { xmin: BigInt(xmin), xmax: BigInt(xmax), running: ids }
}

const NOBODY: ReadonlySet<bigint> = new Set()

/** Whether the snapshot sees what the transaction did, provided that it was committed: `pg_visible_in_snapshot`. */
export function includes({ xmin, xmax, running }: Snapshot, xid: bigint): boolean {
  if (xid < xmin) return true
  return xid < xmax && !running.has(xid)
}

/** More ids are not written down one by one. */
const IDS_MAX = 1_000

/**
 * The snapshot, and what a transaction that was not in it did beside: nothing else that it does not contain. Undefined where too many
 * others lie in between.
 */
export function including({ xmin, xmax, running }: Snapshot, xid: bigint): Snapshot | undefined {
  if (xid < xmin || xid - xmax > IDS_MAX) return undefined
  const others = new Set(running)
  for (let id = xmax; id < xid; id++) others.add(id)
  others.delete(xid)
  return { xmin, xmax: xid < xmax ? xmax : xid + 1n, running: others }
}

/** Answers are of the snapshot they were read in, changes of the transaction that made them. */
export const SNAPSHOT_COHERENCE: Coherence<Snapshot, bigint> = Object.freeze({
  includes,
  includesAll: ({ xmin }: Snapshot, upTo: bigint) => upTo < xmin,
  later: (one: bigint, other: bigint) => (one > other ? one : other),
})
