/** A place in the write-ahead log. PostgreSQL: "pg_lsn Type". */
export type Lsn = bigint

/** Reads `16/B374D848`. Undefined for anything else. */
export function parseLsn(text: string): Lsn | undefined {
  const [, high, low] = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(text) ?? []
  if (high === undefined || low === undefined) return undefined
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}

export function formatLsn(lsn: Lsn): string {
  const half = (value: bigint) => value.toString(16).toUpperCase()
  return `${half(lsn >> 32n)}/${half(lsn & 0xffff_ffffn)}`
}

const COUNTER_BITS = 32n

/**
 * The position of the n-th change of the transaction whose commit record stands at `commit`; the first is 1, 0 is before all of
 * them. Commits have places of their own, so positions grow in the order of commits, whatever the ids of the transactions.
 */
export function positionOf(commit: Lsn, change: number): bigint {
  return (commit << COUNTER_BITS) | BigInt(change)
}

export function commitOf(position: bigint): Lsn {
  return position >> COUNTER_BITS
}
