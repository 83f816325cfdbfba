import type { TransitionReason } from './events.ts'
import type { BreakerRules } from './options.ts'
import type { OutcomeCounts } from './outcome-window.ts'
import type { StateKind } from './state.ts'

/** Why a state changes, for people. */
export type Why = readonly [reason: TransitionReason, details: string]

/** Which share of the last calls is too large, if one is. */
export function excessOf(counts: OutcomeCounts, rules: BreakerRules): Why | undefined {
  const { calls, failures, slow } = counts
  if (calls < rules.callsMin) return undefined
  if (rules.failureRatio > 0 && failures >= rules.failureRatio * calls) {
    return ['failure-ratio', `${failures} of ${calls} calls failed`]
  }
  if (rules.slowAfterMs > 0 && slow >= rules.slowRatio * calls) {
    return ['slow-ratio', `${slow} of ${calls} calls took ${rules.slowAfterMs} ms or more`]
  }
  return undefined
}

/** Why a call, as it ended, changed the state when no share was too large. */
export function whyAfter(from: StateKind, to: StateKind, rules: BreakerRules): Why {
  if (from === 'closed') return ['failures-in-a-row', `${rules.failuresToOpen} failures in a row`]
  return to === 'closed'
    ? ['trials-passed', `${rules.successesToClose} good trials`]
    : ['trial-failed', '']
}
