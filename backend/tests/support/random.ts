/** A stream of choices that a seed repeats. Source of the generator: mulberry32 (Tommy Ettinger, public domain). */
export interface Random {
  /** A whole number from 0, below `bound`. */
  below(bound: number): number
  pick<Item>(items: readonly Item[]): Item
  /** True in one of so many cases. */
  oneIn(cases: number): boolean
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  function below(bound: number): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound
  }
  return {
    below,
    pick<Item>(items: readonly Item[]): Item {
      return items[below(items.length)] as Item
    },
    oneIn: cases => below(cases) === 0,
  }
}
