import { randomUUID } from 'node:crypto'
import type { Clock, Observer } from '../../../base/index.ts'
import type { Finding } from '../detectors/detector.ts'
import type { SecurityMonitorEvent } from '../events.ts'
import type { Measures } from '../measures.ts'
import type { SharingReport } from '../report.ts'
import type { Measure, Principal, SecurityEvent } from '../types.ts'
import { SharedCounts } from './counts.ts'
import {
  formatNews,
  type News,
  parseNews,
  readMeasure,
  receivedMeasure,
  shareMeasure,
} from './message.ts'
import type { SecurityRedis } from './redis.ts'
import { BEGIN_SCRIPT, READ_SCRIPT, UNDO_SCRIPT } from './scripts.ts'

/** Messages may be lost: so often everything in force is read. */
const READ_EVERY_MS = 2_000
const MEASURES_MAX = 20_000

export interface SharingSetup {
  readonly redis: SecurityRedis
  readonly keyPrefix: string
  readonly node: string
  readonly clock: Clock
  readonly observe: Observer<SecurityMonitorEvent>
  readonly measures: Measures
  readonly eventNow: () => SecurityEvent
  readonly onFound: (rule: string, finding: Finding, event: SecurityEvent) => void
  readonly onMeasure: (measure: Measure) => void
  readonly onUndone: (id: string, by: string) => void
  readonly onTold: (rule: string, principal: Principal, quietForMs: number) => void
}

/**
 * Decisions of all processes: published at once, and kept in Redis for those that were not there. Without Redis each goes on by
 * itself; when it is back, what was decided and undone meanwhile is told to it.
 */
export class Sharing {
  readonly counts: SharedCounts
  readonly #setup: SharingSetup
  readonly #channel: string
  readonly #keys: readonly [string, string, string]
  /** Not yet in Redis: the measure, or undefined where it was undone. */
  readonly #unconfirmed = new Map<string, Measure | undefined>()
  /** Were in Redis when it was read: what is gone from there was undone. */
  readonly #confirmed = new Set<string>()
  #mark: string | undefined
  #isFailing = false
  #isStopped = false
  #cancel: () => void = () => undefined
  #unsubscribe: () => unknown = () => undefined

  constructor(setup: SharingSetup) {
    const { redis, keyPrefix, clock, eventNow, onFound } = setup
    this.#setup = setup
    this.#channel = `${keyPrefix}:news`
    this.#keys = [`${keyPrefix}:measures`, `${keyPrefix}:measures:ends`, `${keyPrefix}:mark`]
    const onReply = (error?: unknown): void => this.#note(error)
    this.counts = new SharedCounts({ redis, keyPrefix, clock, eventNow, onFound, onReply })
  }

