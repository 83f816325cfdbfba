import type { Entry } from './entry.ts'
import type { Origin } from './origin.ts'
import type { Dependency } from './types.ts'

/** What a load has brought. */
export interface Landing<T, Version, Data> {
  readonly entry: Entry<T, Version, Data>
  readonly from: 'l2' | 'loaded'
  /** It contains all changes up to this number, for whoever asked for it. */
  readonly upTo: number
}

/** One load that is under way, and those who wait for it. */
export class Flight<T, Version, Data> {
  readonly promise: Promise<Landing<T, Version, Data>>
  /** What it will depend on, where that is known before. */
  readonly dependencies: readonly Dependency<Data>[] | undefined
  readonly #isForced: boolean
  /** Set when the loader is called: until then it will contain whatever changes. */
  origin: Origin<Version> | undefined
  /** What the second level had, and is no longer fresh. */
  spare: Entry<T, Version, Data> | undefined
  /** It goes on when nobody waits. */
  isBackground = false
  waiters = 0
  /** Its promise is settled: what comes now comes late. */
  isOver = false
  readonly #controller = new LazyController()
  #land: (landing: Landing<T, Version, Data>) => void = ignore
  #crash: (error: unknown) => void = ignore

  constructor(dependencies: readonly Dependency<Data>[] | undefined, isForced: boolean) {
    this.dependencies = dependencies
    this.#isForced = isForced
    this.promise = new Promise((resolve, reject) => {
      this.#land = resolve
      this.#crash = reject
    })
    this.promise.catch(ignore) // A load in the background may fail with nobody there.
  }

  /** What it brings comes from the loader. */
  get isFromLoader(): boolean {
    return this.#isForced || this.origin !== undefined
  }

  /** Tells the loader that nobody wants it any more. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  land(landing: Landing<T, Version, Data>): void {
    this.isOver = true
    this.#land(landing)
  }

  crash(error: unknown): void {
    this.isOver = true
    this.#crash(error)
  }

  /** Nobody waits any more, and the loader is told. */
  abort(reason: unknown): void {
    this.crash(reason)
    this.#controller.abort(reason)
  }
}

function ignore(): void {}

/** Most loaders do not look at their signal, and it costs more than a promise. */
class LazyController {
  #controller: AbortController | undefined
  #aborted: { readonly reason: unknown } | undefined

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason)
    return this.#controller.signal
  }

  abort(reason: unknown): void {
    this.#aborted = { reason }
    this.#controller?.abort(reason)
  }
}
