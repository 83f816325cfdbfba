import type { Clock, Observer } from '../../base/index.ts'
import type { BreakerEvent, Transition } from './events.ts'

/** What became of a breaker: kept for people, told to those who watch. */
export interface History {
  add(change: Omit<Transition, 'at'>): void
  /** The last 50, the newest last. */
  readonly transitions: readonly Transition[]
  /** When it came into the state that it is in, in milliseconds since 1970. */
  readonly since: number
  /** How often it opened. */
  readonly openings: number
  /** Hears of each change after it was made. The returned function ends that. */
  watch(listener: Observer<WatchedTransition>): () => void
}

export type WatchedTransition = Transition & { readonly kind: 'transition' }

const KEPT = 50

export function createHistory(
  name: string,
  clock: Clock,
  observe: Observer<BreakerEvent>,
): History {
  const transitions: Transition[] = []
  const listeners = new Set<Observer<WatchedTransition>>()
  let since = clock.epochMs()
  let openings = 0
  return {
    add(change) {
      since = clock.epochMs()
      if (change.to === 'open') openings++
      const transition = { at: since, ...change }
      transitions.push(transition)
      if (transitions.length > KEPT) transitions.shift()
      observe({ kind: 'breaker.changed', name, ...change })
      for (const listener of listeners) listener({ kind: 'transition', ...transition })
    },
    get transitions() {
      return [...transitions]
    },
    get since() {
      return since
    },
    get openings() {
      return openings
    },
    watch(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
