import { randomOf, zipfOf } from './random.ts'

export interface TraceSize {
  /** Uses in a trace. */
  readonly uses: number
  readonly keys: number
  readonly seed: number
}

/** What is used after what: numbers of keys. */
export type Trace = Int32Array

type Draw = () => number

/** The loads that eviction is judged by, made from a seed. */
export function traces({ uses, keys, seed }: TraceSize): ReadonlyMap<string, Trace> {
  const zipf = (skew: number) => zipfOf(keys, skew, randomOf(seed))
  const of = (draw: Draw): Trace => Int32Array.from({ length: uses }, draw)
  return new Map([
    ['zipf 0.8', of(zipf(0.8))],
    ['zipf 1.0', of(zipf(1))],
    ['zipf 1.1', of(zipf(1.1))],
    ['zipf 1.0 and scans', of(withScans(zipf(1), keys))],
    ['drifting', of(drifting(zipf(1)))],
    ['jumping', of(jumping(zipf(1), keys, uses / 5))],
    ['loops', of(loops(randomOf(seed)))],
    ['objects', of(objects(randomOf(seed), keys))],
  ])
}

/** A fifth of all uses goes through keys that are used once. */
function withScans(draw: Draw, keys: number): Draw {
  let fresh = keys
  let at = 0
  return () => (at++ % 10_000 < 8_000 ? draw() : fresh++)
}

/** What is popular slowly becomes something else. */
function drifting(draw: Draw): Draw {
  let at = 0
  return () => draw() + Math.floor(at++ / 50)
}

/** What is popular becomes something else at once, now and then. */
function jumping(draw: Draw, keys: number, every: number): Draw {
  let at = 0
  return () => (draw() + Math.floor(at++ / every) * 7_919) % keys
}

/** The same keys several times in the same order, then others. */
function loops(random: Draw): Draw {
  let [start, length, left] = [0, 1, 0]
  return () => {
    if (left === 0) {
      length = [600, 1_500, 5_000][Math.floor(random() * 3)] as number
      start = Math.floor(random() * 20) * 10_000
      left = length * (3 + Math.floor(random() * 5))
    }
    return start + (left-- % length)
  }
}

interface Work {
  readonly start: number
  readonly rows: number
  left: number
}

/**
 * As programs with an object mapper use a database: pieces of work, several at a time, each of which uses its few rows again and again
 * and then no more; and some rows that all of them use.
 */
function objects(random: Draw, keys: number): Draw {
  const root = zipfOf(keys, 0.7, random)
  const common = zipfOf(2_000, 0.9, random)
  const begin = (): Work => {
    const rows = 4 + Math.floor(random() * 30)
    return { start: 1_000_000 + root() * 40, rows, left: rows * (2 + Math.floor(random() * 4)) }
  }
  const running = Array.from({ length: 24 }, begin)
  let [current, burst] = [0, 0]
  return () => {
    if (random() < 0.07) return common()
    if (burst === 0) {
      current = Math.floor(random() * running.length)
      burst = 1 + Math.floor(random() * 6)
    }
    burst--
    const work = running[current] as Work
    if (--work.left <= 0) running[current] = begin()
    return work.start + Math.floor(random() * work.rows)
  }
}
