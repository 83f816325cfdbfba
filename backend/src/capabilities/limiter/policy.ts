import { secondsOf } from './errors.ts'
import type { Algorithm, Weight } from './types.ts'

/** As much of a rule as is told in `RateLimit-Policy`. */
interface Policy {
  readonly name: string
  readonly algorithm: Algorithm
  readonly windowMs: number
  readonly weight: Weight
}

/** Names hold no character that would need escaping. Of `concurrency` there is no window. */
export function policyOf(rule: Policy, limit: number): string {
  const quota = `"${rule.name}";q=${Math.floor(limit)}${unitOf(rule)}`
  return rule.algorithm === 'concurrency' ? quota : `${quota};w=${secondsOf(rule.windowMs)}`
}

function unitOf({ algorithm, weight }: Policy): string {
  if (algorithm === 'concurrency') return ';qu="concurrent-requests"'
  return weight === 'requests' ? '' : `;qu="${UNITS[weight]}"`
}

const UNITS: Readonly<Record<Weight, string>> = {
  requests: 'requests',
  bytes: 'content-bytes',
  rows: 'rows',
  embeds: 'embeds',
  cost: 'cost',
}
