import type { Mark } from './cache-mark.ts'
import type { Row } from './history.ts'
import type { FloorOf } from './judge.ts'

/** However the changes of others come, nobody goes on for so long without them. */
const BOUND_MS = 20_000
/** `Age` is told in whole seconds. */
const AGE_SLACK_MS = 2_000

/** What a client brings along after a write. */
export interface Token {
  readonly text: string
  readonly row: Row
  readonly version: number
  /** When the write was sent: whatever was acknowledged before is older. */
  readonly startedMs: number
}

/** What the answers to a question at one node have shown so far. */
export interface Memory {
  readonly seen: ReadonlyMap<Row, number>
  /** When the last answer came that was not kept. */
  readonly loadedMs: number
}

/** A question that was asked, and how it was answered. */
export interface Asked {
  readonly node: number
  readonly startedMs: number
  /** As it was then. */
  readonly before: Memory | undefined
  readonly token: Token | undefined
  readonly mark: Mark
  /** What is not kept may come from a standby that has less than others. */
  readonly readsReplicas: boolean
}

/** How old each row may be in the answer at most. What says that it is stale has to be within its age, and have what its token asks for. */
export function floorsOf(asked: Asked): FloorOf {
  const { node, startedMs, before, token, mark, readsReplicas } = asked
  const isOwn = !readsReplicas || mark.from === 'hit'
  const isMonotone = isOwn && (!readsReplicas || startedMs > (before?.loadedMs ?? 0))
  return row => {
    let floor = { version: 0, why: '' }
    const atLeast = (version: number, why: string): void => {
      if (version > floor.version) floor = { version, why }
    }
    if (token !== undefined) atLeast(versionOf(token, row), 'is of its token')
    if (mark.ageMs !== undefined && !readsReplicas) {
      const readMs = startedMs - mark.ageMs - AGE_SLACK_MS
      atLeast(row.acknowledgedBefore(readMs), `is older than its age of ${mark.ageMs} ms`)
    }
    if (mark.from === 'stale') return floor
    if (isOwn) atLeast(row.acknowledgedAt(node, startedMs), 'was written here')
    if (isMonotone) atLeast(before?.seen.get(row) ?? 0, 'was seen here')
    atLeast(row.acknowledgedBefore(startedMs - BOUND_MS), 'was written long ago')
    return floor
  }
}

/** What was acknowledged before the write was sent was committed before it. */
function versionOf(token: Token, row: Row): number {
  return token.row === row ? token.version : row.acknowledgedBefore(token.startedMs)
}

export interface Answered {
  readonly mark: Mark
  readonly seen: ReadonlyMap<Row, number>
  readonly endedMs: number
  readonly readsReplicas: boolean
}

/**
 * Answers of one database never go back. Of several, what was read from a standby may be older than what was kept before, and takes
 * its place.
 */
export function remembered(before: Memory | undefined, answered: Answered): Memory {
  const { mark, seen, endedMs, readsReplicas } = answered
  const known = before ?? { seen: new Map<Row, number>(), loadedMs: 0 }
  if (mark.from === 'stale') return known
  const isLoad = mark.from !== 'hit'
  if (readsReplicas && isLoad) return { seen, loadedMs: endedMs }
  const merged = new Map(known.seen)
  for (const [row, version] of seen) merged.set(row, Math.max(version, merged.get(row) ?? 0))
  return { seen: merged, loadedMs: isLoad ? endedMs : known.loadedMs }
}
