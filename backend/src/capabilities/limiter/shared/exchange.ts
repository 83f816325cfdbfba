import type { Clock } from '../../../base/index.ts'
import type { Claim } from '../claim.ts'
import type { LimiterRedis } from '../types.ts'
import { ANSWER_HEAD, type Batch } from './batch.ts'
import { ClockOffset } from './clock-offset.ts'
import type { Entry } from './entry.ts'
import { DECIDE, HEARTBEAT } from './scripts.ts'
import { PREFIX } from './table.ts'

export const EPOCH_KEY = `${PREFIX}epoch`
const MEMBERS_KEY = `${PREFIX}members`

const FORGOTTEN = 1
const LATE = 2

/** More or less of what was charged to a counter. */
export interface Adjustment {
  readonly entry: Entry
  readonly claim: Claim
  readonly amount: number
  /** When it was charged; 0: now. */
  readonly at: number
  /** By which clock. */
  readonly by: 'redis' | 'here'
}

export interface ExchangeSetup {
  readonly redis: LimiterRedis
  readonly clock: Clock
  /** How long anybody waits for an answer of Redis, in milliseconds. */
  readonly commandTimeoutMs: number
  /** This Redis is not the one that was known: it has no counters. */
  readonly onForgotten: () => void
}

/** What is said to Redis, and what that tells about its clock and its memory. */
export class Exchange {
  readonly #setup: ExchangeSetup
  #epoch = 0
  readonly #ahead = new ClockOffset()
  count = 0

  constructor(setup: ExchangeSetup) {
    this.#setup = setup
  }

  /** The clock of Redis less ours, in milliseconds: what is known of it. */
  get aheadMs(): number {
    return this.#ahead.ms
  }

  /** Throws unless everything was done. What Redis reads only after nobody waits any more, it does not do. */
  async send(batch: Batch): Promise<readonly number[]> {
    const { redis, clock, commandTimeoutMs } = this.#setup
    const sentAt = clock.now()
    const deadline = this.#epoch === 0 ? 0 : sentAt + this.#ahead.ms + commandTimeoutMs
    this.count++
    const answer = await redis.eval(DECIDE, batch.keys, [batch.text(this.#epoch, deadline)])
    const [micros, , outcome] = this.#hear(answer, sentAt)
    if (outcome === FORGOTTEN) throw new Error('Redis has lost its data')
    if (outcome === LATE) {
      this.#ahead.begin(micros / 1_000 - sentAt) // Perhaps its clock was set.
      throw new Error('Redis was asked too late')
    }
    return answer as readonly number[]
  }

  /** Says that a process lives, for so long; 0: not any more. Answers how many do. */
  async beat(member: string, believedMs: number): Promise<number> {
    const { redis, clock } = this.#setup
    const sentAt = clock.now()
    const answer = await redis.eval(HEARTBEAT, [EPOCH_KEY, MEMBERS_KEY], [member, believedMs])
    return this.#hear(answer, sentAt)[2]
  }

  adjust(batch: Batch, { entry, claim, amount, at, by }: Adjustment): void {
    batch.adjust(entry, claim, amount, at === 0 || by === 'redis' ? at : at + this.#ahead.ms)
  }

  #hear(answer: unknown, sentAt: number): Head {
    if (!hasHead(answer)) throw new Error('Redis answered what is no answer')
    const [micros, epoch] = answer
    this.#ahead.see(micros / 1_000 - sentAt)
    const isForgotten = this.#epoch !== 0 && epoch !== this.#epoch
    this.#epoch = epoch
    if (isForgotten) this.#setup.onForgotten()
    return answer
  }
}

/** What every answer begins with. */
type Head = readonly [micros: number, epoch: number, outcome: number, ...rest: number[]]

function hasHead(answer: unknown): answer is Head {
  return Array.isArray(answer) && answer.length >= ANSWER_HEAD
}
