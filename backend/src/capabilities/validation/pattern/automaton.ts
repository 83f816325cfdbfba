import type { CharSet } from './char-set.ts'
import { type Pattern, UnjudgedError } from './parse.ts'

/** Beyond so many states a pattern is not judged. */
const STATES_MAX = 400
/** `{2,5}` is unrolled up to this; what may come more often counts as if it could come for ever. */
const UNROLLED_MAX = 16
/** Beyond this a number of ways says only "many". */
const WAYS_MAX = 1_000

/** States, or states that follow, each with the number of ways. */
export type Ways = Map<number, number>

/**
 * A pattern without empty steps (Glushkov): a state for each place that takes a character. Between two states there may be
 * several ways, and a matcher that goes back tries each of them.
 */
export interface Automaton {
  readonly sets: readonly CharSet[]
  readonly follow: readonly Ways[]
  /** Where it may begin and end, and how many ways lead from one end to the other without a character. */
  readonly first: Ways
  readonly last: Ways
  readonly empty: number
}

interface Part {
  readonly first: Ways
  readonly last: Ways
  readonly empty: number
}

const NOTHING: Part = Object.freeze({ first: new Map(), last: new Map(), empty: 1 })

export function automatonOf(pattern: Pattern): Automaton {
  const builder = new Builder()
  return { ...builder.part(pattern), sets: builder.sets, follow: builder.follow }
}

class Builder {
  readonly sets: CharSet[] = []
  readonly follow: Ways[] = []

  part(pattern: Pattern): Part {
    switch (pattern.kind) {
      case 'set':
        return this.state(pattern.set)
      case 'sequence':
        return pattern.items.reduce((part, item) => this.join(part, this.part(item)), NOTHING)
      case 'choice':
        return pattern.options.map(item => this.part(item)).reduce(either)
      case 'repeat':
        return this.repeat(pattern)
      case 'assertion':
        return NOTHING // It can only shorten what a matcher tries.
      case 'lookahead':
        throw new UnjudgedError('looking ahead, other than at its beginning')
    }
  }

  private state(set: CharSet): Part {
    const state = this.sets.push(set) - 1
    if (state >= STATES_MAX) throw new UnjudgedError('very many parts')
    this.follow.push(new Map())
    return { first: new Map([[state, 1]]), last: new Map([[state, 1]]), empty: 0 }
  }

  private join(one: Part, other: Part): Part {
    this.link(one.last, other.first)
    return {
      first: sum(one.first, other.first, one.empty),
      last: sum(other.last, one.last, other.empty),
      empty: few(one.empty * other.empty),
    }
  }

  private link(from: Ways, to: Ways): void {
    for (const [state, ways] of from) {
      const next = this.follow[state]
      if (next !== undefined) this.follow[state] = sum(next, to, ways)
    }
  }

  private repeat({ item, min, max }: Extract<Pattern, { kind: 'repeat' }>): Part {
    if (max > UNROLLED_MAX) return min > UNROLLED_MAX ? this.loop(item) : this.atLeast(item, min)
    let part = NOTHING
    for (let count = min; count < max; count++) part = optional(this.join(this.part(item), part))
    for (let count = 0; count < min; count++) part = this.join(this.part(item), part)
    return part
  }

  private atLeast(item: Pattern, min: number): Part {
    if (min === 0) return optional(this.loop(item))
    let part = this.loop(item)
    for (let count = 1; count < min; count++) part = this.join(this.part(item), part)
    return part
  }

  private loop(item: Pattern): Part {
    const part = this.part(item)
    this.link(part.last, part.first)
    return part
  }
}

function optional({ first, last, empty }: Part): Part {
  return { first, last, empty: few(empty + 1) }
}

function either(one: Part, other: Part): Part {
  return {
    first: sum(one.first, other.first, 1),
    last: sum(one.last, other.last, 1),
    empty: few(one.empty + other.empty),
  }
}

/** `one`, and `other` so many times. */
export function sum(one: Ways, other: Ways, times: number): Ways {
  if (times === 0) return one
  const all = new Map(one)
  for (const [state, ways] of other) all.set(state, few((all.get(state) ?? 0) + ways * times))
  return all
}

function few(ways: number): number {
  return Math.min(ways, WAYS_MAX)
}
