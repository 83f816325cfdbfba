import type { Observer } from '../../base/index.ts'
import type { CacheEvent } from './events.ts'
import type { Happening } from './happening.ts'
import type { Bus } from './types.ts'

/** What the caches of other processes have to tell. */
export interface NeighboursListener<Data> {
  onHappening(happening: Happening<Data>, place: string): void
  onFlush(reason: string): void
  /** Heard from now on. */
  onJoined(): void
}

export interface NeighboursParts<Data> {
  readonly bus: Bus
  readonly observe: Observer<CacheEvent>
  readonly listener: NeighboursListener<Data>
}

/** The caches of other processes, over the bus. */
export class Neighbours<Data> {
  readonly #bus: Bus
  readonly #observe: Observer<CacheEvent>
  #wasBehind = false

  constructor({ bus, observe, listener }: NeighboursParts<Data>) {
    this.#bus = bus
    this.#observe = observe
    void this.#start(listener)
  }

  /** Do their changes not arrive? Told once each time that it changes. */
  get isBehind(): boolean {
    const { isBehind } = this.#bus
    if (isBehind !== this.#wasBehind) {
      this.#wasBehind = isBehind
      this.#observe({ kind: isBehind ? 'cache.behind' : 'cache.caught-up' })
    }
    return isBehind
  }

  /** Undefined: everything. Answers its place on the bus. */
  tell(happening: Happening<Data> | undefined): Promise<string | undefined> {
    return this.#bus.send(JSON.stringify(happening ?? FLUSH))
  }

  close(): Promise<void> {
    return this.#bus.close()
  }

  async #start(listener: NeighboursListener<Data>): Promise<void> {
    await this.#bus.start({
      onMessage: (text, place) => {
        const happening = happeningOf<Data>(text)
        if (happening === undefined)
          listener.onFlush('another process flushed it, or told something unknown')
        else listener.onHappening(happening, place)
      },
      onGap: listener.onFlush,
    })
    listener.onJoined()
  }
}

const FLUSH = {}

/** Undefined for a flush, and for what cannot be read: it may mean anything. */
function happeningOf<Data>(text: string): Happening<Data> | undefined {
  try {
    const { tag, keys, data } = JSON.parse(text) as Partial<Happening<Data>>
    return typeof tag === 'string' ? { tag, keys, data } : undefined
  } catch {
    return undefined
  }
}
