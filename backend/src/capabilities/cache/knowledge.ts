import type { Clock } from '../../base/index.ts'
import { createChangeLog } from './changes/change-log.ts'
import type { FieldsOf } from './changes/concern.ts'
import { createSequenceCoherence } from './changes/sequence-coherence.ts'
import { type Happening, OWN_KEY } from './happening.ts'
import type { Origin, Place } from './origin.ts'
import { createPending } from './pending.ts'
import { type Placing, placeCoherence, SKEW_MAX_MS } from './place-coherence.ts'
import type { Change, ChangeLog, Coherence, Dependency, Precision } from './types.ts'

export interface KnowledgeParts<Version, Stamp, Data> {
  readonly node: string
  readonly clock: Clock
  readonly changesMax: number
  readonly coherence: Coherence<Version, Stamp> | undefined
  /** Changes after this one are told here. */
  readonly heardSince: Stamp | undefined
  readonly fieldsOf: FieldsOf<Data> | undefined
  /** Undefined without a bus. */
  readonly placing: Placing | undefined
}

/**
 * All that this process has heard of lately, and so what is old. Three logs, because a value is judged by what its origin can
 * be compared with: loaded here, by the number of changes heard; loaded elsewhere, by the place on the bus; and by the version
 * that its loader gave.
 */
export class Knowledge<Version, Stamp, Data> {
  readonly #parts: KnowledgeParts<Version, Stamp, Data>
  readonly #sequence = createSequenceCoherence()
  readonly #here: ChangeLog<number, number, Data>
  #elsewhere: ChangeLog<Origin<unknown>, Place, Data>
  /** What was loaded elsewhere before cannot be compared: the bus may have begun anew since. Milliseconds since 1970. */
  #notBefore = 0
  #isJoined = false
  readonly #told: ChangeLog<Version, Stamp, Data> | undefined
  /** The same by when they were heard, for loads that have no version yet. */
  readonly #toldHere: ChangeLog<number, number, Data> | undefined
  readonly #pending = createPending<Data>()
  /** Is there a stamp after which all changes are told? Then values of other processes can be judged by their versions. */
  #isTold = false

  constructor(parts: KnowledgeParts<Version, Stamp, Data>) {
    const { changesMax, fieldsOf, coherence } = parts
    this.#parts = parts
    this.#here = createChangeLog({ changesMax, fieldsOf, coherence: this.#sequence })
    this.#elsewhere = this.#logElsewhere()
    this.#told = coherence && createChangeLog({ changesMax, fieldsOf, coherence })
    this.#toldHere =
      coherence && createChangeLog({ changesMax, fieldsOf, coherence: this.#sequence })
    if (parts.heardSince !== undefined) this.flushTold(undefined, parts.heardSince)
  }

  /** Changes heard so far. */
  get heard(): number {
    return this.#sequence.version()
  }

  /** Is there a place on the bus from which on everything was heard? Without a bus: always. */
  get isJoined(): boolean {
    return this.#isJoined || this.#parts.placing === undefined
  }

  /** What is loaded from now on is read from here. */
  origin(): Origin<Version> {
    const { node, clock, placing } = this.#parts
    const place = placing?.place
    return { node, heard: this.heard, place, atEpochMs: clock.epochMs(), version: undefined }
  }

  /** Told by the log that gives stamps. Whoever was given a version that contains it has nothing to fear. */
  told(change: Change<Stamp, Data>): void {
    this.#told?.add(change)
    this.#toldHere?.add({ ...change, stamp: this.#sequence.stamp() })
  }

  /** Made through this cache. The returned function says where it has come to stand on the bus. */
  made(happening: Happening<Data>): (place: string | undefined) => void {
    this.#here.add({ ...happening, stamp: this.#sequence.stamp() })
    const stamp = this.#now(undefined)
    if (this.#pending.size >= this.#parts.changesMax) this.#startAnew()
    if (this.#parts.placing === undefined) {
      this.#elsewhere.add({ ...happening, stamp })
      return () => undefined
    }
    return this.#pending.add(happening, place => {
      this.#elsewhere.add({ ...happening, stamp: { ...stamp, place } })
    })
  }

  /** Made through the cache of another process. */
  heardOf(happening: Happening<Data>, place: string): void {
    this.#here.add({ ...happening, stamp: this.#sequence.stamp() })
    this.#elsewhere.add({ ...happening, stamp: this.#now(place) })
  }

  /** All that was read before now is old. */
  flush(): void {
    this.#here.flush(undefined, this.#sequence.stamp())
    this.#startAnew()
  }

  /** Nothing that was loaded elsewhere before now can be compared any more. */
  #startAnew(): void {
    this.#elsewhere = this.#logElsewhere()
    this.#pending.clear()
    if (this.isJoined) this.#notBefore = this.#parts.clock.epochMs() + SKEW_MAX_MS
    this.join()
  }

