import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import {
  type Clock,
  ignoreEvents,
  type Observer,
  option,
  systemClock,
} from '../../../base/index.ts'
import type { Alert } from '../alert.ts'
import type { ChainRecord } from '../chain.ts'
import { shown } from '../shown.ts'
import type { SecurityEvent } from '../types.ts'
import { Channel, type ChannelReport, type ChannelRules, OUTAGE_RULE } from './channel.ts'
import type { AlertChannel } from './channel-rules.ts'
import { RotatingFile } from './disk/rotating-file.ts'
import { type Seat, takeSeat } from './disk/seat.ts'
import { createSpool, moveSpool, NO_SPOOL } from './disk/spool.ts'
import { SpoolUnusableError } from './errors.ts'
import type { SecurityAlertingEvent } from './events.ts'
import { makeSink } from './make-sink.ts'
import {
  ALERTING_CHECKS,
  ALERTING_DEFAULTS,
  type AlertingOptions,
  type AlertingRules,
} from './options.ts'
import { QuietHours } from './quiet-hours.ts'
import { type Silence, silencesOf } from './silences.ts'
import type { AlertSink, SinkNature } from './sink.ts'

export interface AlertingSetup extends AlertingOptions {
  /** Sinks of one's own, beside the channels. They get all from `low` on. */
  readonly sinks?: readonly AlertSink[]
  /** The name of this process. Default: a random one. */
  readonly node?: string
  readonly clock?: Clock
  /** From 0 to 1. */
  readonly random?: () => number
  readonly observe?: Observer<SecurityAlertingEvent>
}

/** What becomes of alerts. */
export interface AlertingReport {
  readonly channels: readonly ChannelReport[]
  /** Undefined: what waits is lost when the process ends. */
  readonly spoolDirectory: string | undefined
  /** Lines that could not be written. */
  readonly lost: { readonly records: number; readonly events: number }
}

/** Brings alerts to people, and keeps what was found and done. */
export interface Alerting {
  /** For `monitor.onAlert`. Resolves when it is safe, never rejects. */
  readonly tell: (alert: Alert) => Promise<void>
  /** For `journal` of the monitor. Undefined: there is no spool directory. */
  readonly keep: ((record: ChainRecord) => void) | undefined
  /** For `journalAfter`: where the record ends. */
  readonly keptLast: Pick<ChainRecord, 'sequence' | 'hash'> | undefined
  /** Writes an event down for back-tests. Undefined: there is no `recordPath`. */
  readonly record: ((event: SecurityEvent) => void) | undefined
  /** What is not told of from now on. Throws ST001. */
  setSilences(silences: readonly Silence[]): void
  /** Shows now that all channels work. */
  beat(): void
  report(): AlertingReport
  /** What waits stays on disk. */
  stop(): Promise<void>
}

const DAY_MS = 86_400_000
const ADOPT_EVERY_MS = 60_000
const RECORD = 'record.jsonl'
const CHANNEL_DEFAULTS = Object.freeze({
  levelMin: 'low',
  rules: Object.freeze([]),
  groupMs: 300_000,
  quietHours: Object.freeze([]),
  quietLevel: 'high',
  timeZone: 'UTC',
  timeoutMs: 10_000,
  retryMsMax: 60_000,
  resolveAfterMs: 3_600_000,
} as const)

/** Opens the channels and begins to send what waits. Rejects with ST001, or ST434 where the spool directory cannot be used. */
export async function openAlerting(setup: AlertingSetup = {}): Promise<Alerting> {
  const { sinks, node, clock, random, observe, ...options } = setup
  const rules = option.settled('security', options, ALERTING_CHECKS, ALERTING_DEFAULTS)
  const parts = {
    ...{ node: node ?? randomUUID().slice(0, 8), clock: clock ?? systemClock },
    ...{ random: random ?? Math.random, observe: observe ?? ignoreEvents, sinks: sinks ?? [] },
  }
  try {
    const alerting = new OpenAlerting(rules, parts)
    await alerting.open()
    return alerting
  } catch (error) {
    throw new SpoolUnusableError(rules.spoolDirectory ?? rules.recordPath ?? '', error)
  }
}

