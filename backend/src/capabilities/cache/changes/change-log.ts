import type { Change, ChangeLog, Coherence, Dependency, Precision } from '../types.ts'
import { concern, type FieldsOf, isWhole } from './concern.ts'
import { LogIndex, NONE } from './log-index.ts'
import { type Asked, isAllContained, isContained, type Logged } from './logged.ts'
import { Recent } from './recent.ts'

export interface ChangeLogSetup<Version, Stamp, Data> {
  readonly coherence: Coherence<Version, Stamp>
  /** Changes that are remembered, at most. Default 10_000. */
  readonly changesMax?: number
  /** Bytes that they may take together, about. Default 16 MiB. */
  readonly bytesMax?: number
  /** The bytes of a change's data, about. Default: 0. */
  readonly bytesOf?: (data: Data) => number
  /** Needed where dependencies have an `index`; without it their tests are run. */
  readonly fieldsOf?: FieldsOf<Data> | undefined
}

export interface MemorizingChangeLog<Version, Stamp, Data> extends ChangeLog<Version, Stamp, Data> {
  /** Whether what is no longer remembered is contained. What is not known is taken for old. */
  knows(version: Version, flushesSeen?: number): boolean
  stats(): ChangeLogStats
}

export interface ChangeLogStats {
  readonly changes: number
  readonly bytes: number
  /** No longer remembered, since the start. */
  readonly forgotten: number
}

/** What a change takes beside its data, and each of its keys. */
const CHANGE_BYTES = 300
const KEY_BYTES = 100

/**
 * Remembers the latest changes, to judge values that were read while they came. A row's changes are looked up, so it costs the
 * same however many there are; tests are run against those changes only that the value does not contain. What has to be
 * forgotten raises the floor: a value that does not contain all of that is old, whatever it depends on.
 */
export function createChangeLog<Version, Stamp, Data = undefined>(
  setup: ChangeLogSetup<Version, Stamp, Data>,
): MemorizingChangeLog<Version, Stamp, Data> {
  return new IndexedChangeLog(setup)
}

class IndexedChangeLog<Version, Stamp, Data> implements MemorizingChangeLog<Version, Stamp, Data> {
  readonly #coherence: Coherence<Version, Stamp>
  readonly #fieldsOf: FieldsOf<Data> | undefined
  readonly #bytesOf: ((data: Data) => number) | undefined
  readonly #changesMax: number
  readonly #bytesMax: number
  readonly #recent = new Recent<Logged<Stamp, Data>>()
  readonly #index = new LogIndex()
  #bytes = 0
  #flushes = 0
  /** Of all that came so far. */
  #upTo: Stamp | undefined
  #flushesUpTo = 0
  /** Of what is no longer remembered. */
  #floor: Stamp | undefined
  #flushesFloor = 0

  constructor(setup: ChangeLogSetup<Version, Stamp, Data>) {
    this.#coherence = setup.coherence
    this.#fieldsOf = setup.fieldsOf
    this.#bytesOf = setup.bytesOf
    this.#changesMax = setup.changesMax ?? 10_000
    this.#bytesMax = setup.bytesMax ?? 16 * 1_048_576
  }

  get flushes(): number {
    return this.#flushes
  }

  add(change: Change<Stamp, Data>): void {
    this.#upTo = this.#latest(this.#upTo, change.stamp)
    this.#remember(change, false, undefined)
  }

  flush(tag?: string, upTo?: Stamp): void {
    const flush = upTo === undefined ? ++this.#flushes : undefined
    if (tag === undefined) this.#raiseFloor(upTo, flush ?? 0)
    else {
      this.#upTo = this.#latest(this.#upTo, upTo)
      if (flush !== undefined) this.#flushesUpTo = flush
      this.#remember({ tag, keys: undefined, data: undefined, stamp: upTo }, true, flush)
    }
  }

  knows(version: Version, flushesSeen = 0): boolean {
    return this.#isKnown({ version, flushesSeen })
  }

