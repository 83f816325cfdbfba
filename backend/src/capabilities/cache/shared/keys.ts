/** The names of everything in Redis that belongs together. */
export interface SharedKeys {
  /** What the names of values begin with; their key follows. */
  readonly entry: string
  readonly lease: string
  /** Sorted by worth: the least one leaves first. */
  readonly scores: string
  /** Sorted by the end of their time, in milliseconds since 1970. */
  readonly ends: string
  /** Bytes of each. */
  readonly sizes: string
  /** What has left lately, by its worth. */
  readonly ghosts: string
  /** Taken out of the index by `clear` and not deleted yet. */
  readonly cleared: string
  readonly totals: string
  /** A channel: keys whose leases have ended. */
  readonly released: string
}

/** All with one hash tag, so that in a cluster they are on one node, and a script may touch them together. */
export function keysOf(name: string): SharedKeys {
  const tag = `{${name}}`
  return Object.freeze({
    entry: `${tag}:entry:`,
    lease: `${tag}:lease:`,
    scores: `${tag}:scores`,
    ends: `${tag}:ends`,
    sizes: `${tag}:sizes`,
    ghosts: `${tag}:ghosts`,
    cleared: `${tag}:cleared`,
    totals: `${tag}:totals`,
    released: `${tag}:released`,
  })
}

/** In this order every script of the store gets them. */
export function indexKeys(keys: SharedKeys): readonly string[] {
  const { entry, lease, scores, ends, sizes, ghosts, cleared, totals, released } = keys
  return [entry, lease, scores, ends, sizes, ghosts, cleared, totals, released]
}