type Parts = Required<Pick<AlertingSetup, 'sinks' | 'node' | 'clock' | 'random' | 'observe'>>

class OpenAlerting implements Alerting {
  keep: Alerting['keep']
  keptLast: Alerting['keptLast']
  record: Alerting['record']
  readonly #rules: AlertingRules
  readonly #parts: Parts
  #channels: readonly Channel[] = []
  #isSilenced: (alert: Alert, nowMs: number) => boolean
  #seat: Seat | undefined
  #journal: RotatingFile | undefined
  #events: RotatingFile | undefined
  #adopting: Promise<void> | undefined
  readonly #telling = new Set<Promise<unknown>>()
  #cancel: () => void = () => undefined

  constructor(rules: AlertingRules, parts: Parts) {
    this.#rules = rules
    this.#parts = parts
    this.#isSilenced = silencesOf(rules.silences)
  }

  async open(): Promise<void> {
    const { spoolDirectory, recordPath } = this.#rules
    if (recordPath !== undefined) await this.#openEvents(recordPath)
    if (spoolDirectory !== undefined) await this.#openSpool(spoolDirectory)
    this.#channels = this.#natures().map(([nature, channel]) => this.#channelOf(nature, channel))
    await Promise.all(this.#channels.map(channel => channel.start()))
    if (this.#seat !== undefined) this.#adoptIn(0)
  }

  async #openEvents(path: string): Promise<void> {
    const file = await this.#openFile(path, false)
    this.#events = file
    this.record = event => file.append(lineOf(event))
  }

  async #openSpool(directory: string): Promise<void> {
    this.#seat = await takeSeat(directory, this.#parts.clock)
    const file = await this.#openFile(join(this.#seat.directory, RECORD), true)
    this.#journal = file
    this.keep = record => file.append(JSON.stringify(record))
    this.keptLast = lastOf(file.lastLine)
  }

