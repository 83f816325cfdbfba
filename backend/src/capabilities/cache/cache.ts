import type { Clock, Observer } from '../../base/index.ts'
import type { FieldsOf } from './changes/concern.ts'
import type { Entry } from './entry.ts'
import type { CacheEvent } from './events.ts'
import type { Load, Loaded } from './loader.ts'
import type { CacheOptions } from './options.ts'
import type { Ask, Policy } from './policy.ts'
import type { OnOld } from './first-level.ts'
import type { Result } from './result.ts'
import type { CacheStats } from './stats.ts'
import type { Bus, Change, Codec, Coherence, Leases, MemoryStore, SharedStore } from './types.ts'

/**
 * Values by key: in memory, in what all processes share, or loaded. Whatever a change concerns that was told here is not answered
 * to anybody who asks after that, unless they allow it (`staleIfErrorMs`).
 *
 * What is told takes effect in this process at once, before the call returns; its promise resolves when the second level and the
 * other processes have been told, as far as they can be reached. None of these promises rejects.
 */
export interface Cache<T, Version = undefined, Stamp = undefined, Data = undefined> {
  /** What is in memory and may be answered at once. No promise, and nothing is loaded: undefined where `get` has something to do. */
  peek(key: string, ask?: Ask): Result<T> | undefined
  /**
   * The value, loaded if need be: once, however many ask. Rejects with what the loader throws, ST640 when it takes too long, ST641
   * when only what is stored was wanted, ST642 after `close`, or the reason of the policy's signal.
   */
  get(key: string, load: Load<T, Version, Data>, policy?: Policy<Data>): Promise<Result<T>>
  /** Keeps what the caller has from somewhere else, such as what it has just written. Loads under way do not overwrite it. */
  set(key: string, loaded: Loaded<T, Version, Data>, policy?: Policy<Data>): Promise<void>
  /**
   * Called before a caller writes: keeps what came of that, with what is known of changes from now on held against it. See `Add`.
   */
  adding(): Add<T, Version, Data>
  delete(key: string): Promise<void>
  /** Told by a log that all processes read: stamped, and not passed on. */
  change(change: Change<Stamp, Data>): void
  /** Told by this program: something under a tag has changed, or these keys of it. The other processes are told. */
  invalidate(tag: string, keys?: readonly string[], data?: Data): Promise<void>
  /**
   * Everything, or all under a tag, is old. With a stamp: what does not contain every change up to it; then nobody else is told.
   * Everything up to a stamp also says that all changes after it will be told, as `heardSince` does.
   */
  flush(tag?: string, upTo?: Stamp): Promise<void>
  stats(): CacheStats
  /** Rejects what is under way with ST642. What it was made with stays open, but for the bus. */
  close(): Promise<void>
}

/**
 * Keeps a value in memory, and only where none is kept that is still right and none is being loaded: either may be newer. Answers
 * whether it did.
 */
export type Add<T, Version, Data> = (
  key: string,
  loaded: Loaded<T, Version, Data>,
  policy?: Policy<Data>,
) => boolean

export interface CacheSetup<T, Version = undefined, Stamp = undefined, Data = undefined>
  extends CacheOptions {
  /** Default: a memory store with its defaults. */
  readonly l1?: MemoryStore<Entry<T, Version, Data>>
  readonly l2?: SharedStore | undefined
  /** Single flight across processes; only with a second level, where the others find what was loaded. */
  readonly leases?: Leases | undefined
  /** Tells the other processes what was changed through this cache. */
  readonly bus?: Bus | undefined
  /** Where changes come from a log that stamps them. Then every value must say its version: one without is not kept. */
  readonly coherence?: Coherence<Version, Stamp> | undefined
  /** All changes after this one will be told. Without it, what others have stored is not taken for known. Only with `coherence`. */
  readonly heardSince?: Stamp | undefined
  /** Hears of each kept value that a change, or a flush, has made old: under which tag, and how narrowly it was matched. */
  readonly onOld?: OnOld | undefined
  /** For dependencies with an `index`. */
  readonly fieldsOf?: FieldsOf<Data> | undefined
  /** How values are written for the second level. Default: JSON. */
  readonly codec?: Codec<T, Version>
  readonly clock?: Clock
  /** From 0 to 1. Default `Math.random`. */
  readonly random?: () => number
  readonly observe?: Observer<CacheEvent>
}
