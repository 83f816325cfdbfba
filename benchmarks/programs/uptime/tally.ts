import type { Answer } from './front.ts'

/** `old`: older than what its caller had written, and it does not say so. `told stale`: it says that it may be. */
export type Verdict = 'right' | 'told stale' | 'failed' | 'wrong' | 'old'
export const VERDICTS: readonly Verdict[] = ['right', 'told stale', 'failed', 'wrong', 'old']
export type Kind = 'read' | 'write'

/** All requests to one contestant. The lists have an item for each. */
export interface RequestLog {
  readonly name: string
  /** When it was sent, in milliseconds since the epoch. */
  readonly sentAtMs: Float64Array
  readonly tookMs: Float32Array
  readonly isWrite: Uint8Array
  /** Places in `VERDICTS`. */
  readonly verdicts: Uint8Array
  /** Those that were not right: what came instead. */
  readonly faults: readonly Fault[]
}

export interface Fault {
  readonly sentAtMs: number
  readonly kind: Kind
  readonly verdict: Verdict
  readonly what: string
}

interface Counted {
  readonly kind: Kind
  readonly startedAt: number
  readonly tookMs: number
  readonly verdict: Verdict
  readonly what: string
}

export function createTally() {
  const all: Counted[] = []
  return {
    count(kind: Kind, startedAt: number, verdict: Verdict, answer: Answer): void {
      const tookMs = performance.now() - startedAt
      const what = isRight(verdict) ? '' : whatCame(answer)
      all.push({ kind, startedAt, tookMs, verdict, what })
    },
    /** Of those that were sent from then on. */
    record(fromMs: number): Omit<RequestLog, 'name'> {
      const counted = all.filter(({ startedAt }) => startedAt >= fromMs)
      return {
        sentAtMs: Float64Array.from(counted, one => performance.timeOrigin + one.startedAt),
        tookMs: Float32Array.from(counted, one => one.tookMs),
        isWrite: Uint8Array.from(counted, one => (one.kind === 'write' ? 1 : 0)),
        verdicts: Uint8Array.from(counted, one => VERDICTS.indexOf(one.verdict)),
        faults: counted.filter(one => !isRight(one.verdict)).map(faultOf),
      }
    },
  }
}

export function isRight(verdict: Verdict | undefined): boolean {
  return verdict === 'right' || verdict === 'told stale'
}

function faultOf({ startedAt, kind, verdict, what }: Counted): Fault {
  return { sentAtMs: performance.timeOrigin + startedAt, kind, verdict, what }
}

function whatCame({ status, body, headers }: Answer): string {
  const mark = headers['cache-status']
  const marked = typeof mark === 'string' ? ` [${mark}]` : ''
  return `${status === 0 ? '' : `${status} `}${body.slice(0, 80)}${marked}`
}
