import type { Logged } from './logged.ts'

export const NONE = -1

interface TagPlaces {
  newest: number
  newestWhole: number
  readonly keys: Map<string, number>
}

/** Where in the log the newest changes of each tag and key are; from there each change says where the one before it is. */
export class LogIndex {
  readonly #tags = new Map<string, TagPlaces>()

  newest(tag: string): number {
    return this.#tags.get(tag)?.newest ?? NONE
  }

  newestWhole(tag: string): number {
    return this.#tags.get(tag)?.newestWhole ?? NONE
  }

  newestOfKey(tag: string, key: string): number {
    return this.#tags.get(tag)?.keys.get(key) ?? NONE
  }

  add(place: number, tag: string, keys: readonly string[] | undefined): void {
    const places = this.#placesOf(tag)
    places.newest = place
    if (keys === undefined) places.newestWhole = place
    else for (const key of keys) places.keys.set(key, place)
  }

  /** It was the oldest of all: what points to it is all that is left of its key or tag. */
  drop(place: number, { change: { tag, keys } }: Logged<unknown, unknown>): void {
    const places = this.#tags.get(tag)
    if (places === undefined) return
    if (places.newest === place) {
      this.#tags.delete(tag)
      return
    }
    for (const key of keys ?? []) if (places.keys.get(key) === place) places.keys.delete(key)
  }

  #placesOf(tag: string): TagPlaces {
    const known = this.#tags.get(tag)
    if (known !== undefined) return known
    const places: TagPlaces = { newest: NONE, newestWhole: NONE, keys: new Map() }
    this.#tags.set(tag, places)
    return places
  }
}
