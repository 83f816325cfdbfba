import { noneOfEach, type PerClass } from './classes.ts'
import type { Slot } from './slot.ts'

/** The open connections: the free ones, and how many are held by callers of each class. */
export class Slots {
  readonly #all = new Set<Slot>()
  /** The last given back is the next handed out: its caches are warm, and what is not needed grows old at the bottom. */
  readonly #idle: Slot[] = []
  readonly #held: PerClass = noneOfEach()

  get size(): number {
    return this.#all.size
  }

  get idle(): number {
    return this.#idle.length
  }

  /** In use, by a caller or between two of them. */
  get busy(): number {
    return this.#all.size - this.#idle.length
  }

  get held(): Readonly<PerClass> {
    return this.#held
  }

  all(): IterableIterator<Slot> {
    return this.#all.values()
  }

  has(slot: Slot): boolean {
    return this.#all.has(slot)
  }

  add(slot: Slot): void {
    this.#all.add(slot)
  }

  /** False: it had gone already. */
  remove(slot: Slot): boolean {
    if (!this.#all.delete(slot)) return false
    this.letGo(slot)
    const place = this.#idle.indexOf(slot)
    if (place >= 0) this.#idle.splice(place, 1)
    return true
  }

  takeIdle(): Slot | undefined {
    return this.#idle.pop()
  }

  putIdle(slot: Slot): void {
    this.#idle.push(slot)
  }

  /** Free ones, the longest unused first. */
  idleSlots(): readonly Slot[] {
    return [...this.#idle]
  }

  /** For something between two callers. */
  withdraw(slot: Slot): void {
    this.#idle.splice(this.#idle.indexOf(slot), 1)
  }

  hold(slot: Slot): void {
    slot.isHeld = true
    this.#held[slot.kind]++
  }

  letGo(slot: Slot): void {
    if (!slot.isHeld) return
    slot.isHeld = false
    this.#held[slot.kind]--
  }
}
