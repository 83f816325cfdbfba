import type { Lsn } from './lsn.ts'
import { type Lag, UNKNOWN_LAG } from './placement.ts'
import type { NodeAnswer } from './question.ts'

/** An answer, and when it was asked for and came, on our clock. */
export interface TimedAnswer {
  readonly answer: NodeAnswer
  readonly askedAt: number
  readonly answeredAt: number
}

/** How far the log of the primary was at which time: what a standby has replayed tells how new its rows are. */
export interface PrimaryLog {
  /** An answer of the primary. Those of another history than the last one begin anew. */
  add(answer: TimedAnswer): void
  /** The last one. */
  readonly last: TimedAnswer | undefined
  /**
   * A time on our clock up to which a standby that answered this surely shows every commit; undefined: nothing is sure.
   * Either the log of the primary was no longer then than what the standby has replayed, or the newest commit that it
   * has replayed is of that time, by the clock of the primary. Clocks of the machines need not agree.
   */
  newAsOf(standby: TimedAnswer): number | undefined
  /** How far behind the last one it is. */
  lagOf(standby: TimedAnswer): Lag
}

interface Sample {
  readonly lsn: Lsn
  /** Asked then: whatever was committed by then is before `lsn`. */
  at: number
}

const NO_LAG: Lag = Object.freeze({ ms: 0, bytes: 0 })
/** At the pace of a failover that is a good minute. */
const SAMPLES_MAX = 400

export function createPrimaryLog(): PrimaryLog {
  let last: TimedAnswer | undefined
  let samples: Sample[] = []

  function newAsOf(standby: TimedAnswer): number | undefined {
    const sampled = samples.findLast(({ lsn }) => lsn <= standby.answer.lsn)?.at
    const committed = commitTime(standby, last)
    if (sampled === undefined || committed === undefined) return sampled ?? committed
    return Math.max(sampled, committed)
  }

  return {
    add(timed) {
      const { answer, askedAt: at } = timed
      if (isAnotherHistory(answer, last?.answer)) samples = []
      last = timed
      const newest = samples.at(-1)
      if (newest?.lsn === answer.lsn) newest.at = at
      else samples.push({ lsn: answer.lsn, at })
      if (samples.length > SAMPLES_MAX) samples.shift()
    },
    get last() {
      return last
    },
    newAsOf,
    lagOf(standby) {
      if (last === undefined) return UNKNOWN_LAG
      const missing = last.answer.lsn - standby.answer.lsn
      if (missing <= 0n) return NO_LAG
      const asOf = newAsOf(standby)
      const ms = asOf === undefined ? undefined : Math.max(0, last.answeredAt - asOf)
      return { ms, bytes: Number(missing) }
    },
  }
}

/** A crash may take unwritten commits with it, and the log then goes on before its former end. */
function isAnotherHistory(answer: NodeAnswer, before: NodeAnswer | undefined): boolean {
  return (
    before === undefined ||
    answer.systemId !== before.systemId ||
    answer.timeline !== before.timeline ||
    answer.lsn < before.lsn
  )
}

/**
 * The newest commit that a standby has replayed, on our clock. The primary told its time after we asked for it, so this is
 * rather too early than too late (as Cristian, "Probabilistic clock synchronization", 1989).
 */
function commitTime(
  { answer: { committedAt }, answeredAt }: TimedAnswer,
  primary: TimedAnswer | undefined,
): number | undefined {
  if (committedAt === undefined || primary === undefined) return undefined
  return Math.min(answeredAt, committedAt - primary.answer.clockAt + primary.askedAt)
}
