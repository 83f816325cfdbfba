import type { Clock } from '../../../base/index.ts'
import type { Contribution, Finding, Together } from '../detectors/detector.ts'
import type { Key } from '../hash.ts'
import { Remembered } from '../remembered.ts'
import type { RuleSettings } from '../rule.ts'
import type { SecurityEvent } from '../types.ts'
import type { SecurityRedis } from './redis.ts'
import { COUNT_SCRIPT } from './scripts.ts'

/** Longest that a count waits for others to go with it. */
const BATCH_MS = 200
/** From this share of its threshold on, a count goes at once. */
const URGENT_SHARE = 0.5
/** Counts that go together, and that wait while Redis is away. */
const BATCH_MAX = 200
const WAITING_MAX = 2_000
const KNOWN_MAX = 20_000
/** What others have counted is not relied on for longer than this share of the window. */
const KNOWN_SHARE = 0.25
/** Things that one counter remembers: so many times its threshold. */
const THRESHOLDS_KEPT = 10
/** Above that a counter is this process's alone. */
const THRESHOLD_MAX = 10_000

/** A threshold that forgets the counter. */
const FORGETS = 0
const NO_FINDING: Finding = { principal: { kind: 'all' }, count: 0, what: '' }

export interface CountsSetup {
  readonly redis: SecurityRedis
  readonly keyPrefix: string
  readonly clock: Clock
  readonly eventNow: () => SecurityEvent
  readonly onFound: (rule: string, finding: Finding, event: SecurityEvent) => void
  /** Redis has answered, or has not. */
  readonly onReply: (error?: unknown) => void
}

interface Waiting {
  readonly rule: string
  readonly event: SecurityEvent
  readonly chain: readonly Contribution[]
  /** It was found here already. */
  readonly isFound: boolean
  readonly sinceMs: number
  /** It was sent, and nobody knows whether it was counted. */
  readonly isAgain?: boolean
}

interface Known {
  total: number
  /** Told of since then, and not answered. */
  waiting: number
}

/** The counts of all processes, in Redis: told in batches, at once where a counter comes near its threshold. */
export class SharedCounts implements Together {
  sent = 0
  dropped = 0
  foundTogether = 0
  readonly #setup: CountsSetup
  readonly #known = new Remembered<Known>(KNOWN_MAX)
  #waiting: Waiting[] = []
  #cancel: (() => void) | undefined
  #isUrgent = false
  #isSending = false
  #isStopped = false

  constructor(setup: CountsSetup) {
    this.#setup = setup
  }

