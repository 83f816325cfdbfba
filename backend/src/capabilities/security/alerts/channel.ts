import { randomUUID } from 'node:crypto'
import type { Clock, Observer } from '../../../base/index.ts'
import type { Alert } from '../alert.ts'
import { LEVELS, type Level } from '../types.ts'
import { Delivery } from './delivery.ts'
import type { Spool } from './disk/spool.ts'
import type { SecurityAlertingEvent } from './events.ts'
import { heartbeatOf, type Notice, noticeOf, oneMore, resolvedOf } from './notice.ts'
import { Queue, slotOf } from './queue.ts'
import type { QuietHours } from './quiet-hours.ts'
import type { Remark, SinkNature } from './sink.ts'

/** What holds for one channel, complete. */
export interface ChannelRules {
  readonly levelMin: Level
  /** Empty: all. */
  readonly rules: readonly string[]
  readonly groupMs: number
  readonly quietHours: QuietHours
  readonly quietLevel: Level
  readonly perMinuteMax: number
  readonly timeoutMs: number
  readonly retryMsMax: number
  readonly resolveAfterMs: number
  readonly heartbeatMs: number
}

export interface ChannelSetup {
  readonly nature: SinkNature
  readonly rules: ChannelRules
  readonly spool: Spool
  readonly spoolBytesMax: number
  readonly isSilenced: (alert: Alert, nowMs: number) => boolean
  readonly node: string
  readonly clock: Clock
  readonly random: () => number
  readonly observe: Observer<SecurityAlertingEvent>
  /** Nothing has arrived for a while: others should hear of it. */
  readonly onOutage: (sink: string, error: unknown) => void
}

/** What a channel has done, and whether it works. */
export interface ChannelReport {
  readonly name: string
  readonly isSending: boolean
  /** Undefined: nothing was sent yet. */
  readonly isWorking: boolean | undefined
  readonly failingSinceMs: number | undefined
  readonly lastError: string | undefined
  readonly lastDeliveredAtMs: number | undefined
  readonly delivered: number
  readonly failures: number
  readonly waiting: number
  readonly waitingBytes: number
  readonly oldestWaitingAtMs: number | undefined
  /** Came as more of the same with another one. */
  readonly grouped: number
  readonly silenced: number
  /** Told already. */
  readonly repeated: number
  /** Given up, here or where they arrived. */
  readonly dropped: number
}

interface Group {
  readonly untilMs: number
  readonly slot: string
  readonly level: Level
}

const GROUPS_MAX = 10_000
const KNOWN_MAX = 10_000
const FIRST_HEARTBEAT_MS = 1_000

/** One place that alerts go to: what of them, when, and together with which. */
export class Channel {
  readonly name: string
  readonly #setup: ChannelSetup
  readonly #queue: Queue
  readonly #delivery: Delivery
  readonly #groups = new Map<string, Group>()
  readonly #known = new Set<string>()
  #cancelHeartbeat: () => void = () => undefined
  #grouped = 0
  #silenced = 0
  #repeated = 0
  #dropped = 0
  #rejected = 0
  #toldOfDropsAtMs = -Infinity
  #toldOfRemarksAtMs = -Infinity

