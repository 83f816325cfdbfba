import type { Clock } from '../../../base/index.ts'
import type { LimiterRedis, Penalty } from '../types.ts'
import { PENALIZE, PENALTIES } from './scripts.ts'
import { PREFIX } from './table.ts'

const KEY = `${PREFIX}penalties`
const CHANNEL = 'limits:penalties'
const TRIES = 5
const RETRY_MS = 500

export interface PenaltyNewsSetup {
  readonly redis: LimiterRedis
  readonly clock: Clock
  readonly onPenalty: (penalty: Penalty) => void
}

/** Penalties, told to all processes and kept for those that come later. */
export class PenaltyNews {
  readonly #setup: PenaltyNewsSetup
  #leave: () => unknown = () => undefined

  constructor(setup: PenaltyNewsSetup) {
    this.#setup = setup
  }

  async start(): Promise<void> {
    const { redis } = this.#setup
    const read = (): void => void this.#readAll()
    // What was told before it listened, or while it could not, is read.
    this.#leave = await redis.subscribe(CHANNEL, text => this.#hear(text), read)
  }

  async stop(): Promise<void> {
    await this.#leave()
  }

  tell(penalty: Penalty, tries = TRIES): void {
    const { redis, clock } = this.#setup
    const { attribute, value, share, reason, until } = penalty
    const forMs = Math.ceil(until - clock.epochMs())
    if (forMs <= 0 || tries === 0) return
    const whom = JSON.stringify([attribute, value])
    const rest = JSON.stringify([attribute, value, share, reason])
    redis.eval(PENALIZE, [KEY, CHANNEL], [whom, forMs, rest]).catch(() => {
      clock.after(RETRY_MS, () => this.tell(penalty, tries - 1))
    })
  }

  async #readAll(): Promise<void> {
    const { redis } = this.#setup
    const found = await redis.eval(PENALTIES, [KEY], []).catch(() => [])
    if (Array.isArray(found)) for (const text of found) this.#hear(String(text))
  }

  #hear(text: string): void {
    const { clock, onPenalty } = this.#setup
    const [, forMs = '', rest = ''] = /^(\d+) (.*)$/s.exec(text) ?? []
    const penalty = penaltyOf(rest, clock.epochMs() + Number(forMs))
    if (penalty !== undefined) onPenalty(penalty)
  }
}

function penaltyOf(text: string, until: number): Penalty | undefined {
  let told: unknown
  try {
    told = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!Array.isArray(told)) return undefined
  const [attribute, value, share, reason] = told as unknown[]
  const isPenalty =
    typeof attribute === 'string' &&
    typeof value === 'string' &&
    typeof share === 'number' &&
    typeof reason === 'string' &&
    share >= 0 &&
    share <= 1
  return isPenalty ? { attribute, value, share, reason, until } : undefined
}
