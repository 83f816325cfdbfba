import { Fifo, type Slot } from './fifo.ts'
import { Ghosts } from './ghosts.ts'

/** Uses are counted up to here. */
export const USES_MAX = 3
/** The share of the small queue: where it starts, and how far it may go. */
const SMALL_SHARE_MIN = 0.1
const SMALL_SHARE_MAX = 0.7
/** By how much one hit among the latest ghosts moves it. */
const STEP = 0.003
/** How many are the latest, as a share of what is kept; and how many are remembered at all. */
const LATEST = 0.1
const REMEMBERED = 0.9

/**
 * S3-FIFO (Yang, Zhang, Qiu, Yue and Rashmi, SOSP 2023): what is new goes through a small queue, and gets to the main one only if
 * it was used meanwhile, or soon after. A hit counts to three and moves nothing.
 *
 * The size of the small queue follows the load, as in the paper's S3-FIFO-D: what left a queue a moment ago and is asked for again
 * says which of the two was too short. Where popularity decides, it stays at a tenth; where things are used in bursts, and in
 * loops, it grows until the whole behaves like an LRU.
 */
export class S3Fifo<Entry> {
  readonly #small = new Fifo<Entry>()
  readonly #main = new Fifo<Entry>()
  readonly #leftSmall: Ghosts
  readonly #leftMain: Ghosts
  readonly #deleted: Ghosts
  readonly #smallShareMax: number
  #smallShare = SMALL_SHARE_MIN

  /** `smallShareMax`: how far the small queue may grow; a tenth for one that does not. */
  constructor(entriesMax: number, smallShareMax = SMALL_SHARE_MAX) {
    this.#smallShareMax = smallShareMax
    this.#leftSmall = new Ghosts(entriesMax * REMEMBERED)
    this.#leftMain = new Ghosts(entriesMax * LATEST)
    this.#deleted = new Ghosts(entriesMax * REMEMBERED)
  }

  get size(): number {
    return this.#small.size + this.#main.size
  }

  resize(entriesMax: number): void {
    this.#leftSmall.resize(entriesMax * REMEMBERED)
    this.#leftMain.resize(entriesMax * LATEST)
    this.#deleted.resize(entriesMax * REMEMBERED)
  }

  add(slot: Slot<Entry>): void {
    const latest = Math.max(5, this.size * LATEST)
    const sinceSmall = this.#leftSmall.take(slot.hash)
    const sinceMain = this.#leftMain.take(slot.hash)
    if (sinceSmall !== undefined && sinceSmall <= latest) this.#moveShare(STEP)
    if (sinceMain !== undefined && sinceMain <= latest) this.#moveShare(-STEP)
    const wasDeleted = this.#deleted.take(slot.hash) !== undefined
    const isBack = sinceSmall !== undefined && sinceSmall <= this.size * REMEMBERED
    if (wasDeleted || isBack) this.#main.push(slot)
    else this.#small.push(slot)
  }

  /** Chooses one, and takes it out. Undefined when there is none. */
  evict(): Slot<Entry> | undefined {
    const smallMax = Math.max(1, this.size * this.#smallShare)
    if (this.#small.size >= smallMax || this.#main.size === 0) {
      const mainMax = this.size - smallMax
      const evicted = this.#evictSmall(mainMax)
      if (evicted !== undefined) return evicted
    }
    return this.#evictMain()
  }

  /** It is about to be deleted, not for want of use: when it comes back, it is what it was. */
  remember(slot: Slot<Entry>): void {
    if (slot.uses > 0 || slot.queue === this.#main) this.#deleted.add(slot.hash)
  }

  remove(slot: Slot<Entry>): void {
    slot.queue?.remove(slot)
  }

  /** The first that nobody used goes; those before it move on, until the main queue is full. */
  #evictSmall(mainMax: number): Slot<Entry> | undefined {
    for (let slot = this.#small.oldest; slot !== undefined; slot = this.#small.oldest) {
      this.#small.remove(slot)
      if (slot.uses === 0) {
        this.#leftSmall.add(slot.hash)
        return slot
      }
      slot.uses = 0
      this.#main.push(slot)
      if (this.#main.size > mainMax) return undefined
    }
    return undefined
  }

  #evictMain(): Slot<Entry> | undefined {
    for (let slot = this.#main.oldest; slot !== undefined; slot = this.#main.oldest) {
      this.#main.remove(slot)
      if (slot.uses === 0) {
        this.#leftMain.add(slot.hash)
        return slot
      }
      slot.uses--
      this.#main.push(slot)
    }
    return undefined
  }

  #moveShare(by: number): void {
    const share = this.#smallShare + by
    this.#smallShare = Math.min(this.#smallShareMax, Math.max(SMALL_SHARE_MIN, share))
  }
}
