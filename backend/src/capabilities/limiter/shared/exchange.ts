import type { Clock } from '../../../base/index.ts'
import type { Claim } from '../claim.ts'
import type { LimiterRedis } from '../types.ts'
import { ANSWER_HEAD, Batch } from './batch.ts'
import { ClockOffset } from './clock-offset.ts'
import type { Entry } from './entry.ts'
import { DECIDE, HEARTBEAT } from './scripts.ts'
import { PREFIX } from './table.ts'

/** Those that all scripts have first. */
const KEYS = [`${PREFIX}epoch`, `${PREFIX}members`, `${PREFIX}expected`]

const FORGOTTEN = 1
const LATE = 2

/** In place of how long a process is believed. */
const LEAVES = 0
const LOOKS = -1

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
  /** Names this process among the others. */
  readonly member: string
  /** This Redis is not the one that was known: it has no counters. */
  readonly onForgotten: () => void
}

/** What is said to Redis, and what that tells about its clock and its memory. */
export class Exchange {
  readonly #setup: ExchangeSetup
  #epoch = 0
  readonly #ahead = new ClockOffset()
  /** Batches that were sent. */
  count = 0
  /** Processes that vanished without a word, by the last answer: Redis keeps their part for them. */
  missing = 0

  constructor(setup: ExchangeSetup) {
    this.#setup = setup
  }

  /** The clock of Redis less ours, in milliseconds: what is known of it. */
  get aheadMs(): number {
    return this.#ahead.ms
  }

  newBatch(): Batch {
    return new Batch(KEYS)
  }

  /** Throws unless everything was done. What Redis reads only after nobody waits any more, it does not do. */
  async send(batch: Batch): Promise<readonly number[]> {
    const { redis, clock } = this.#setup
    const sentAt = clock.now()
    this.count++
    const text = batch.text(this.#epoch, this.#deadline(sentAt))
    return this.#hear(await redis.eval(DECIDE, batch.keys, [text]), sentAt)
  }

  /** Says that this process lives, for so long. `processes`: as far as it knows, where Redis may not. Answers how many there are. */
  join(believedMs: number, processes: number): Promise<number> {
    return this.#beat(believedMs, this.#epoch, processes)
  }

  /** Is Redis there, and which? Answers the same. */
  look(): Promise<number> {
    return this.#beat(LOOKS, 0, 0)
  }

  /** Nobody waits for it any more. */
  async leave(): Promise<void> {
    await this.#beat(LEAVES, this.#epoch, 0)
  }

  async #beat(believedMs: number, epoch: number, processes: number): Promise<number> {
    const { redis, clock, member } = this.#setup
    const sentAt = clock.now()
    const given = [member, believedMs, epoch, epoch === 0 ? 0 : this.#deadline(sentAt), processes]
    return this.#hear(await redis.eval(HEARTBEAT, KEYS, given), sentAt)[ANSWER_HEAD] ?? 1
  }

  #deadline(sentAt: number): number {
    return this.#epoch === 0 ? 0 : sentAt + this.#ahead.ms + this.#setup.commandTimeoutMs
  }

  adjust(batch: Batch, { entry, claim, amount, at, by }: Adjustment): void {
    batch.adjust(entry, claim, amount, at === 0 || by === 'redis' ? at : at + this.#ahead.ms)
  }

  #hear(answer: unknown, sentAt: number): readonly number[] {
    if (!hasHead(answer)) throw new Error('Redis answered what is no answer')
    const [micros, epoch, outcome, missing] = answer
    this.#ahead.see(micros / 1_000 - sentAt)
    const isForgotten = this.#epoch !== 0 && epoch !== this.#epoch
    this.#epoch = epoch
    this.missing = missing
    if (isForgotten) this.#setup.onForgotten()
    if (outcome === FORGOTTEN) throw new Error('Redis has lost its data')
    if (outcome === LATE) {
      this.#ahead.begin(micros / 1_000 - sentAt) // Perhaps its clock was set.
      throw new Error('Redis was asked too late')
    }
    return answer
  }
}

/** What every answer begins with. */
type Head = readonly [micros: number, epoch: number, outcome: number, missing: number, ...number[]]

function hasHead(answer: unknown): answer is Head {
  return Array.isArray(answer) && answer.length >= ANSWER_HEAD
}
