import { randomUUID } from 'node:crypto'
import type { Clock, Observer } from '../../../base/index.ts'
import type { Finding } from '../detectors/detector.ts'
import type { SecurityMonitorEvent } from '../events.ts'
import type { Measures } from '../measures.ts'
import type { SharingReport } from '../report.ts'
import type { Measure, Principal, SecurityEvent } from '../types.ts'
import { Remembered } from '../remembered.ts'
import { SharedCounts } from './counts.ts'
import {
  formatNews,
  type News,
  parseNews,
  readMeasure,
  readUndone,
  receivedMeasure,
  type SharedMeasure,
  shareMeasure,
} from './message.ts'
import type { SecurityRedis } from './redis.ts'
import { BEGIN_SCRIPT, READ_SCRIPT, UNDO_SCRIPT } from './scripts.ts'
import { Signing } from './signing.ts'

/** Messages may be lost: so often everything in force is read. */
const READ_EVERY_MS = 2_000
const MEASURES_MAX = 20_000
const HEARD_MAX = 20_000
const MINUTE_MS = 60_000

export interface SharingSetup {
  readonly redis: SecurityRedis
  readonly keyPrefix: string
  /** Signs what is told. Undefined: nothing is signed, and everything is believed. */
  readonly newsKey: Buffer | undefined
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
 * itself; when it is back, what was decided and undone meanwhile is told to it. With a secret only what is signed is believed.
 */
export class Sharing {
  readonly counts: SharedCounts
  readonly #setup: SharingSetup
  readonly #channel: string
  readonly #keys: readonly [string, string, string]
  /** Not yet in Redis: the measure, or undefined where it was undone. */
  readonly #unconfirmed = new Map<string, Measure | Undone>()
  /** Were in Redis when it was read: what is gone from there was undone. */
  readonly #confirmed = new Set<string>()
  /** What was kept in Redis when it was read: nothing is verified twice. */
  #read = new Map<string, SharedMeasure>()
  readonly #signing: Signing
  /** Measures that were told of: what is signed could be sent again after it was undone. */
  readonly #heard = new Remembered<true>(HEARD_MAX)
  #refused = 0
  #toldOfRefusedAtMs = -Infinity
  #mark: string | undefined
  #isFailing = false
  #isStopped = false
  #cancel: () => void = () => undefined
  #unsubscribe: () => unknown = () => undefined

  constructor(setup: SharingSetup) {
    const { redis, keyPrefix, newsKey, clock, eventNow, onFound } = setup
    this.#setup = setup
    this.#signing = new Signing(newsKey, keyPrefix)
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
    this.#hearOf(measure.id)
    this.#unconfirmed.set(measure.id, measure)
    this.#tell({ kind: 'began', node, measure: shareMeasure(measure, clock.epochMs()) })
    void this.#confirm(measure.id)
  }

  undone({ id }: Measure, by: string): void {
    this.#unconfirmed.set(id, new Undone(by))
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
      refused: this.#refused,
    }
  }

  #tell(news: News): void {
    const { redis } = this.#setup
    const text = this.#signing.sign(formatNews(news))
    redis.publish(this.#channel, text).catch((error: unknown) => this.#note(error))
  }

  #hear(text: string): void {
    const { node, clock, onMeasure, onUndone, onTold } = this.#setup
    if (this.#isStopped) return
    const signed = this.#verified(text)
    const news = signed === undefined ? undefined : parseNews(signed)
    if (news === undefined || news.node === node) return
    switch (news.kind) {
      case 'began':
        if (!this.#hearOf(news.measure.id)) return
        return onMeasure(receivedMeasure(news.measure, clock.epochMs()))
      case 'undone':
        return onUndone(news.id, news.by)
      case 'told':
        return onTold(news.rule, news.principal, news.quietForMs)
    }
  }

  /** False: it was told of before, which nobody but a stranger does who has listened. */
  #hearOf(id: string): boolean {
    if (!this.#signing.isOn) return true
    if (this.#heard.get(id, 0) === true) return false
    this.#heard.set(id, true, Infinity)
    return true
  }

  /** What is not signed as it must be is told of, the first at once, then at most once a minute. */
  #verified(text: string): string | undefined {
    const signed = this.#signing.verified(text)
    if (signed !== undefined) return signed
    this.#refused++
    const { clock, observe } = this.#setup
    const now = clock.now()
    if (now - this.#toldOfRefusedAtMs >= MINUTE_MS) {
      this.#toldOfRefusedAtMs = now
      observe({ kind: 'security.news-refused', count: this.#refused })
    }
    return undefined
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
      if (measure instanceof Undone) {
        const mark = this.#signing.isOn ? JSON.stringify({ id, undoneBy: measure.by }) : ''
        await redis.eval(UNDO_SCRIPT, [measures, ends], [id, mark && this.#signing.sign(mark)])
      } else if (measure !== undefined) {
        const shared = shareMeasure(measure, clock.epochMs())
        const text = this.#signing.sign(JSON.stringify(shared))
        const args = [id, text, Math.round(shared.lastsMs), MEASURES_MAX]
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
    const before = this.#read
    this.#read = new Map()
    for (let index = 0; index < entries.length; index += 2) {
      const text = String(entries[index])
      const shared = before.get(text) ?? this.#readStored(text)
      if (shared === undefined) continue
      this.#read.set(text, shared)
      inRedis.add(shared.id)
      if (measures.get(shared.id) !== undefined || this.#unconfirmed.has(shared.id)) continue
      if (!this.#hearOf(shared.id)) continue
      const left = Math.min(shared.lastsMs, Number(entries[index + 1]))
      onMeasure(receivedMeasure(shared, clock.epochMs(), left))
    }
    if (isSame) this.#endWithout(inRedis)
    this.#confirmed.clear()
    for (const id of inRedis) this.#confirmed.add(id)
  }

  /** Undefined: it is no measure, or one that was undone. */
  #readStored(text: string): SharedMeasure | undefined {
    const value = parsed(this.#verified(text))
    const shared = readMeasure(value)
    if (shared === undefined) this.#endUndone(value)
    return shared
  }

  #endUndone(value: unknown): void {
    const undone = readUndone(value)
    if (undone === undefined || this.#unconfirmed.has(undone.id)) return
    if (this.#setup.measures.get(undone.id) === undefined) return
    this.#setup.onUndone(undone.id, undone.undoneBy)
  }

  /** What was in Redis and is there no more, before its time, was undone by a process that we have not heard. With a secret that is signed. */
  #endWithout(inRedis: ReadonlySet<string>): void {
    if (this.#signing.isOn) return
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

/** By whom. */
class Undone {
  readonly by: string

  constructor(by: string) {
    this.by = by
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