  madeOld(
    dependencies: readonly Dependency<Data>[],
    version: Version,
    flushesSeen = 0,
  ): Precision | undefined {
    const asked = { version, flushesSeen }
    if (!this.#isKnown(asked)) return 'table'
    if (isAllContained(this.#upTo, this.#flushesUpTo, asked, this.#coherence)) return undefined
    for (const dependency of dependencies) {
      const precision = this.#madeOldBy(dependency, asked)
      if (precision !== undefined) return precision
    }
    return undefined
  }

  stats(): ChangeLogStats {
    const { first, size } = this.#recent
    return { changes: size, bytes: this.#bytes, forgotten: first }
  }

  #isKnown(asked: Asked<Version>): boolean {
    return isAllContained(this.#floor, this.#flushesFloor, asked, this.#coherence)
  }

  #madeOldBy(dependency: Dependency<Data>, asked: Asked<Version>): Precision | undefined {
    const { tag, keys } = dependency
    if (keys === undefined) {
      const newest = this.#index.newest(tag)
      const hasAny = isWhole(dependency, this.#fieldsOf)
      return this.#walk(
        newest,
        asked,
        it => it.olderOfTag,
        it => (hasAny ? 'table' : concern(dependency, it.change, this.#fieldsOf)),
      )
    }
    for (const key of keys) {
      const newest = this.#index.newestOfKey(tag, key)
      const found = this.#walk(
        newest,
        asked,
        it => olderOfKey(it, key),
        () => 'row',
      )
      if (found !== undefined) return found
    }
    return this.#walk(
      this.#index.newestWhole(tag),
      asked,
      it => it.olderWhole,
      () => 'table',
    )
  }

  /** Goes back from the newest until all that is left is contained, or forgotten. */
  #walk(
    newest: number,
    asked: Asked<Version>,
    olderThan: (logged: Logged<Stamp, Data>) => number,
    precisionOf: (logged: Logged<Stamp, Data>) => Precision | undefined,
  ): Precision | undefined {
    const { first } = this.#recent
    for (let place = newest; place >= first; ) {
      const logged = this.#recent.at(place)
      if (logged === undefined) return undefined
      const { upTo, flushesUpTo } = logged
      if (isAllContained(upTo, flushesUpTo, asked, this.#coherence)) return undefined
      if (!isContained(logged, asked, this.#coherence)) {
        const precision = precisionOf(logged)
        if (precision !== undefined) return precision
      }
      place = olderThan(logged)
    }
    return undefined
  }

  #remember(
    change: Change<Stamp | undefined, Data>,
    isFlush: boolean,
    flush: number | undefined,
  ): void {
    const { tag, keys } = change
    const place = this.#recent.next
    const logged: Logged<Stamp, Data> = {
      change,
      flush,
      isFlush,
      upTo: this.#upTo,
      flushesUpTo: this.#flushesUpTo,
      olderOfTag: this.#index.newest(tag),
      olderWhole: this.#index.newestWhole(tag),
      olderOfKeys: keys?.map(key => this.#index.newestOfKey(tag, key)) ?? [],
      bytes: this.#bytesTakenBy(change),
    }
    this.#recent.push(logged)
    this.#index.add(place, tag, keys)
    this.#bytes += logged.bytes
    while (this.#recent.size > this.#changesMax || this.#bytes > this.#bytesMax) this.#forget()
  }

  #forget(): void {
    const place = this.#recent.first
    const logged = this.#recent.shift()
    if (logged === undefined) return
    this.#bytes -= logged.bytes
    this.#index.drop(place, logged)
    this.#raiseFloor(logged.upTo, logged.flushesUpTo)
  }

  #raiseFloor(upTo: Stamp | undefined, flushes: number): void {
    this.#floor = this.#latest(this.#floor, upTo)
    this.#flushesFloor = Math.max(this.#flushesFloor, flushes)
  }

  #latest(one: Stamp | undefined, other: Stamp | undefined): Stamp | undefined {
    if (one === undefined || other === undefined) return one ?? other
    return this.#coherence.later(one, other)
  }

  #bytesTakenBy({ keys = [], data }: Change<unknown, Data>): number {
    let bytes = CHANGE_BYTES + (data === undefined ? 0 : (this.#bytesOf?.(data) ?? 0))
    for (const key of keys) bytes += KEY_BYTES + key.length
    return bytes
  }
}

/** A key that a change has twice is found at its first place, which points further back. */
function olderOfKey({ change, olderOfKeys }: Logged<unknown, unknown>, key: string): number {
  return olderOfKeys[change.keys?.indexOf(key) ?? NONE] ?? NONE
}
