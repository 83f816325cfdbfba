import { stat } from 'node:fs/promises'
import type { Clock, Observer } from '../../../base/index.ts'
import type { SecurityMonitorEvent } from '../events.ts'
import type { BlockListReport } from '../report.ts'
import type { NetworkTable } from './network-table.ts'
import { openList } from './open-list.ts'
import { type BlockList, REFRESH_MS } from './options.ts'
import { NETWORKS_MAX, readList } from './read-list.ts'

export interface KeptListSetup {
  readonly clock: Clock
  readonly observe: Observer<SecurityMonitorEvent>
  /** How many networks all other lists have. */
  readonly besides: (list: KeptList) => number
  /** What it has, or until when, is another than before. */
  readonly onChange: () => void
}

const DEADLINE_MS = 60_000
const RETRY_MS_MAX = 300_000
/** So often a file is asked whether it is another one. */
const LOOK_MS = 10_000

/** One list: read when it is due, when its file is another one, and when somebody asks. The last good version holds meanwhile. */
export class KeptList {
  readonly name: string
  table: NetworkTable | undefined
  loadedAtMs: number | undefined
  /** When it is read again, whatever happens. */
  untilMs = 0
  #list: BlockList
  readonly #setup: KeptListSetup
  #etag: string | undefined
  /** Which version of a file was read. */
  #version: string | undefined
  #refused = 0
  #lastError: string | undefined
  #isToldOfError = false
  #reading: Promise<void> | undefined
  #dueAt = 0
  #cancel: () => void = () => undefined
  #end = new AbortController()

  constructor(name: string, list: BlockList, setup: KeptListSetup) {
    this.name = name
    this.#list = list
    this.#setup = setup
  }

  get isFile(): boolean {
    return this.#list.file !== undefined
  }

  report(): BlockListReport {
    const { name, table, loadedAtMs } = this
    return {
      ...{ name, networks: table?.networks ?? 0, bytes: table?.bytes ?? 0, loadedAtMs },
      ...{ refusedLines: this.#refused, lastError: this.#lastError },
    }
  }

  /** The same list, from elsewhere or at other times; true: it is to be read. What was read before holds until then. */
  follow(list: BlockList): boolean {
    const { file, url, refreshMs } = this.#list
    if (list.file === file && list.url === url && list.refreshMs === refreshMs) return false
    this.stop()
    this.#end = new AbortController()
    this.#reading = undefined
    this.#list = list
    this.#etag = undefined
    this.#isToldOfError = false
    return true
  }

  /** Now rather than when it is due. That it cannot be read is told again: somebody has asked. */
  refresh(): void {
    this.#isToldOfError = false
    void this.read()
  }

  /** Never rejects. */
  read(): Promise<void> {
    this.#cancel()
    const reading = this.#reading ?? this.#read(this.#end.signal)
    this.#reading = reading
    return reading
  }

  stop(): void {
    this.#end.abort()
    this.#cancel()
  }

  async #read(end: AbortSignal): Promise<void> {
    const { refreshMs = REFRESH_MS } = this.#list
    let nextMs = refreshMs
    try {
      await this.#take(end)
    } catch (error) {
      if (end.aborted) return
      nextMs = Math.min(refreshMs, RETRY_MS_MAX)
      this.#failed(error)
    }
    if (end.aborted) return
    this.#reading = undefined
    const { clock, onChange } = this.#setup
    this.#dueAt = clock.now() + nextMs
    this.untilMs = clock.epochMs() + nextMs
    onChange()
    this.#rest()
  }

  /** Until it is due; a file is looked at meanwhile. */
  #rest(): void {
    const { clock } = this.#setup
    const leftMs = this.#dueAt - clock.now()
    const restMs = this.isFile ? Math.min(leftMs, LOOK_MS) : leftMs
    this.#cancel = clock.after(restMs, () => void this.#look(this.#end.signal))
  }

  async #look(end: AbortSignal): Promise<void> {
    const isDue = this.#dueAt <= this.#setup.clock.now()
    if (isDue || (await versionOf(this.#list)) !== this.#version) {
      if (!end.aborted) await this.read()
    } else if (!end.aborted && this.#reading === undefined) this.#rest()
  }

  async #take(end: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([end, AbortSignal.timeout(DEADLINE_MS)])
    const { besides, observe } = this.#setup
    const list = this.#list
    const version = await versionOf(list) // Before it is read: a change meanwhile is seen the next time.
    end.throwIfAborted()
    this.#version = version
    const open = await openList(list, this.#etag, signal)
    end.throwIfAborted()
    if (open === undefined) return this.#isGood()
    const { table, refused, refusedLines } = await readList(open.pieces)
    end.throwIfAborted()
    const { networks } = table
    if (refused > networks) throw new Error(faultOfMost(networks, refused, refusedLines))
    if (networks + besides(this) > NETWORKS_MAX) {
      throw new Error(`all lists have more than ${NETWORKS_MAX} networks`)
    }
    const isOther = this.table?.equals(table) !== true || this.#refused !== refused
    const wasFailing = this.#lastError !== undefined
    this.table = table
    this.#etag = open.etag
    this.#refused = refused
    this.#isGood()
    if (!isOther && !wasFailing) return
    observe({ kind: 'security.list-read', list: this.name, networks, refused, refusedLines })
  }

  #isGood(): void {
    this.#lastError = undefined
    this.#isToldOfError = false
    this.loadedAtMs = this.#setup.clock.epochMs()
  }

  /** Told once, until it can be read again. */
  #failed(error: unknown): void {
    this.#lastError = error instanceof Error ? error.message : String(error)
    if (this.#isToldOfError) return
    this.#isToldOfError = true
    const networks = this.table?.networks ?? 0
    this.#setup.observe({ kind: 'security.list-failed', list: this.name, networks, error })
  }
}

/** Another one when a file was written or replaced. Undefined: it is not there, or no file. */
async function versionOf({ file }: BlockList): Promise<string | undefined> {
  if (file === undefined) return undefined
  const found = await stat(file, { bigint: true }).catch(() => undefined)
  return found && `${found.ino} ${found.size} ${found.mtimeNs}`
}

/** A page with words about an error is no list. */
function faultOfMost(networks: number, refused: number, lines: readonly number[]): string {
  const where = `the first are the lines ${lines.join(', ')}`
  return `it is no list: ${refused} lines are no network, ${networks} are; ${where}`
}
