import type { SizingRules } from './sizing.ts'

/** Utilisation may be so far from its target before the size follows. */
const BAND = 0.035
/** A smaller size must leave utilisation within this of the target: else the next growth would undo it. */
const BAND_AFTER_SHRINKING = 0.02
/** The size goes down by one such factor at a time: idle connections cost less than a queue. */
const SHRINKING = 1.25

/**
 * The size that so many busy connections want: the whole number whose utilisation comes nearest to the target (always
 * rounding up would leave 69 % for 7.6 busy ones, where 76 % is nearer to 75 %), with hysteresis, and down by one step
 * at most, unless growth that went by steps is to be set right. Busy connections are calls per second × time held
 * (Little's law).
 */
export function lawfulSize(
  busy: number,
  size: number,
  rules: SizingRules,
  hasGrown = false,
): number {
  const { utilisationTarget: target } = rules
  const room = 1 - target
  const utilisation = busy / size
  const nearest = Math.round(busy / target)
  if (utilisation > target + Math.min(BAND, room / 4)) {
    return between(Math.max(size + 1, nearest), rules)
  }
  if (utilisation >= target - BAND) return between(size, rules)
  const enough = Math.ceil(busy / (target + Math.min(BAND_AFTER_SHRINKING, room / 8)))
  const step = hasGrown ? 0 : Math.min(size - 1, Math.floor(size / SHRINKING))
  return between(Math.min(size, Math.max(nearest, enough, step)), rules)
}

export function between(size: number, { sizeMin, sizeMax }: SizingRules): number {
  return Math.min(Math.max(size, sizeMin), sizeMax)
}
