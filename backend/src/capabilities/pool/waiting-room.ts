import { noneOfEach, type PerClass, POOL_CLASSES, type PoolClass } from './classes.ts'
import { TenantQueue } from './tenant-queue.ts'
import type { Waiter } from './waiting-list.ts'

/** Everybody who waits, by class. */
export class WaitingRoom<T> {
  /** How many of each class. */
  readonly waiting: Readonly<PerClass>
  readonly #counts: PerClass = noneOfEach()
  readonly #queues: Readonly<Record<PoolClass, TenantQueue<T>>> = {
    interactive: new TenantQueue(),
    batch: new TenantQueue(),
    realtime: new TenantQueue(),
    admin: new TenantQueue(),
  }
  #size = 0

  constructor() {
    this.waiting = this.#counts
  }

  get size(): number {
    return this.#size
  }

  add(waiter: Waiter<T>): void {
    this.#queues[waiter.kind].add(waiter)
    this.#counts[waiter.kind]++
    this.#size++
  }

  /** The next of a class, taken off. */
  take(kind: PoolClass): Waiter<T> | undefined {
    const waiter = this.#queues[kind].take()
    if (waiter === undefined) return undefined
    this.#counts[kind]--
    this.#size--
    return waiter
  }

  /** As of `TenantQueue`. */
  charge(kind: PoolClass, tenant: string, turns: number): void {
    this.#queues[kind].charge(tenant, turns)
  }

  /** When the one who waits longest came; undefined when nobody waits. */
  oldest(): number | undefined {
    let oldest: number | undefined
    for (const kind of POOL_CLASSES) {
      const since = this.#queues[kind].oldest()
      if (since !== undefined && (oldest === undefined || since < oldest)) oldest = since
    }
    return oldest
  }

  /** Takes off all that `leaves` says yes to. */
  remove(leaves: (waiter: Waiter<T>) => boolean): readonly Waiter<T>[] {
    if (this.#size === 0) return []
    return POOL_CLASSES.flatMap(kind => {
      const left = this.#queues[kind].remove(leaves)
      this.#counts[kind] -= left.length
      this.#size -= left.length
      return left
    })
  }
}
