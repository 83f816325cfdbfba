import type { Happening } from './happening.ts'
import type { Dependency, Precision } from './types.ts'

/** Changes that are not on the bus yet, so that nobody can say what was loaded elsewhere before them. */
export interface Pending<Data> {
  readonly size: number
  /** The returned function says its place on the bus; undefined: not there yet. `onPlaced` hears it, perhaps from a later one. */
  add(happening: Happening<Data>, onPlaced: OnPlaced): (place: string | undefined) => void
  madeOld(dependencies: readonly Dependency<Data>[]): Precision | undefined
  clear(): void
}

type OnPlaced = (place: string) => void

/** Counted by tag, and nothing narrower: it is a matter of milliseconds, or of an interruption. */
export function createPending<Data>(): Pending<Data> {
  const tags = new Map<string, number>()
  const waiting = new Map<object, { readonly tag: string; readonly onPlaced: OnPlaced }>()

  /** They are sent in order: what was made before is at that place at the latest. */
  function placeUpTo(last: object, place: string): void {
    if (!waiting.has(last)) return
    for (const [one, { tag, onPlaced }] of waiting) {
      waiting.delete(one)
      count(tag, -1)
      onPlaced(place)
      if (one === last) return
    }
  }

  function count(tag: string, by: number): void {
    const left = (tags.get(tag) ?? 0) + by
    if (left === 0) tags.delete(tag)
    else tags.set(tag, left)
  }

  return {
    get size() {
      return waiting.size
    },
    add({ tag }, onPlaced) {
      const one = {}
      waiting.set(one, { tag, onPlaced })
      count(tag, 1)
      return place => {
        if (place !== undefined) placeUpTo(one, place)
      }
    },
    madeOld(dependencies) {
      if (tags.size === 0) return undefined
      return dependencies.some(({ tag }) => tags.has(tag)) ? 'table' : undefined
    },
    clear() {
      waiting.clear()
      tags.clear()
    },
  }
}
