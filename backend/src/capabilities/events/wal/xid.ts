const HALF = 0x8000_0000n
const LOW = 0xffff_ffffn

/**
 * The log says the low 32 bits of a transaction's id. The whole one is the nearest to an id that is known to be of about that
 * time: PostgreSQL never lets two that are in use be further apart than 2^31 (its manual, "Preventing Transaction ID Wraparound
 * Failures").
 */
export function widenXid(low: number, near: bigint): bigint {
  const xid = (near & ~LOW) | BigInt(low)
  if (xid > near + HALF) return xid < LOW ? xid : xid - LOW - 1n
  if (xid + HALF < near) return xid + LOW + 1n
  return xid
}
