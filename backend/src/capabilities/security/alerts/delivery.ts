import type { Clock, Observer } from '../../../base/index.ts'
import { shown } from '../shown.ts'
import { AlertUndeliveredError } from './errors.ts'
import type { SecurityAlertingEvent } from './events.ts'
import type { Entry, Queue } from './queue.ts'
import type { Remark, SinkNature } from './sink.ts'

export interface DeliverySetup {
  readonly nature: SinkNature
  readonly rules: {
    readonly perMinuteMax: number
    readonly timeoutMs: number
    readonly retryMsMax: number
  }
  readonly queue: Queue
  readonly clock: Clock
  readonly random: () => number
  readonly observe: Observer<SecurityAlertingEvent>
  readonly onOutage: (sink: string, error: unknown) => void
  /** The sink took them, and says something of it. */
  readonly onRemark: (remark: Remark) => void
  /** Notices were given up that the sink does not want. */
  readonly onRefused: (count: number) => void
}

/** First pause after a failure, in milliseconds; each further one is twice as long. */
const RETRY_MS = 1_000
/** So often a sink may refuse one notice before it is given up. */
const REFUSALS_MAX = 5
const OUTAGE_AFTER_MS = 60_000
const MINUTE_MS = 60_000
/** Part of a minute's messages that may go at once. */
const BURST_SHARE = 1 / 4

/** Sends what waits, one message at a time, and again until it arrives. */
export class Delivery {
  readonly #setup: DeliverySetup
  #run: Promise<void> | undefined
  #cancel: () => void = () => undefined
  #abort = new AbortController()
  #isStopped = false
  #failuresInARow = 0
  #restsUntil = -Infinity
  #isToldOfOutage = false
  /** The sink does not want something of a message: which part is found by sending each for itself. */
  #isSearching = false
  #tokens: number
  #tokensAt: number
  #failingSince: number | undefined
  #isWorking: boolean | undefined
  #failingSinceMs: number | undefined
  #lastError: string | undefined
  #lastDeliveredAtMs: number | undefined
  #delivered = 0
  #failures = 0

  constructor(setup: DeliverySetup) {
    this.#setup = setup
    this.#tokens = burstOf(setup)
    this.#tokensAt = setup.clock.now()
  }

