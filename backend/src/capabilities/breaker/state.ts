import type { BreakerRules } from './options.ts'

export type State =
  /** Calls pass. `openings`: how often it opened without a healthy time between. */
  | {
      readonly kind: 'closed'
      readonly failures: number
      readonly openings: number
      readonly since: number
    }
  /** Calls are refused. */
  | { readonly kind: 'open'; readonly until: number; readonly openings: number }
  /** A few trial calls pass. */
  | { readonly kind: 'half-open'; readonly successes: number; readonly openings: number }
  /** A person has opened it: calls are refused until a person closes it. */
  | { readonly kind: 'isolated'; readonly why: string }
export type StateKind = State['kind']

/** Time and chance, as the machine needs them. */
export interface Circumstances {
  readonly rules: BreakerRules
  /** Monotonic, in milliseconds. */
  readonly now: number
  /** From 0 to 1; asked only when the time of an opening is spread. */
  readonly random: () => number
}

export function closed(now: number, openings = 0): State {
  return { kind: 'closed', failures: 0, openings, since: now }
}

/** A call ended this way, so what now? `isTooMuch`: the window of the last calls says that enough is enough. */
export function afterCall(state: State, ok: boolean, isTooMuch: boolean, by: Circumstances): State {
  switch (state.kind) {
    case 'closed':
      if (isTooMuch) return opened(state, by)
      if (ok) return state.failures === 0 ? state : { ...state, failures: 0 }
      if (state.failures + 1 >= by.rules.failuresToOpen) return opened(state, by)
      return { ...state, failures: state.failures + 1 }
    case 'half-open':
      if (!ok) return opened(state, by)
      if (state.successes + 1 >= by.rules.successesToClose) return closed(by.now, state.openings)
      return { ...state, successes: state.successes + 1 }
    case 'open':
    case 'isolated':
      return state // The call began before: its outcome is old news.
  }
}

/** A call asks to be let in, which may be the first after the rest. */
export function beforeCall(state: State, now: number): State {
  if (state.kind !== 'open' || now < state.until) return state
  return { kind: 'half-open', successes: 0, openings: state.openings }
}

/** Opens it, whatever it was; what a person has isolated stays so. */
export function opened(state: State, by: Circumstances): State {
  if (state.kind === 'isolated') return state
  const openings = openingsOf(state, by) + 1
  return { kind: 'open', until: by.now + openForMs(openings, by), openings }
}

function openingsOf(state: Exclude<State, { kind: 'isolated' }>, { rules, now }: Circumstances) {
  const isHealthy = state.kind === 'closed' && now - state.since >= rules.healthyAfterMs
  return isHealthy ? 0 : state.openings
}

/**
 * How long the n-th opening in a row lasts: twice the one before, half of it by chance, so that many breakers of one
 * server do not try it at the same moment ("equal jitter": Brooker, Exponential Backoff And Jitter, 2015).
 */
export function openForMs(openings: number, { rules, random }: Circumstances): number {
  const first = rules.openForMs
  const longest = Math.max(first, rules.openForMsMax)
  if (openings <= 1 || longest === first) return first
  const full = Math.min(longest, first * 2 ** (openings - 1))
  return Math.max(first, full / 2 + (full / 2) * random())
}
