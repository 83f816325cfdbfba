import type { Clock } from '../../base/index.ts'
import type { TransitionReason } from './events.ts'
import { excessOf, whyAfter } from './excess.ts'
import type { History } from './history.ts'
import type { BreakerRules } from './options.ts'
import { createOutcomeWindow, type OutcomeCounts } from './outcome-window.ts'
import { createSlowStart } from './slow-start.ts'
import { afterCall, beforeCall, type Circumstances, closed, opened, type State } from './state.ts'
import type { Throttle } from './throttle.ts'

/** Names the time between two changes of state in which a call was let in: what ends in another one is old news. */
export type Permit = number

/**
 * How a call ended, as far as what was called is concerned. An error of the caller's own making is a `success`: it was
 * answered. `neutral` says nothing either way.
 */
export type Ending = 'success' | 'failure' | 'neutral'

/** Why a call is not let in. */
export type Refusal = 'open' | 'warming' | 'throttled'

/**
 * Lets calls in, and learns from how they end. Functions throughout: V8 does not inline the methods of an object literal that
 * has a getter.
 */
export interface Gate {
  /** True: letting in takes no more than counting, so nobody has to ask. */
  isPlain(): boolean
  /** Asks on behalf of one call. */
  refusal(): Refusal | undefined
  /** Counts as running who was not refused. */
  admit(): Permit
  leave(permit: Permit, ending: Ending, durationMs: number): void
  isAdmitting(): boolean
  open(reason: TransitionReason, details: string): void
  isolate(why: string): void
  release(): void
  probeIn(delayMs: number): void
  /** When it may be worth asking again, within `retryAfterMsMax`. */
  retryAfterMs(): number
  /** What the person who isolated it said. */
  isolatedWhy(): string | undefined
  view(): GateView
}

/** What a gate looks like from outside. */
export interface GateView {
  readonly state: State
  readonly running: number
  readonly counts: OutcomeCounts
  /** Infinite while there is none. */
  readonly slowStartLimit: number
  /** Calls that ended after the state in which they began; nothing was learned from them. */
  readonly late: number
}

export interface GateSetup {
  readonly rules: BreakerRules
  readonly clock: Clock
  readonly random: () => number
  readonly history: History
  readonly throttle: Throttle | undefined
  /** There may be room for a call that was held back, or no hope for it. */
  readonly onRoom: () => void
}

/** While trials run nobody knows when there will be an answer, in milliseconds. */
const ASK_AGAIN_MS = 1_000

/** The state machine with what it has to remember. Letting in and out allocates nothing while it is closed. */
export function createGate(setup: GateSetup): Gate {
  const { rules, clock, random, history, throttle, onRoom } = setup
  const window = createOutcomeWindow(rules, () => clock.now())
  const slowStart = createSlowStart(rules, clock)
  let state = closed(clock.now())
  let generation: Permit = 0
  let running = 0
  let trialAt = 0
  let late = 0
  let isPlain = throttle === undefined

  const circumstances = (): Circumstances => ({ rules, now: clock.now(), random })

  function become(next: State, reason: TransitionReason, details: string): void {
    const from = state.kind
    state = next
    if (next.kind === from) return
    generation++
    running = 0
    window.clear()
    if (next.kind === 'closed') slowStart.begin()
    else slowStart.end()
    guard()
    history.add({ from, to: next.kind, reason, details })
    onRoom()
  }

  function guard(): void {
    isPlain = state.kind === 'closed' && !slowStart.isOn() && throttle === undefined
  }

  function hasRoom(): boolean {
    const limit = slowStart.limit()
    guard()
    return running < limit
  }

  function refusalWhileClosed(): Refusal | undefined {
    if (!hasRoom()) {
      slowStart.holdBack()
      return 'warming'
    }
    return throttle === undefined || throttle.admits() ? undefined : 'throttled'
  }

  /** All trials are running, and one should have ended by now: nobody will hear of it any more. */
  function giveUpTrials(): void {
    if (running < rules.trialsMax || clock.now() - trialAt < rules.trialTimeoutMs) return
    const details = `no answer in ${rules.trialTimeoutMs} ms`
    become(opened(state, circumstances()), 'trial-timeout', details)
  }

  function refusalOfTrial(): Refusal | undefined {
    if (running >= rules.trialsMax) return 'open'
    trialAt = clock.now()
    return undefined
  }

  /** What the time alone has changed. */
  function catchUp(): void {
    if (state.kind === 'half-open') giveUpTrials()
  }

  function hopeInMs(): number {
    switch (state.kind) {
      case 'closed':
        return slowStart.nextStepInMs()
      case 'open':
        return state.until - clock.now()
      case 'half-open':
        return ASK_AGAIN_MS
      case 'isolated':
        return rules.openForMs
    }
  }

  function learn(isFailure: boolean, isSlow: boolean): void {
    const from = state.kind
    slowStart.ended(isFailure)
    const isWorse = from === 'closed' && (isFailure || isSlow)
    const excess = isWorse ? excessOf(window.counts(), rules) : undefined
    const ok = !isFailure && (from === 'closed' || !isSlow)
    const next = afterCall(state, ok, excess !== undefined, circumstances())
    if (next !== state) become(next, ...(excess ?? whyAfter(from, next.kind, rules)))
  }

  return {
    isPlain: () => isPlain,
    refusal() {
      if (state.kind === 'closed') return refusalWhileClosed()
      catchUp()
      const next = beforeCall(state, clock.now())
      if (next !== state) become(next, 'rested', '')
      return state.kind === 'half-open' ? refusalOfTrial() : 'open'
    },
    admit() {
      running++
      return generation
    },
    leave(permit, ending, durationMs) {
      if (permit !== generation) {
        late++
        return
      }
      running--
      if (throttle !== undefined) tellThrottle(throttle, ending)
      if (ending !== 'neutral') {
        const isFailure = ending === 'failure'
        const isSlow = rules.slowAfterMs > 0 && durationMs >= rules.slowAfterMs
        if (state.kind === 'closed') {
          window.record(isFailure, isSlow)
          if (!isFailure && !isSlow && state.failures === 0 && !slowStart.isOn()) return
        }
        learn(isFailure, isSlow)
      }
      if (slowStart.isOn()) onRoom()
    },
    isAdmitting() {
      catchUp()
      switch (state.kind) {
        case 'closed':
          return isPlain || hasRoom()
        case 'open':
          return clock.now() >= state.until
        case 'half-open':
          return running < rules.trialsMax
        case 'isolated':
          return false
      }
    },
    open(reason, details) {
      if (state.kind === 'open') return
      become(opened(state, circumstances()), reason, details)
    },
    isolate: why => become({ kind: 'isolated', why }, 'isolated', why),
    release() {
      if (state.kind !== 'closed') become(closed(clock.now()), 'released', '')
    },
    probeIn(delayMs) {
      if (state.kind === 'open') state = { ...state, until: clock.now() + delayMs }
    },
    retryAfterMs: () => Math.min(hopeInMs(), rules.retryAfterMsMax),
    isolatedWhy: () => (state.kind === 'isolated' ? state.why : undefined),
    view() {
      catchUp()
      const slowStartLimit = slowStart.limit()
      guard()
      return { state, running, counts: window.counts(), slowStartLimit, late }
    },
  }
}

function tellThrottle(throttle: Throttle, ending: Ending): void {
  if (ending === 'success') throttle.accepted()
  else if (ending === 'neutral') throttle.forgotten()
}