  /** Something may be due. */
  wake(): void {
    if (this.#isStopped || this.#run !== undefined) return
    this.#cancel()
    this.#run = this.#work().finally(() => {
      this.#run = undefined
      this.#sleep()
    })
  }

  report() {
    return {
      isSending: this.#run !== undefined,
      isWorking: this.#isWorking,
      failingSinceMs: this.#failingSinceMs,
      lastError: this.#lastError,
      lastDeliveredAtMs: this.#lastDeliveredAtMs,
      delivered: this.#delivered,
      failures: this.#failures,
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancel()
    this.#abort.abort()
    await this.#run
  }

  async #work(): Promise<void> {
    while (!this.#isStopped && this.#pauseMs() === 0) {
      const { queue, clock, nature } = this.#setup
      const batch = queue.due(clock.epochMs(), this.#isSearching ? 1 : nature.batchMax)
      if (batch.length === 0) return
      await this.#send(batch)
    }
  }

  /** Until the next that is due, but not before a pause is over. */
  #sleep(): void {
    if (this.#isStopped) return
    this.#cancel()
    const { queue, clock } = this.#setup
    const dueInMs = queue.nextDueAtMs() - clock.epochMs()
    if (dueInMs === Infinity) return
    const ms = Math.max(dueInMs, this.#pauseMs())
    if (ms <= 0) return this.wake() // It came just now.
    this.#cancel = clock.after(Math.min(ms, TIMER_MS_MAX), () => this.wake())
  }

  /** What is left of the rest after a failure, or until another message is allowed. */
  #pauseMs(): number {
    const { clock, rules } = this.#setup
    const now = clock.now()
    const perMs = rules.perMinuteMax / MINUTE_MS
    this.#tokens = Math.min(burstOf(this.#setup), this.#tokens + (now - this.#tokensAt) * perMs)
    this.#tokensAt = now
    const untilToken = this.#tokens >= 1 ? 0 : Math.ceil((1 - this.#tokens) / perMs)
    return Math.max(untilToken, Math.ceil(this.#restsUntil - now), 0)
  }

  async #send(batch: readonly Entry[]): Promise<void> {
    const { nature, queue } = this.#setup
    this.#tokens--
    for (const entry of batch) entry.isSending = true
    const end = this.#deadline()
    let rejected = 0
    const remark = ({ count, message }: Remark): void => {
      rejected = Math.min(count, batch.length)
      this.#setup.onRemark({ count: rejected, message: shown(message) })
    }
    try {
      const notices = batch.map(({ notice }) => notice)
      await nature.sink.send(notices, this.#abort.signal, remark)
      end()
      await queue.remove(batch)
      this.#succeeded(batch.length - rejected)
    } catch (error) {
      end()
      if (!this.#isStopped) await this.#failed(batch, error)
    } finally {
      for (const entry of batch) entry.isSending = false
    }
  }

  #deadline(): () => void {
    const { clock, rules } = this.#setup
    const abort = new AbortController() // Whoever waits for a signal waits as long as that lives.
    this.#abort = abort
    return clock.after(rules.timeoutMs, () => abort.abort())
  }

  #succeeded(delivered: number): void {
    const { clock, observe, queue, nature } = this.#setup
    this.#delivered += delivered
    this.#lastDeliveredAtMs = clock.epochMs()
    this.#isSearching = false
    this.#restsUntil = -Infinity
    this.#failuresInARow = 0
    this.#isToldOfOutage = false
    if (this.#failingSince !== undefined) {
      const afterMs = clock.now() - this.#failingSince
      const sink = nature.sink.name
      observe({ kind: 'security.sink-works', sink, afterMs, queued: queue.size })
    }
    this.#failingSince = undefined
    this.#failingSinceMs = undefined
    this.#lastError = undefined
    this.#isWorking = true
  }

  async #failed(batch: readonly Entry[], error: unknown): Promise<void> {
    this.#failures++
    for (const entry of batch) entry.tries++
    this.#lastError = shown(error instanceof Error ? error.message : String(error))
    const isOfContent = error instanceof AlertUndeliveredError && error.isOfContent
    if (isOfContent && batch.length > 1) this.#isSearching = true
    else if (isOfContent) await this.#refused(batch, error)
    else this.#isAway(error)
  }

  /** The sink is there: the others go on, and this one waits for itself. */
  async #refused(batch: readonly Entry[], error: AlertUndeliveredError): Promise<void> {
    const { queue, clock, rules, onRefused } = this.#setup
    for (const entry of batch) {
      entry.refusals++
      if (error.isFinal || entry.refusals >= REFUSALS_MAX) {
        onRefused(1)
        this.#tellFailure(error)
        await queue.remove([entry])
        continue
      }
      const pauseMs = Math.min(rules.retryMsMax, RETRY_MS * 2 ** (entry.refusals + 1))
      queue.postpone(entry, clock.epochMs() + pauseMs)
    }
  }

  #isAway(error: unknown): void {
    const { clock, rules, random, nature, onOutage } = this.#setup
    const now = clock.now()
    const backoff = Math.min(rules.retryMsMax, RETRY_MS * 2 ** this.#failuresInARow)
    const asked = error instanceof AlertUndeliveredError ? (error.retryAfterMs ?? 0) : 0
    this.#restsUntil = now + Math.max(backoff * (0.5 + random() / 2), asked)
    this.#failuresInARow = Math.min(this.#failuresInARow + 1, BACKOFF_STEPS_MAX)
    this.#tellFailure(error)
    if (this.#isToldOfOutage || now - (this.#failingSince ?? now) < OUTAGE_AFTER_MS) return
    this.#isToldOfOutage = true
    onOutage(nature.sink.name, error)
  }

  #tellFailure(error: unknown): void {
    const { clock, observe, queue, nature } = this.#setup
    this.#isWorking = false
    if (this.#failingSince !== undefined) return
    this.#failingSince = clock.now()
    this.#failingSinceMs = clock.epochMs()
    const sink = nature.sink.name
    observe({ kind: 'security.sink-failed', sink, error, queued: queue.size })
  }
}

const BACKOFF_STEPS_MAX = 20
/** Node's timers take no more. */
const TIMER_MS_MAX = 2_147_483_647

function burstOf({ rules }: Pick<DeliverySetup, 'rules'>): number {
  return Math.max(1, Math.ceil(rules.perMinuteMax * BURST_SHARE))
}
