import type { Lsn } from './lsn.ts'

/** Where a write stands in the history of the database: who has replayed as much shows it. */
export interface ConsistencyToken {
  /** Of the cluster, in decimal digits, as `pg_control_system()` tells it; '0' where that may not be asked. */
  readonly systemId: string
  /** Of the primary that took the write: each promotion begins a new one. */
  readonly timeline: number
  readonly lsn: Lsn
  /** The id of its transaction, by which it is told whether something that was read earlier shows it; undefined: not known. */
  readonly xid?: bigint | undefined
}

/** `<system id>:<timeline>:<place in the log>[:<transaction>]`, each in lower-case hexadecimal without leading zeros. */
const TOKEN =
  /^(0|[1-9a-f][0-9a-f]{0,15}):([1-9a-f][0-9a-f]{0,7}):(0|[1-9a-f][0-9a-f]{0,15})(?::([1-9a-f][0-9a-f]{0,15}))?$/

/**
 * Reads what `formatConsistencyToken` wrote; undefined for anything else, of which only the first characters are looked at.
 * A token is not signed: whoever makes one up is sent to the primary, and sees nothing that he might not see otherwise.
 */
export function parseConsistencyToken(text: string): ConsistencyToken | undefined {
  const [, system, timeline, lsn, xid] = TOKEN.exec(text) ?? []
  if (system === undefined || timeline === undefined || lsn === undefined) return undefined
  return {
    systemId: BigInt(`0x${system}`).toString(),
    timeline: Number.parseInt(timeline, 16),
    lsn: BigInt(`0x${lsn}`),
    xid: xid === undefined ? undefined : BigInt(`0x${xid}`),
  }
}

/** What the writes of two tokens have to have in common to be compared: the cluster, and its timeline. */
export function historyOf({
  systemId,
  timeline,
}: Pick<ConsistencyToken, 'systemId' | 'timeline'>): string {
  return `${systemId}:${timeline}`
}

/** At most 59 characters, all of which may stand in a header and in a cookie as they are. */
export function formatConsistencyToken(token: ConsistencyToken): string {
  const { systemId, timeline, lsn, xid } = token
  const place = `${BigInt(systemId).toString(16)}:${timeline.toString(16)}:${lsn.toString(16)}`
  return xid === undefined ? place : `${place}:${xid.toString(16)}`
}

/**
 * Of several tokens, such as those of a header and a cookie, the one that asks for most; undefined when they disagree. What shows one
 * transaction need not show another that was under way with it, so of two it names none: then the place alone is asked for.
 */
export function latestToken(
  one: ConsistencyToken,
  other: ConsistencyToken,
): ConsistencyToken | undefined {
  if (one.systemId !== other.systemId || one.timeline !== other.timeline) return undefined
  const later = one.lsn >= other.lsn ? one : other
  return one.xid === other.xid || later.xid === undefined ? later : { ...later, xid: undefined }
}