  async start(): Promise<void> {
    const { redis } = this.#setup
    try {
      const onMessage = (text: string): void => this.#hear(text)
      this.#unsubscribe = await redis.subscribe(this.#channel, onMessage, () => void this.#sync())
    } catch (error) {
      this.#note(error)
    }
    await this.#sync()
    this.#repeat()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancel()
    this.counts.stop()
    await Promise.resolve(this.#unsubscribe()).catch(() => undefined)
  }

  began(measure: Measure): void {
    const { node, clock } = this.#setup
    this.#unconfirmed.set(measure.id, measure)
    this.#tell({ kind: 'began', node, measure: shareMeasure(measure, clock.epochMs()) })
    void this.#confirm(measure.id)
  }

  undone({ id }: Measure, by: string): void {
    this.#unconfirmed.set(id, undefined)
    this.#tell({ kind: 'undone', node: this.#setup.node, id, by })
    void this.#confirm(id)
  }

  told(rule: string, principal: Principal, quietForMs: number): void {
    this.#tell({ kind: 'told', node: this.#setup.node, rule, principal, quietForMs })
  }

  report(): SharingReport {
    const { sent, dropped, foundTogether } = this.counts
    return {
      isConnected: !this.#isFailing && this.#setup.redis.isReady,
      sent,
      dropped,
      foundTogether,
    }
  }

  #tell(news: News): void {
    const { redis } = this.#setup
    redis.publish(this.#channel, formatNews(news)).catch((error: unknown) => this.#note(error))
  }

  #hear(text: string): void {
    const { node, clock, onMeasure, onUndone, onTold } = this.#setup
    const news = parseNews(text)
    if (news === undefined || news.node === node || this.#isStopped) return
    switch (news.kind) {
      case 'began':
        return onMeasure(receivedMeasure(news.measure, clock.epochMs()))
      case 'undone':
        return onUndone(news.id, news.by)
      case 'told':
        return onTold(news.rule, news.principal, news.quietForMs)
    }
  }

  #repeat(): void {
    if (this.#isStopped) return
    this.#cancel = this.#setup.clock.after(READ_EVERY_MS, () => {
      void this.#sync().finally(() => this.#repeat())
    })
  }

  /** First what Redis does not know yet, then what this process does not. */
  async #sync(): Promise<void> {
    const { redis } = this.#setup
    if (this.#isStopped) return
    for (const id of [...this.#unconfirmed.keys()]) if (!(await this.#confirm(id))) return
    try {
      const answer = await redis.eval(READ_SCRIPT, this.#keys, [randomUUID()])
      this.#note()
      if (Array.isArray(answer)) this.#merge(answer)
    } catch (error) {
      this.#note(error)
    }
  }

  async #confirm(id: string): Promise<boolean> {
    const { redis, clock } = this.#setup
    if (!this.#unconfirmed.has(id)) return true
    const measure = this.#unconfirmed.get(id)
    const [measures, ends] = this.#keys
    try {
      if (measure === undefined) await redis.eval(UNDO_SCRIPT, [measures, ends], [id])
      else {
        const shared = shareMeasure(measure, clock.epochMs())
        const args = [id, JSON.stringify(shared), Math.round(shared.lastsMs), MEASURES_MAX]
        await redis.eval(BEGIN_SCRIPT, [measures, ends], args)
      }
      if (this.#unconfirmed.get(id) === measure) this.#unconfirmed.delete(id)
      return true
    } catch (error) {
      this.#note(error)
      return false
    }
  }

  #merge([mark, ...entries]: readonly unknown[]): void {
    const { clock, measures, onMeasure } = this.#setup
    const isSame = mark === this.#mark
    this.#mark = typeof mark === 'string' ? mark : undefined
    if (!isSame) this.#tellAgain()
    const inRedis = new Set<string>()
    for (let index = 0; index < entries.length; index += 2) {
      const shared = readMeasure(parsed(entries[index]))
      if (shared === undefined) continue
      inRedis.add(shared.id)
      if (measures.get(shared.id) !== undefined || this.#unconfirmed.has(shared.id)) continue
      onMeasure(receivedMeasure(shared, clock.epochMs(), Number(entries[index + 1])))
    }
    if (isSame) this.#endWithout(inRedis)
    this.#confirmed.clear()
    for (const id of inRedis) this.#confirmed.add(id)
  }

  /** What was in Redis and is there no more, before its time, was undone by a process that we have not heard. */
  #endWithout(inRedis: ReadonlySet<string>): void {
    const { clock, measures, onUndone } = this.#setup
    const soon = clock.epochMs() + READ_EVERY_MS
    for (const id of this.#confirmed) {
      const isGone = !inRedis.has(id) && !this.#unconfirmed.has(id)
      const isEarly = (measures.get(id)?.untilMs ?? 0) > soon
      if (isGone && isEarly) onUndone(id, 'another process')
    }
  }

  /** Redis has forgotten, or is another one. */
  #tellAgain(): void {
    this.#confirmed.clear()
    const { measures, clock } = this.#setup
    for (const measure of measures.inForce(clock.epochMs())) {
      if (!this.#unconfirmed.has(measure.id)) this.#unconfirmed.set(measure.id, measure)
    }
  }

  /** What cannot be done is told once, until it can be done again. */
  #note(error?: unknown): void {
    const isFailing = error !== undefined
    if (isFailing === this.#isFailing || this.#isStopped) return
    this.#isFailing = isFailing
    const { observe } = this.#setup
    observe(
      isFailing ? { kind: 'security.share-failed', error } : { kind: 'security.share-restored' },
    )
  }
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return undefined
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}
