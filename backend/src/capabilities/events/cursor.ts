import type { Cursor } from './types.ts'

/** Before everything: who reads after it begins with the oldest event that is there. */
export const BEGINNING: Cursor = Object.freeze({ xid: 0n, position: 0n })

const XID_MAX = 2n ** 64n - 1n
const POSITION_MAX = 2n ** 63n - 1n
const TEXT = /^(0|[1-9]\d{0,19})-(0|[1-9]\d{0,18})$/

/** As it leaves the process: `758-12`, the transaction and the position. */
export function formatCursor({ xid, position }: Cursor): string {
  return `${xid}-${position}`
}

/** The cursor of such a text; undefined when it is none. */
export function parseCursor(text: string): Cursor | undefined {
  const [, first, second] = TEXT.exec(text) ?? []
  if (first === undefined || second === undefined) return undefined
  const cursor = { xid: BigInt(first), position: BigInt(second) }
  return cursor.xid <= XID_MAX && cursor.position <= POSITION_MAX ? cursor : undefined
}

/** Negative when `one` comes before `other`, 0 when they are the same place. */
export function compareCursors(one: Cursor, other: Cursor): number {
  if (one.xid !== other.xid) return one.xid < other.xid ? -1 : 1
  if (one.position !== other.position) return one.position < other.position ? -1 : 1
  return 0
}