  #openFile(path: string, isDurable: boolean): Promise<RotatingFile> {
    const { recordBytesMax: bytesMax, recordFilesMax: filesMax } = this.#rules
    const { observe } = this.#parts
    const onError = (error: unknown): void =>
      observe({ kind: 'security.record-failed', path, error })
    return RotatingFile.open({ path, bytesMax, filesMax, isDurable, onError })
  }

  #natures(): readonly (readonly [SinkNature, AlertChannel])[] {
    const channels = Object.entries(this.#rules.alerts).filter(
      ([, { enabled }]) => enabled !== false,
    )
    const made = channels.map(
      ([name, channel]) => [this.#natureOf(name, channel), channel] as const,
    )
    const own = this.#parts.sinks.map(sink => [{ ...OWN_NATURE, sink }, OWN_CHANNEL] as const)
    return [...made, ...own]
  }

  #natureOf(name: string, channel: AlertChannel): SinkNature {
    const { clock, observe } = this.#parts
    const { timeoutMs, resolveAfterMs } = { ...CHANNEL_DEFAULTS, ...channel }
    const heartbeatMs = channel.heartbeatMs ?? this.#rules.heartbeatMs
    return makeSink({ name, channel, timeoutMs, resolveAfterMs, heartbeatMs, clock, observe })
  }

  #channelOf(nature: SinkNature, channel: AlertChannel): Channel {
    const { spoolBytesMax } = this.#rules
    const { node, clock, random, observe } = this.#parts
    const folder = nature.isLocal ? undefined : this.#folderOf(nature.sink.name)
    return new Channel({
      ...{ nature, spoolBytesMax, node, clock, random, observe },
      rules: this.#rulesOf(nature, channel),
      spool: folder === undefined ? NO_SPOOL : createSpool(folder),
      isSilenced: (alert, nowMs) => this.#isSilenced(alert, nowMs),
      onOutage: (sink, error) => this.#tellOutage(sink, error),
    })
  }

  #rulesOf({ isRead, isLocal, perMinuteMax }: SinkNature, channel: AlertChannel): ChannelRules {
    const { quietHours, timeZone, ...given } = { ...CHANNEL_DEFAULTS, perMinuteMax, ...channel }
    const every = this.#rules.heartbeatMs
    const seldom = every === 0 || isLocal ? 0 : Math.max(every, DAY_MS)
    return {
      ...given,
      heartbeatMs: channel.heartbeatMs ?? (isRead ? seldom : every),
      quietHours: new QuietHours(quietHours, timeZone),
    }
  }

  #folderOf(channel: string, seat = this.#seat?.directory): string | undefined {
    return seat && join(seat, 'queue', channel)
  }

  readonly tell = async (alert: Alert): Promise<void> => {
    const safe = Promise.all(this.#channels.map(channel => channel.tell(alert)))
    this.#telling.add(safe)
    await safe
    this.#telling.delete(safe)
  }

  /** By the other channels. */
  #tellOutage(sink: string, error: unknown): void {
    const { node, clock } = this.#parts
    const alert: Alert = {
      id: randomUUID(),
      rule: OUTAGE_RULE,
      level: 'high',
      mitre: 'T1562',
      principal: { kind: 'all', route: sink },
      atMs: clock.epochMs(),
      count: 1,
      summary: `Alerts do not reach '${sink}'`,
      evidence: [shown(error instanceof Error ? error.message : String(error))],
      suggestion: 'See why: what it should have been told waits, and is told when it works again.',
      outcome: 'logged',
      node,
    }
    for (const channel of this.#channels) if (channel.name !== sink) void channel.tell(alert)
  }

  #adoptIn(ms: number): void {
    this.#cancel = this.#parts.clock.after(ms, () => {
      this.#adopting = this.#adopt().finally(() => this.#adoptIn(ADOPT_EVERY_MS))
    })
  }

  /** Sends what processes have left that are no more. */
  async #adopt(): Promise<void> {
    try {
      await this.#seat?.withOrphans(async orphan => {
        for (const channel of this.#channels) {
          const [from, to] = [this.#folderOf(channel.name, orphan), this.#folderOf(channel.name)]
          if (from === undefined || to === undefined) continue
          const moved = await moveSpool(from, to)
          if (moved.length > 0) await channel.load(moved)
        }
      })
    } catch (error) {
      this.#parts.observe({ kind: 'security.spool-failed', sink: 'all', error })
    }
  }

  setSilences(silences: readonly Silence[]): void {
    const checked = option.checked('security.silences', ALERTING_CHECKS.silences, silences)
    this.#isSilenced = silencesOf(checked)
  }

  beat(): void {
    for (const channel of this.#channels) channel.beat()
  }

  report(): AlertingReport {
    return {
      channels: this.#channels.map(channel => channel.report()),
      spoolDirectory: this.#seat?.directory,
      lost: { records: this.#journal?.lost ?? 0, events: this.#events?.lost ?? 0 },
    }
  }

  async stop(): Promise<void> {
    this.#cancel()
    await this.#adopting
    this.#cancel()
    await Promise.all([...this.#telling, ...this.#channels.map(channel => channel.stop())])
    await this.#journal?.close()
    await this.#events?.close()
    await this.#seat?.release()
  }
}

const OWN_CHANNEL: AlertChannel = Object.freeze({ kind: 'webhook' })
const OWN_NATURE = Object.freeze({
  batchMax: 10,
  perMinuteMax: 60,
  wantsResolved: false,
  isRead: false,
  isLocal: false,
})

/** What somebody wrote freely may hold what nobody should keep. */
function lineOf(event: SecurityEvent): string {
  const { detail } = event
  return JSON.stringify(detail === undefined ? event : { ...event, detail: shown(detail) })
}

function lastOf(line: string | undefined): Alerting['keptLast'] {
  if (line === undefined) return undefined
  try {
    const { sequence, hash } = JSON.parse(line) as ChainRecord
    return { sequence, hash }
  } catch {
    return undefined // The verifier will say so.
  }
}
