import type { Observer } from '../../base/index.ts'
import type { CacheEvent } from './events.ts'
import type { FirstLevel } from './first-level.ts'
import { type Happening, OWN_KEY } from './happening.ts'
import type { Knowledge } from './knowledge.ts'
import { Neighbours } from './neighbours.ts'
import type { SecondLevel } from './second-level.ts'
import type { Bus, Change, Coherence } from './types.ts'

export interface NewsParts<T, Version, Stamp, Data> {
  readonly knowledge: Knowledge<Version, Stamp, Data>
  readonly first: FirstLevel<T, Version, Data>
  readonly second: SecondLevel<T, Version, Data> | undefined
  readonly coherence: Coherence<Version, Stamp> | undefined
  readonly bus: Bus | undefined
  readonly observe: Observer<CacheEvent>
}

/** What has changed, from wherever it is heard: what is old then, and who else has to know. */
export class News<T, Version, Stamp, Data> {
  readonly #parts: NewsParts<T, Version, Stamp, Data>
  readonly #neighbours: Neighbours<Data> | undefined

  constructor(parts: NewsParts<T, Version, Stamp, Data>) {
    this.#parts = parts
    const { knowledge, bus, observe } = parts
    const listener = {
      onHappening: (happening: Happening<Data>, place: string) => this.#hear(happening, place),
      onFlush: (reason: string) => this.#flushAll(reason),
      onJoined: () => knowledge.join(),
    }
    this.#neighbours = bus && new Neighbours<Data>({ bus, observe, listener })
  }

  /** Do changes of other processes not arrive? */
  get isBehind(): boolean {
    return this.#neighbours?.isBehind === true
  }

  /** Stamped by a log that everybody reads. */
  told(change: Change<Stamp, Data>): void {
    const { knowledge, first, coherence } = this.#parts
    if (coherence === undefined) return void this.make(change)
    knowledge.told(change)
    first.change(
      change,
      ({ version }) => version !== undefined && coherence.includes(version, change.stamp),
    )
  }

  /** Made here. */
  async make(happening: Happening<Data>): Promise<void> {
    const { knowledge, first, second } = this.#parts
    const placed = knowledge.made(happening)
    const old = first.change(happening, () => false)
    const keys = happening.tag === OWN_KEY ? (happening.keys ?? []) : old
    const told = this.#neighbours?.tell(happening).then(placed)
    const deleted = keys.length > 0 ? second?.delete(keys) : undefined
    await Promise.all([told, deleted])
  }

  async flush(tag: string | undefined): Promise<void> {
    if (tag !== undefined) return this.make({ tag, keys: undefined, data: undefined })
    this.#flushAll('by hand')
    await Promise.all([this.#neighbours?.tell(undefined), this.#parts.second?.clear()])
  }

  flushTold(tag: string | undefined, upTo: Stamp): void {
    const { knowledge, first } = this.#parts
    knowledge.flushTold(tag, upTo)
    first.flush(tag)
  }

  async close(): Promise<void> {
    await this.#neighbours?.close()
  }

  /** Made elsewhere. */
  #hear(happening: Happening<Data>, place: string): void {
    const { knowledge, first } = this.#parts
    knowledge.heardOf(happening, place)
    first.change(happening, origin => knowledge.contains(origin, place))
  }

  #flushAll(reason: string): void {
    const { knowledge, first, observe } = this.#parts
    if (knowledge.isJoined) observe({ kind: 'cache.flushed', reason }) // Before, there was little.
    knowledge.flush()
    first.flush(undefined)
  }
}
