import { LEVELS } from '../types.ts'
import type { Spool } from './disk/spool.ts'
import type { Notice } from './notice.ts'

/** A notice that waits. */
export interface Entry {
  readonly slot: string
  readonly notice: Notice
  readonly dueAtMs: number
  readonly bytes: number
  /** How often it was sent, as far as is known without success. */
  tries: number
  /** How often the sink did not want it. */
  refusals: number
  isSending: boolean
}

interface Written {
  readonly version: 1
  readonly notice: Notice
  readonly dueAtMs: number
}

export interface QueueSetup {
  readonly spool: Spool
  readonly bytesMax: number
  readonly onDropped: (count: number, reason: 'full' | 'unreadable') => void
  readonly onFailed: (error: unknown) => void
}

/** What waits for one channel: in memory, and on disk as long as it waits. */
export class Queue {
  bytes = 0
  readonly #entries = new Map<string, Entry>()
  readonly #setup: QueueSetup

  constructor(setup: QueueSetup) {
    this.#setup = setup
  }

  get size(): number {
    return this.#entries.size
  }

  get(slot: string): Entry | undefined {
    return this.#entries.get(slot)
  }

  all(): Iterable<Entry> {
    return this.#entries.values()
  }

  /** Whoever was before it in its slot is gone. Resolves when it is safe; never rejects. */
  async put(notice: Notice, dueAtMs: number): Promise<void> {
    const slot = slotOf(notice)
    const written: Written = { version: 1, notice, dueAtMs }
    const text = JSON.stringify(written)
    this.#keep({ slot, notice, dueAtMs, bytes: Buffer.byteLength(text), ...UNTRIED })
    if (notice.kind === 'heartbeat') return // After a restart there are new ones.
    await this.#safely(this.#setup.spool.put(slot, text))
    await this.#shrink()
  }

  /** The same one, later. */
  postpone(entry: Entry, dueAtMs: number): void {
    this.#entries.set(entry.slot, { ...entry, dueAtMs })
  }

  async remove(entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) {
      if (this.#entries.get(entry.slot)?.notice !== entry.notice) continue
      this.#entries.delete(entry.slot)
      this.bytes -= entry.bytes
      if (entry.notice.kind !== 'heartbeat')
        await this.#safely(this.#setup.spool.remove(entry.slot))
    }
  }

  /** Those whose time has come, the earliest first. */
  due(nowMs: number, max: number): readonly Entry[] {
    const due = [...this.#entries.values()].filter(entry => entry.dueAtMs <= nowMs)
    return due.sort((one, other) => one.dueAtMs - other.dueAtMs).slice(0, max)
  }

  /** Infinity: nothing waits. */
  nextDueAtMs(): number {
    let next = Infinity
    for (const { dueAtMs } of this.#entries.values()) next = Math.min(next, dueAtMs)
    return next
  }

  /** What was there before this process; `only`: what was another one's and is here now. */
  async load(only?: ReadonlySet<string>): Promise<void> {
    const { spool, onDropped, onFailed } = this.#setup
    let found: ReadonlyMap<string, string>
    try {
      found = await spool.load()
    } catch (error) {
      return onFailed(error)
    }
    for (const [slot, text] of found) {
      if (this.#entries.has(slot) || only?.has(slot) === false) continue // It may just have been sent.
      const written = parseWritten(text)
      if (written !== undefined && slotOf(written.notice) === slot) {
        const { notice, dueAtMs } = written
        this.#keep({ slot, notice, dueAtMs, bytes: Buffer.byteLength(text), ...UNTRIED })
        continue
      }
      onDropped(1, 'unreadable')
      await this.#safely(spool.reject(slot))
    }
    await this.#shrink()
  }

  #keep(entry: Entry): void {
    this.bytes += entry.bytes - (this.#entries.get(entry.slot)?.bytes ?? 0)
    this.#entries.set(entry.slot, entry)
  }

  async #shrink(): Promise<void> {
    while (this.bytes > this.#setup.bytesMax) {
      const victim = this.#leastImportant()
      if (victim === undefined) return
      this.#setup.onDropped(1, 'full')
      await this.remove([victim])
    }
  }

  #leastImportant(): Entry | undefined {
    let least: Entry | undefined
    for (const entry of this.#entries.values()) {
      if (!entry.isSending && (least === undefined || isLess(entry, least))) least = entry
    }
    return least
  }

  async #safely(work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.#setup.onFailed(error)
    }
  }
}

const UNTRIED = { tries: 0, refusals: 0, isSending: false } as const

/** The end of an incident has one place, whatever it is the end of. */
export function slotOf({ kind, id, key }: Pick<Notice, 'kind' | 'id' | 'key'>): string {
  return (kind === 'resolved' ? `resolved-${key}` : id).replace(/[^\w.-]/g, '_')
}

function isLess(one: Entry, other: Entry): boolean {
  const difference =
    LEVELS.indexOf(one.notice.alert.level) - LEVELS.indexOf(other.notice.alert.level)
  return difference < 0 || (difference === 0 && one.notice.firstAtMs < other.notice.firstAtMs)
}

function parseWritten(text: string): Written | undefined {
  try {
    const written = JSON.parse(text) as Partial<Written>
    const isWhole = written.version === 1 && typeof written.dueAtMs === 'number'
    return isWhole && typeof written.notice?.id === 'string' ? (written as Written) : undefined
  } catch {
    return undefined
  }
}
