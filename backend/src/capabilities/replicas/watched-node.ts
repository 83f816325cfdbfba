import type { Clock } from '../../base/index.ts'
import type { NodeView } from './election.ts'
import { createLoad, type Load } from './load.ts'
import type { Lsn } from './lsn.ts'
import { type Lag, UNKNOWN_LAG } from './placement.ts'
import type { TimedAnswer } from './primary-log.ts'
import type { NodeAnswer } from './question.ts'

/** What is remembered of one node between two questions. */
export class WatchedNode implements NodeView {
  readonly name: string
  readonly load: Load
  /** The last answer, however old. */
  last: TimedAnswer | undefined = undefined
  isUp = false
  isFrozen = false
  /** How far it is replayed, as far as we know; undefined: it may have been restarted, and be anywhere. */
  replayed: Lsn | undefined = undefined
  /** How far it was behind the primary when it answered last; undefined: not looked at yet. */
  lag: Lag | undefined = undefined
  readonly #clock: Clock
  readonly #missesMax: number
  #misses = 0
  #downSince: number | undefined = undefined
  #doubtedAt: number | undefined = undefined

  constructor(name: string, clock: Clock, missesMax: number) {
    this.name = name
    this.load = createLoad(clock)
    this.#clock = clock
    this.#missesMax = missesMax
  }

  get answer(): NodeAnswer | undefined {
    return this.last?.answer
  }

  /** Something has gone wrong there that its last answer does not explain: nothing is sent there until the next one. */
  get isDoubted(): boolean {
    return this.#doubtedAt !== undefined
  }

  /** It answered the last question that it was asked. */
  get isPresent(): boolean {
    return this.isUp && this.#misses === 0
  }

  doubt(): void {
    this.#doubtedAt = this.#clock.now()
    this.replayed = undefined
  }

  /** Answers for how long it was unreachable, in milliseconds; undefined: it was not. */
  answered(timed: TimedAnswer): number | undefined {
    const { answer, askedAt, answeredAt } = timed
    if (this.#doubtedAt === undefined || askedAt >= this.#doubtedAt) {
      this.#doubtedAt = undefined
      this.replayed = answer.isStandby ? answer.lsn : undefined
    }
    this.last = timed
    this.lag = undefined
    this.isUp = true
    this.isFrozen = false
    this.#misses = 0
    const downMs = this.#downSince && answeredAt - this.#downSince
    this.#downSince = undefined
    return downMs
  }

  /** It is there, though too full to say more: what was known of it holds, as long as it was reachable. */
  refused(): void {
    if (this.isUp) this.#doubtedAt = undefined
  }

  /** True: it has become unreachable with this. */
  missed(isFrozen: boolean): boolean {
    this.#misses++
    this.replayed = undefined
    if (this.#downSince !== undefined || this.#misses < this.#missesMax) return false
    this.#downSince = this.#clock.now()
    this.isUp = false
    this.isFrozen = isFrozen
    this.lag = UNKNOWN_LAG
    return true
  }

  /** How far it was seen to be replayed between two questions. */
  sawReplayed(lsn: Lsn): void {
    if (this.replayed !== undefined) this.replayed = lsn
  }
}