  constructor(setup: ChannelSetup) {
    const { nature, spool, spoolBytesMax: bytesMax, observe } = setup
    const { name } = nature.sink
    this.name = name
    this.#setup = setup
    this.#queue = new Queue({
      ...{ spool, bytesMax },
      onDropped: (count, reason) => this.#drop(count, reason),
      onFailed: error => observe({ kind: 'security.spool-failed', sink: name, error }),
    })
    this.#delivery = new Delivery({
      ...setup,
      queue: this.#queue,
      onRemark: remark => this.#hear(remark),
      onRefused: count => this.#drop(count, 'refused'),
    })
  }

  /** Goes on with what is there. */
  async start(): Promise<void> {
    await this.load()
    const { heartbeatMs } = this.#setup.rules
    if (heartbeatMs > 0) this.#beatIn(Math.min(heartbeatMs, FIRST_HEARTBEAT_MS))
  }

  /** Takes over what is in its folder; `only`: what was put there just now. */
  async load(only?: readonly string[]): Promise<void> {
    await this.#queue.load(only && new Set(only))
    const nowMs = this.#setup.clock.epochMs()
    for (const { notice, dueAtMs, slot } of this.#queue.all()) {
      const { kind, key, alert } = notice
      if (kind !== 'alert') continue
      this.#know(alert.id)
      if (dueAtMs > nowMs) this.#groups.set(key, { untilMs: dueAtMs, slot, level: alert.level })
    }
    this.#delivery.wake()
  }

  /** Resolves when the alert is safe, or is none for this channel. Never rejects. */
  async tell(alert: Alert): Promise<void> {
    const { rules, isSilenced, clock } = this.#setup
    const nowMs = clock.epochMs()
    if (!isAtLeast(alert.level, rules.levelMin) || !isListed(rules.rules, alert.rule)) return
    if (this.#known.has(alert.id)) {
      this.#repeated++
      return
    }
    if (isSilenced(alert, nowMs)) {
      this.#silenced++
      return
    }
    this.#know(alert.id)
    const notice = noticeOf(alert)
    const safe = [this.#group(notice, nowMs), this.#expectEnd(notice, nowMs)]
    this.#delivery.wake()
    await Promise.all(safe)
  }

  #group(notice: Notice, nowMs: number): Promise<void> {
    const { key, alert } = notice
    const group = this.#groups.get(key)
    const isWorse = group === undefined || !isAtLeast(group.level, alert.level)
    const waiting = isWorse ? undefined : this.#queue.get(group.slot)
    if (waiting !== undefined && waiting.tries === 0 && !waiting.isSending) {
      this.#grouped++
      return this.#queue.put(oneMore(waiting.notice, alert), waiting.dueAtMs)
    }
    const dueAtMs = this.#awake(alert.level, isWorse ? nowMs : Math.max(nowMs, group.untilMs))
    const untilMs = dueAtMs + this.#setup.rules.groupMs
    this.#remember(key, { untilMs, slot: slotOf(notice), level: alert.level }, nowMs)
    return this.#queue.put(notice, dueAtMs)
  }

  #awake(level: Level, dueAtMs: number): number {
    const { quietHours, quietLevel } = this.#setup.rules
    return isAtLeast(level, quietLevel) ? dueAtMs : quietHours.endOf(dueAtMs)
  }

  /** The end of an incident moves on with each of its alerts. */
  #expectEnd(notice: Notice, nowMs: number): Promise<void> {
    const { nature, rules } = this.#setup
    if (!nature.wantsResolved) return Promise.resolve()
    return this.#queue.put(resolvedOf(notice), nowMs + rules.resolveAfterMs)
  }

  #remember(key: string, group: Group, nowMs: number): void {
    this.#groups.delete(key)
    this.#groups.set(key, group)
    if (this.#groups.size <= GROUPS_MAX) return
    for (const [each, { untilMs }] of this.#groups) {
      if (untilMs <= nowMs || this.#groups.size > GROUPS_MAX) this.#groups.delete(each)
    }
  }

  #know(id: string): void {
    if (this.#known.size === KNOWN_MAX) {
      for (const oldest of this.#known) {
        this.#known.delete(oldest)
        break
      }
    }
    this.#known.add(id)
  }

  #beatIn(ms: number): void {
    this.#cancelHeartbeat = this.#setup.clock.after(ms, () => {
      this.beat()
      this.#beatIn(this.#setup.rules.heartbeatMs)
    })
  }

  /** Shows that messages arrive. One that is still waiting says it as well. */
  beat(): void {
    const isWaiting = [...this.#queue.all()].some(({ notice }) => notice.kind === 'heartbeat')
    if (isWaiting) return
    const { node, clock } = this.#setup
    const nowMs = clock.epochMs()
    const notice = heartbeatOf(randomUUID(), this.name, node, nowMs)
    void this.#queue.put(notice, this.#awake('info', nowMs))
    this.#delivery.wake()
  }

  /** The first is told at once, then at most once a minute. */
  #drop(count: number, reason: 'full' | 'refused' | 'unreadable'): void {
    this.#dropped += count
    const nowMs = this.#setup.clock.now()
    if (nowMs - this.#toldOfDropsAtMs < 60_000) return
    this.#toldOfDropsAtMs = nowMs
    const sink = this.name
    this.#setup.observe({ kind: 'security.alerts-dropped', sink, count: this.#dropped, reason })
  }

  /** What was thrown away where it arrived is given up as well. Told as often as that. */
  #hear({ count, message }: Remark): void {
    this.#dropped += count
    this.#rejected += count
    const nowMs = this.#setup.clock.now()
    if (nowMs - this.#toldOfRemarksAtMs < 60_000) return
    this.#toldOfRemarksAtMs = nowMs
    const told = { sink: this.name, count: this.#rejected, message }
    this.#setup.observe({ kind: 'security.alerts-rejected', ...told })
  }

  report(): ChannelReport {
    let oldest: number | undefined
    for (const { notice } of this.#queue.all()) {
      if (notice.kind === 'alert') oldest = Math.min(oldest ?? Infinity, notice.firstAtMs)
    }
    return {
      name: this.name,
      ...this.#delivery.report(),
      waiting: this.#queue.size,
      waitingBytes: this.#queue.bytes,
      oldestWaitingAtMs: oldest,
      grouped: this.#grouped,
      silenced: this.#silenced,
      repeated: this.#repeated,
      dropped: this.#dropped,
    }
  }

  /** What waits stays where it is. */
  async stop(): Promise<void> {
    this.#cancelHeartbeat()
    await this.#delivery.stop()
  }
}

function isAtLeast(level: Level, min: Level): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(min)
}

function isListed(names: readonly string[], name: string): boolean {
  return names.length === 0 || names.includes(name) || name === OUTAGE_RULE
}

/** Everybody who can be reached hears that somebody cannot. */
export const OUTAGE_RULE = 'alert-channel-down'
