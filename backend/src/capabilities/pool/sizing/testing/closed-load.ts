import type { Sizer, SizingDecision } from '../sizing.ts'
import { normal } from './random.ts'

/**
 * Throughput of so many at once by the Universal Scalability Law (Gunther): `rate·n / (1 + σ(n−1) + κn(n−1))` per
 * second. σ is what waits for each other, κ what each costs every other.
 */
export interface Curve {
  readonly rate: number
  readonly sigma: number
  readonly kappa: number
}

/** Fitted to what 300 callers got from one machine: one-row reads, 10.3k/s with 10 connections and 5.6k/s with 100. */
export const ONE_ROW_READS: Curve = { rate: 5_601, sigma: 0.4368, kappa: 0.005632 }
/** The same with 5 ms of waiting in the database: 1.55k/s with 10, 4.16k/s with 50, 3.68k/s with 100. */
export const WAITING_READS: Curve = { rate: 166.6, sigma: 0.005288, kappa: 0.0003034 }

export function perSecond({ rate, sigma, kappa }: Curve, n: number): number {
  return (rate * n) / (1 + sigma * (n - 1) + kappa * n * (n - 1))
}

export function bestOf(curve: Curve, sizeMax: number): number {
  const sizes = Array.from({ length: sizeMax }, (_, index) => index + 1)
  return Math.max(...sizes.map(size => perSecond(curve, size)))
}

/** Callers of whom each calls again as soon as it is answered. */
export interface ClosedLoad {
  readonly callers: number
  readonly curve: (at: number) => Curve
  /** Standard deviation of the throughput of a window, as a share of it. */
  readonly noise: number
  readonly untilMs: number
  readonly random: () => number
  readonly sizer: Sizer
  readonly limit?: (at: number) => number
}

export interface ClosedRun {
  readonly decisions: readonly SizingDecision[]
  /** Every 250 ms: what the size would get without the noise. */
  readonly samples: readonly {
    readonly at: number
    readonly size: number
    readonly perSecond: number
  }[]
}

const SAMPLE_MS = 250
/** Connections opened between two samples. */
const OPENED = 8

export function runClosedLoad(load: ClosedLoad): ClosedRun {
  const { callers, curve, noise, untilMs, random, sizer } = load
  const decisions: SizingDecision[] = []
  const samples: { at: number; size: number; perSecond: number }[] = []
  let size = sizer.target
  for (let now = 0; now <= untilMs; now += SAMPLE_MS) {
    const busy = Math.min(size, callers)
    const expected = busy > 0 ? perSecond(curve(now), busy) : 0
    const got = Math.max(0, expected * (1 + noise * normal(random)))
    samples.push({ at: now, size, perSecond: expected })
    const decision = sizer.sample({
      now,
      size,
      busy,
      busyMean: busy,
      waiting: callers - busy,
      waitP95Ms: got > 0 ? ((callers - busy) / got) * 1_000 : 0,
      completed: Math.round((got * SAMPLE_MS) / 1_000),
      holdMeanMs: got > 0 ? (busy / got) * 1_000 : 0,
      limit: load.limit?.(now) ?? Number.POSITIVE_INFINITY,
    })
    if (decision !== undefined) decisions.push(decision)
    size = size < sizer.target ? Math.min(sizer.target, size + OPENED) : sizer.target
  }
  return { decisions, samples }
}

/** How often the size went the other way than the time before. */
export function directionChanges(decisions: readonly SizingDecision[]): number {
  const ways = decisions.map(({ from, to }) => Math.sign(to - from))
  return ways.filter((way, index) => index > 0 && way !== ways[index - 1]).length
}
