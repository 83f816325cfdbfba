import type { Coherence } from '../types.ts'

/** Versions and stamps are numbers that one process counts: for what is loaded from where nobody tells versions. */
export interface SequenceCoherence extends Coherence<number, number> {
  /** The version of a load that begins now: it may be asked for before the load, never after. */
  version(): number
  /** The stamp of a change that is heard of now. */
  stamp(): number
}

/**
 * A value contains exactly the changes that were heard of before its load began. So a change during the load makes it old,
 * although it may have seen it: one load too many, never an old value. The numbers mean nothing to another process.
 */
export function createSequenceCoherence(): SequenceCoherence {
  let heard = 0
  return {
    version: () => heard,
    stamp: () => ++heard,
    includes: (version, stamp) => stamp <= version,
    includesAll: (version, upTo) => upTo <= version,
    later: Math.max,
  }
}
