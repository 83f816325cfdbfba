import type { Volatility } from './types.ts'

const VOLATILITIES = Object.freeze({ i: 'immutable', s: 'stable', v: 'volatile' } as const)

/** `pg_proc.provolatile`, spelled out. */
export function volatilityOf(letter: 'i' | 's' | 'v'): Volatility {
  return VOLATILITIES[letter]
}
