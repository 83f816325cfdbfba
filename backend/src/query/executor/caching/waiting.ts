import type { CancelSignal } from '../../../capabilities/pool/index.ts'

/** One request that waits for a read. */
class Waiter {
  readonly #signal: CancelSignal | undefined
  #hasLeft = false

  constructor(signal: CancelSignal | undefined) {
    this.#signal = signal
  }

  get isGone(): boolean {
    return this.#hasLeft || this.#signal?.aborted === true
  }

  leave(): void {
    this.#hasLeft = true
  }
}

/** All requests that wait for one key: aborted when each of them has gone without an answer. */
class Group implements CancelSignal {
  /** Somebody has got an answer: what still runs was begun to be kept. */
  isAnswered = false
  readonly waiters = new Set<Waiter>()

  get aborted(): boolean {
    if (this.isAnswered) return false
    for (const waiter of this.waiters) if (!waiter.isGone) return false
    return true
  }
}

/** A place among those who wait. */
export interface Place {
  /** Of all who wait for the key. */
  readonly signal: CancelSignal
  /** It has what it waited for. */
  answered(): void
  /** It has gone without. */
  left(): void
}

/** Who waits for which key, so that a read is cancelled when nobody wants it any more, and not before. */
export class Waiting {
  readonly #groups = new Map<string, Group>()

  enter(key: string, signal: CancelSignal | undefined): Place {
    const group = this.#groupOf(key)
    const waiter = new Waiter(signal)
    group.waiters.add(waiter)
    return {
      signal: group,
      answered: () => {
        group.isAnswered = true
        this.#leave(key, group, waiter)
      },
      left: () => {
        waiter.leave()
        this.#end(key, group)
      },
    }
  }

  #groupOf(key: string): Group {
    let group = this.#groups.get(key)
    if (group === undefined) {
      group = new Group()
      this.#groups.set(key, group)
    }
    return group
  }

  #leave(key: string, group: Group, waiter: Waiter): void {
    group.waiters.delete(waiter)
    this.#end(key, group)
  }

  /** Those who come later are another group: nobody of this one waits any more. */
  #end(key: string, group: Group): void {
    for (const waiter of group.waiters) if (!waiter.isGone) return
    if (this.#groups.get(key) === group) this.#groups.delete(key)
  }
}

/** Aborted when one of the two is. */
export function either(one: CancelSignal, other: CancelSignal): CancelSignal {
  return {
    get aborted() {
      return one.aborted || other.aborted
    },
  }
}
