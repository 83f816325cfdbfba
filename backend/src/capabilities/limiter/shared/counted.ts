import type { Claim } from '../claim.ts'

/** No clock is faster or slower than that of Redis by more. */
export const DRIFT_MAX = 0.01

/** For how long something counts: an even flow of which little may come at once is watched for a shorter time than its window. */
export function countedMs(claim: Claim): number {
  return (1 + DRIFT_MAX) * ownWindowMs(claim)
}

/** For how long it does so for certain, by any clock. */
export function surelyCountedMs(claim: Claim): number {
  return (1 - DRIFT_MAX) * ownWindowMs(claim)
}

function ownWindowMs({ windowMs, limit, burst }: Claim): number {
  return limit > 0 ? (windowMs * burst) / limit : windowMs
}