  contribute(rule: RuleSettings, all: readonly Contribution[], isFound: boolean): void {
    const chain = all.filter(({ threshold }) => threshold <= THRESHOLD_MAX)
    if (chain.length === 0 || this.#isStopped) return
    const { clock, eventNow } = this.#setup
    const sinceMs = clock.now()
    this.#waiting.push({ rule: rule.name, event: eventNow(), chain, isFound, sinceMs })
    if (this.#waiting.length > WAITING_MAX) {
      this.#waiting.shift()
      this.dropped++
    }
    for (const contribution of chain) this.#note(contribution, 1)
    const isNear = ({ finding, threshold }: Contribution) =>
      finding.count >= threshold * URGENT_SHARE
    this.#schedule(chain.some(isNear))
  }

  known(counter: string, key: Key, nowMs: number): number {
    const known = this.#known.get(`${counter}:${key.toString()}`, nowMs)
    return known === undefined ? 0 : known.total + known.waiting
  }

  forget(counter: string, key: Key, windowMs: number): void {
    if (this.#isStopped) return
    const name = key.toString()
    this.#known.delete(`${counter}:${name}`)
    const chain = [
      { counter, windowMs, threshold: FORGETS, key: name, item: '', finding: NO_FINDING },
    ]
    const { clock, eventNow } = this.#setup
    const common = { rule: '', event: eventNow(), isFound: true }
    this.#waiting.push({ ...common, chain, sinceMs: clock.now() })
    this.#schedule(true)
  }

  stop(): void {
    this.#isStopped = true
    this.#cancel?.()
  }

  #schedule(isUrgent: boolean): void {
    if (this.#isStopped || this.#isSending) return
    if (this.#cancel !== undefined && (this.#isUrgent || !isUrgent)) return
    this.#cancel?.()
    this.#isUrgent = isUrgent
    this.#cancel = this.#setup.clock.after(isUrgent ? 0 : BATCH_MS, () => void this.#send())
  }

  async #send(): Promise<void> {
    this.#cancel = undefined
    if (this.#isSending) return
    this.#isSending = true
    const batch = this.#take()
    const isDone = batch.length === 0 || (await this.#ask(batch))
    this.#isSending = false
    if (!isDone) {
      const again = batch.map(waiting => ({ ...waiting, isAgain: true }))
      this.#waiting = [...again, ...this.#waiting].slice(-WAITING_MAX)
    }
    if (this.#waiting.length > 0) this.#schedule(isDone)
  }

  /** What is older than its window counts no more. */
  #take(): readonly Waiting[] {
    const now = this.#setup.clock.now()
    const isOld = ({ chain, sinceMs }: Waiting): boolean =>
      chain.every(({ windowMs }) => now - sinceMs > windowMs)
    const fresh = this.#waiting.filter(waiting => !isOld(waiting))
    this.dropped += this.#waiting.length - fresh.length
    this.#waiting = fresh.slice(BATCH_MAX)
    return fresh.slice(0, BATCH_MAX)
  }

  async #ask(batch: readonly Waiting[]): Promise<boolean> {
    const { redis, clock, onReply } = this.#setup
    const now = clock.now()
    const keys = batch.flatMap(({ chain }) => chain.map(each => this.#redisKey(each)))
    const args = batch.flatMap(({ chain, sinceMs, isAgain = false }, group) =>
      chain.flatMap(each => [...argumentsOf(each, group, now - sinceMs), isAgain ? 1 : 0]),
    )
    try {
      const answers = await redis.eval(COUNT_SCRIPT, keys, args)
      onReply()
      this.sent += keys.length
      if (Array.isArray(answers)) this.#hear(batch, answers.map(Number))
      return true
    } catch (error) {
      onReply(error)
      return false // What Redis has counted all the same, it will not count again: things have names.
    }
  }

  #hear(batch: readonly Waiting[], answers: readonly number[]): void {
    let next = 0
    for (const { rule, event, chain, isFound } of batch) {
      for (const contribution of chain) {
        const answer = answers[next++] ?? 0
        if (answer !== 0) this.#note(contribution, -1, Math.abs(answer))
        if (answer >= 0 || isFound) continue
        this.foundTogether++
        const count = -answer
        const { finding } = contribution
        const what = finding.what.replace(/^\d+/, String(count))
        this.#setup.onFound(rule, { ...finding, count, what }, event)
      }
    }
  }

  #note({ counter, key, windowMs }: Contribution, waiting: number, total?: number): void {
    const name = `${counter}:${key}`
    const nowMs = this.#setup.clock.epochMs()
    const before = this.#known.get(name, nowMs)
    if (before === undefined && total !== undefined) return // Forgotten while it was asked.
    const known: Known = {
      total: total ?? before?.total ?? 0,
      waiting: Math.max(0, (before?.waiting ?? 0) + waiting),
    }
    this.#known.set(name, known, nowMs + windowMs * KNOWN_SHARE)
  }

  #redisKey({ counter, key }: Contribution): string {
    return `${this.#setup.keyPrefix}:count:${counter}:${key}`
  }
}

function argumentsOf(
  { threshold, windowMs, item }: Contribution,
  group: number,
  ageMs: number,
): readonly (string | number)[] {
  const whole = Math.ceil(threshold)
  return [group, whole, windowMs, Math.round(ageMs), item, whole * THRESHOLDS_KEPT]
}
