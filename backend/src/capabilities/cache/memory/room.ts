import type { MemoryRules } from './options.ts'

/** What the room for entries is decided by. */
export interface Load {
  /** Those that are there, and their bytes. */
  readonly entries: number
  readonly bytes: number
  /** The estimated share of hits with room for so many. */
  hitShare(entries: number): number
}

/** Nearly full is full: values leave for other reasons too. */
const FULL = 0.9
/** It is given back when half of it brings less than this part of what it would have to bring to be given. */
const GIVEN_BACK = 1 / 4

/**
 * For how many entries there is to be room, after there was room for so many. Doubled where that pays, or where several doublings
 * together do: a loop has no hits at all until it fits. Halved where it does not, and where the bytes do not suffice.
 */
export function roomFor(load: Load, room: number, rules: MemoryRules): number {
  const most = mostEntries(load, rules)
  if (room > most) return most
  if (load.entries >= room * FULL && growthPays(load, room, most, rules)) {
    return Math.min(room * 2, most)
  }
  const half = Math.ceil(room / 2)
  const lost = load.hitShare(room) - load.hitShare(half)
  const isIdle = half >= rules.entriesMin && lost < rules.growthGainMin * GIVEN_BACK
  return isIdle ? half : room
}

function mostEntries({ entries, bytes }: Load, rules: MemoryRules): number {
  const fitting = bytes === 0 ? rules.entriesMax : Math.floor((rules.bytesMax / bytes) * entries)
  return Math.max(rules.entriesMin, Math.min(rules.entriesMax, fitting))
}

function growthPays(
  load: Load,
  room: number,
  most: number,
  { growthGainMin }: MemoryRules,
): boolean {
  const now = load.hitShare(room)
  for (let larger = Math.min(room * 2, most); larger > room; ) {
    const gain = load.hitShare(larger) - now
    if (gain >= growthGainMin * Math.log2(larger / room)) return true
    if (larger === most) return false
    larger = Math.min(larger * 2, most)
  }
  return false
}
