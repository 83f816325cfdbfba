/** Something changed. `keys` undefined: anything under the tag may have. */
export interface Change<Stamp, Data> {
  /** What it is about: a table, a collection, a tenant. */
  readonly tag: string
  readonly keys: readonly string[] | undefined
  /** What tests of dependencies look at; undefined: not known, so that every test counts as satisfied. */
  readonly data: Data | undefined
  readonly stamp: Stamp
}

/**
 * What a value depends on. The narrowest that is given counts: keys (some rows), test (rows that satisfy it), neither (all of
 * the tag). `index` promises that the test is satisfied only by data with this value at this place, so that thousands of tests
 * are looked up instead of run.
 */
export interface Dependency<Data> {
  readonly tag: string
  readonly keys?: readonly string[]
  readonly index?: { readonly field: string; readonly value: string }
  readonly test?: (data: Data) => boolean
}

/** How narrowly a change was matched. */
export type Precision = 'row' | 'predicate' | 'table'

/**
 * The version of a value says what it was read from; a stamp says when a change was made. Both are opaque to the cache.
 * `createSequenceCoherence` makes one for loaders that know no versions.
 */
export interface Coherence<Version, Stamp> {
  /** Does a value of this version already contain that change? */
  includes(version: Version, stamp: Stamp): boolean
  /**
   * Does it contain every change whose stamp is not later than this one? Asked about changes that are no longer remembered one by
   * one. Where it does, it includes each of them, and all that is asked about earlier stamps.
   */
  includesAll(version: Version, upTo: Stamp): boolean
  /** The later of two stamps, in an order that all stamps have. */
  later(one: Stamp, other: Stamp): Stamp
}

/** What the first level looks at in what it keeps. Times are those of the clock's `now()`. */
export interface Kept {
  /** From then on it is of no use to anybody. */
  readonly staleUntil: number
  readonly bytes: number
}

/** Why an entry left the first level without being asked to. */
export type Departure = 'evicted' | 'expired'

/** The first level: what a process keeps in memory. Everything is synchronous. */
export interface MemoryStore<Entry extends Kept> {
  /** The entry, counted as a use. It may be past `staleUntil`: the caller looks. */
  get(key: string): Entry | undefined
  /** The entry, not counted. */
  peek(key: string): Entry | undefined
  /** Keeps it in place of what was there. False: it is too large. */
  set(key: string, entry: Entry): boolean
  delete(key: string): boolean
  clear(): void
  /** Called for each entry that leaves by itself; at most one listener. */
  onDeparture(listener: (key: string, entry: Entry, why: Departure) => void): void
  stats(): MemoryStats
}

export interface MemoryStats {
  readonly entries: number
  readonly bytes: number
  /** How many may be there now, between the bounds. */
  readonly entriesMax: number
  readonly bytesMax: number
  readonly evictions: number
  readonly expirations: number
  /** Estimated share of hits, from 0 to 1, by number of entries; smallest first. */
  readonly curve: readonly CurvePoint[]
}

export interface CurvePoint {
  readonly entries: number
  readonly hitShare: number
}

/** Changes that were told lately. A value is judged by them when it is about to be kept. */
export interface ChangeLog<Version, Stamp, Data> {
  add(change: Change<Stamp, Data>): void
  /**
   * From now on everything that was read before is old: what is under the tag, or all. Before: all that does not contain every
   * change up to this stamp; without one, all whose load had begun (see `flushes`).
   */
  flush(tag?: string, upTo?: Stamp): void
  /** Flushes without a stamp so far. A load notes it when it begins and brings it along. */
  readonly flushes: number
  /**
   * Is there a change or a flush, not contained in `version`, that concerns one of these? What is no longer remembered counts as
   * one. `flushesSeen`: what `flushes` was when the load began; default 0, which any flush without a stamp makes old.
   */
  madeOld(
    dependencies: readonly Dependency<Data>[],
    version: Version,
    flushesSeen?: number,
  ): Precision | undefined
}

/** Which entries a change concerns. */
export interface Dependents<Data> {
  register(key: string, dependencies: readonly Dependency<Data>[]): void
  unregister(key: string): void
  /** Each key once, with the narrowest precision by which it is concerned. May be unregistered while this is gone through. */
  touched(change: Change<unknown, Data>): Iterable<Touched>
  /** The keys of all entries that depend on something of the tag; without one, of all. */
  under(tag?: string): Iterable<string>
  /** Forgets all entries. */
  clear(): void
}

export interface Touched {
  readonly key: string
  readonly precision: Precision
}

/** The second level: bytes that all nodes share. Never rejects and never hangs. */
export interface SharedStore {
  /** `unavailable`: nobody can say now whether there is something. */
  get(key: string): Promise<Buffer | 'unavailable' | undefined>
  /** `fence`: of the lease under which it was loaded; a later holder's value is not overwritten. */
  set(key: string, bytes: Buffer, options: SharedSet): Promise<void>
  delete(keys: readonly string[]): Promise<void>
  clear(): Promise<void>
  stats(): SharedStats
}

export interface SharedSet {
  readonly ttlMs: number
  readonly fence?: number | undefined
}

export interface SharedStats {
  readonly isReady: boolean
  /** Estimated; undefined: nobody has said yet. */
  readonly entries: number | undefined
  readonly evictions: number
  readonly failures: number
  /** Of the latest commands, in milliseconds. */
  readonly latencyP50Ms: number | undefined
  readonly latencyP99Ms: number | undefined
}

/** The right to load a key for all nodes. */
export interface Lease {
  readonly kind: 'held'
  readonly token: string
  /** Grows with each holder of the key. */
  readonly fence: number
  /**
   * Something is in the second level for this key: look again before loading, for it may have been stored since you looked. Undefined:
   * nothing is known.
   */
  readonly isStored?: boolean
}

/** Single flight across processes. Never rejects: without Redis everybody loads. */
export interface Leases {
  /**
   * The lease; or `taken` by somebody else; or `unavailable`, so that everybody loads.
   */
  acquire(key: string): Promise<Lease | 'taken' | 'unavailable'>
  /** Tells those who wait. May be called when the lease was lost. */
  release(key: string, lease: Lease): Promise<void>
  /**
   * Until the holder has `released`; or the lease is `gone`, most likely because its holder died; or `waitMs` is over; or nobody
   * can say any more.
   */
  wait(key: string): Promise<LeaseEnd>
}

export type LeaseEnd = 'released' | 'gone' | 'timeout' | 'unavailable'

/** Messages between nodes, in one order for all, resumed after an interruption. */
export interface Bus {
  /** Resolves with its place in the order once it is in the stream; undefined: it could not be sent yet, and will be tried again. */
  send(text: string): Promise<string | undefined>
  /** Hears the others from now on. `place` is comparable by `comparePlaces`. */
  start(listener: BusListener): Promise<void>
  /** All before and at this place has been delivered here. */
  readonly place: string | undefined
  /** Longer out of touch than allowed. */
  readonly isBehind: boolean
  close(): Promise<void>
}

export interface BusListener {
  onMessage(text: string, place: string): void
  /** Something may have been missed; the messages go on after this. */
  onGap(reason: string): void
}

/** Values and versions as bytes, for the second level. */
export interface Codec<T, Version> {
  encode(value: T): Buffer
  /** Throws for what it does not understand: that is a miss. */
  decode(bytes: Buffer): T
  encodeVersion(version: Version): string
  decodeVersion(text: string): Version
}