  /** The bus is heard from here on: what was loaded elsewhere before this place may be anything. */
  join(): void {
    const { placing } = this.#parts
    if (placing?.place === undefined) return
    this.#isJoined = true
    this.#elsewhere.flush(undefined, this.#now(placing.place))
  }

  /** All that does not contain every change up to this one is old, and what comes after it is told. */
  flushTold(tag: string | undefined, upTo: Stamp): void {
    if (tag === undefined) this.#isTold = true
    this.#told?.flush(tag, upTo)
    this.#toldHere?.flush(tag, this.#sequence.stamp())
  }

  /** Does a value from there contain what came over the bus at this place? */
  contains(origin: Origin<Version>, place: string | undefined): boolean {
    const { node, placing } = this.#parts
    if (origin.node === node || placing === undefined || place === undefined) return false
    return origin.place !== undefined && placing.isUpTo(place, origin.place)
  }

  /** Has something been heard, since this load began here, that concerns it? */
  hasPassed(
    key: string,
    dependencies: readonly Dependency<Data>[],
    { heard }: Origin<Version>,
  ): boolean {
    if (heard === this.heard) return false
    const all = [...dependencies, { tag: OWN_KEY, keys: [key] }]
    const log = this.#toldHere
    return this.#here.madeOld(all, heard) !== undefined || log?.madeOld(all, heard) !== undefined
  }

  /** Is there something that a value from there does not contain, and that concerns it? */
  madeOld(
    key: string,
    dependencies: readonly Dependency<Data>[],
    origin: Origin<Version>,
  ): Precision | undefined {
    return (
      this.#madeOldByCaches(key, dependencies, origin) ?? this.#madeOldByLog(dependencies, origin)
    )
  }

  #madeOldByCaches(
    key: string,
    dependencies: readonly Dependency<Data>[],
    origin: Origin<Version>,
  ): Precision | undefined {
    const { node, placing } = this.#parts
    const isOurs = origin.node === node
    if (isOurs && origin.heard === this.heard) return undefined
    const all = [...dependencies, { tag: OWN_KEY, keys: [key] }]
    if (isOurs) return this.#here.madeOld(all, origin.heard)
    if (origin.atEpochMs < this.#notBefore) return 'table'
    const isPlaced =
      placing === undefined || (placing.place !== undefined && origin.place !== undefined)
    if (!isPlaced) return 'table'
    return this.#pending.madeOld(all) ?? this.#elsewhere.madeOld(all, origin)
  }

  #madeOldByLog(
    dependencies: readonly Dependency<Data>[],
    { node, version }: Origin<Version>,
  ): Precision | undefined {
    if (this.#told === undefined) return undefined
    if (version === undefined) return 'table' // It cannot be compared.
    const isKnown = node === this.#parts.node || this.#isTold
    return isKnown ? this.#told.madeOld(dependencies, version) : 'table'
  }

  #logElsewhere(): ChangeLog<Origin<unknown>, Place, Data> {
    const { changesMax, fieldsOf, placing } = this.#parts
    return createChangeLog({ changesMax, fieldsOf, coherence: placeCoherence(placing) })
  }

  #now(place: string | undefined): Place {
    return { place, atEpochMs: this.#parts.clock.epochMs() }
  }
}
