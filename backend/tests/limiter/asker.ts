import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock, type Clock } from '../../src/base/index.ts'
import { createLimiter, type Limiter } from '../../src/capabilities/limiter/index.ts'
import { createRedis, type Redis } from '../../src/capabilities/redis/index.ts'

/** At the same time, of each limiter. */
const CALLERS = 4
/** After a refusal: twenty times as much is asked for as may pass, and the machine has room for others. */
const REFUSED_MS = 2
const SUBJECT = { attribute: () => undefined }
/** Back again sooner than the product is. */
const RECONNECT_MS = 5

export interface AskerSetup {
  readonly url: string
  /** Of its keys: those of different names share nothing. */
  readonly name: string
  readonly limit: number
  readonly windowMs: number
  readonly leaseShareMax: number
  readonly commandTimeoutMs: number
  /** By how much the clock of this process is ahead, and by how much it grows more than it should with each millisecond. */
  readonly skewMs: number
  readonly drift: number
}

/** From when to when, on the clock that all processes have. */
export type Stretch = readonly [from: number, to: number]

/** What an asker says of itself; of stretches those since the last time. */
export interface Told {
  readonly asked: number
  readonly decided: number
  /** From the question to the answer. */
  readonly admitted: readonly Stretch[]
  /** When it could not go by the shared counters alone. */
  readonly lost: readonly Stretch[]
  /** Of one that lasts. */
  readonly lostAt: number | undefined
  /** How often it was lost, or forgotten. */
  readonly losses: number
  readonly figures: Readonly<Record<string, number | string | boolean>>
}

/** The same in all processes of a machine, and never set. */
export function commonMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** Asks one limiter for one key, as fast as it may. */
export class Asker {
  readonly #redis: Redis
  readonly #limiter: Limiter
  #asked = 0
  #decided = 0
  #admitted: Stretch[] = []
  #lost: Stretch[] = []
  #lostAt: number | undefined = commonMs()
  #losses = 0
  #callers: readonly Promise<void>[] = []
  #isAsking = false

  constructor(setup: AskerSetup) {
    const { name, url, limit, windowMs, leaseShareMax, commandTimeoutMs } = setup
    const clock = clockOf(setup)
    const keyPrefix = `${name}:`
    this.#redis = createRedis({
      ...{ url, keyPrefix, clock, commandTimeoutMs, reconnectDelayMinMs: RECONNECT_MS },
      unansweredMs: Math.max(200, 2 * commandTimeoutMs),
    })
    this.#limiter = createLimiter({
      ...{ mode: 'enforce', redis: this.#redis, clock, leaseShareMax, commandTimeoutMs },
      rules: { all: { limit, windowMs } },
      observe: ({ kind }) => {
        if (kind !== 'limiter.shared-lost' && kind !== 'limiter.shared-forgotten') return
        this.#losses++
        this.#lostAt ??= commonMs()
      },
    })
  }

  start(): Promise<void> {
    return this.#limiter.start()
  }

  async untilShared(): Promise<void> {
    while (this.#limiter.report().store['isShared'] !== true) await sleep(REFUSED_MS)
  }

  ask(): void {
    this.#isAsking = true
    this.#callers = Array.from({ length: CALLERS }, () => this.#call())
  }

  /** Ends when all that was asked is decided. */
  async rest(): Promise<void> {
    this.#isAsking = false
    await Promise.all(this.#callers)
  }

  /** So often, without a rest. Answers how many were admitted. */
  async askTimes(count: number): Promise<number> {
    const asked = Array.from({ length: count }, async () => this.#limiter.decide(SUBJECT))
    return (await Promise.all(asked)).filter(({ allowed }) => allowed).length
  }

  async #call(): Promise<void> {
    while (this.#isAsking) {
      const askedAt = commonMs()
      this.#asked++
      const { allowed } = await this.#limiter.decide(SUBJECT)
      this.#decided++
      if (allowed) this.#admitted.push([askedAt, commonMs()])
      else await sleep(REFUSED_MS)
    }
  }

  tell(): Told {
    const figures = this.#limiter.report().store
    if (figures['isShared'] !== true || figures['isOnProbation'] !== false) {
      this.#lostAt ??= commonMs()
    } else if (this.#lostAt !== undefined) {
      this.#lost.push([this.#lostAt, commonMs()])
      this.#lostAt = undefined
    }
    const told: Told = {
      ...{ asked: this.#asked, decided: this.#decided, figures },
      ...{ admitted: this.#admitted, lost: this.#lost, lostAt: this.#lostAt, losses: this.#losses },
    }
    this.#admitted = []
    this.#lost = []
    return told
  }

  async stop(): Promise<void> {
    await this.#limiter.stop()
    await this.#redis.close()
  }
}

function clockOf({ skewMs, drift }: AskerSetup): Clock {
  const off = (): number => skewMs + drift * systemClock.now()
  return {
    // From a day on, for a clock that is late does not begin before 0.
    now: () => 86_400_000 + systemClock.now() + off(),
    epochMs: () => systemClock.epochMs() + off(),
    after: systemClock.after,
  }
}
