import { ChaosRefusedError } from './errors.ts'

/** What goes wrong on purpose. */
export type Fault =
  /** Each call is made later: by `latencyMs`, and up to `jitterMs` more. */
  | { readonly kind: 'latency'; readonly latencyMs: number; readonly jitterMs?: number }
  /** Calls fail without being made, with ST509 or with what `error` makes. */
  | { readonly kind: 'error'; readonly error?: (target: string) => Error }
  /** Calls are not made until the experiment ends, or their signal aborts. */
  | { readonly kind: 'freeze' }

export interface Experiment {
  /** The name or route that it is about; `*` for all. */
  readonly target: string
  readonly fault: Fault
  /** Share of the calls that it hits, from 0 to 1. Default 1. */
  readonly probability?: number
  /** When it ends by itself, in milliseconds from now: an hour at most. */
  readonly forMs: number
}

export interface ExperimentStatus {
  readonly id: string
  readonly target: string
  readonly fault: Fault['kind']
  readonly probability: number
  /** Milliseconds since 1970. */
  readonly endsAt: number
  /** Calls that it has hit. */
  readonly hits: number
}

/** Longest time of an experiment, in milliseconds: none is forgotten for longer. */
export const FOR_MS_MAX = 3_600_000
const EXPERIMENTS_MAX = 100

/** Throws ST508 for what cannot be begun. `already`: how many are running. */
export function checkBounds({ forMs, probability = 1 }: Experiment, already: number): void {
  if (already >= EXPERIMENTS_MAX) {
    throw new ChaosRefusedError('Too many experiments are running', 'End one first.')
  }
  if (!(forMs > 0 && forMs <= FOR_MS_MAX && probability >= 0 && probability <= 1)) {
    throw new ChaosRefusedError(
      'An experiment lasts from 1 ms to an hour and hits a share from 0 to 1',
      'Change forMs or probability.',
    )
  }
}
