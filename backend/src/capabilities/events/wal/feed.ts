import type { Clock } from '../../../base/index.ts'
import { Acknowledgements } from './acknowledgements.ts'
import { Assembler } from './assembler.ts'
import { ChangeBuffer } from './buffer.ts'
import type { WalClient } from './client.ts'
import type { Change } from './change.ts'
import type { Frame } from './frames.ts'
import type { Lsn } from './lsn.ts'
import { decodePgOutput } from './pgoutput.ts'
import type { Shapes } from './shape.ts'
import { LogStream } from './stream.ts'

export interface FeedSetup {
  readonly connect: () => WalClient
  readonly slot: string
  readonly publication: string
  readonly bufferBytesMax: number
  readonly statusEveryMs: number
  readonly silenceMs: number
  readonly clock: Clock
  readonly shapes: Shapes
  readonly onArrival: () => void
  readonly onLost: (error: unknown) => void
}

export interface FeedStart {
  readonly version: number
  readonly xid: bigint
  readonly start: Lsn
  /** Changes up to this position have been read. */
  readonly after: bigint
}

/** What a change takes besides its text. */
const CHANGE_BYTES = 200

/** The stream, and what has come out of it: changes that wait to be read, few enough to hold. */
export class Feed {
  readonly changes = new ChangeBuffer()
  #acknowledgements = new Acknowledgements()
  readonly #setup: FeedSetup
  #stream: LogStream | undefined = undefined
  #assembler: Assembler | undefined = undefined

  constructor(setup: FeedSetup) {
    this.#setup = setup
  }

  get isOpen(): boolean {
    return this.#stream !== undefined
  }

  get isPaused(): boolean {
    return this.#stream?.isPaused === true
  }

  /** How far the slot has been moved from here, and the last change before that place. */
  get acknowledged(): { readonly flushed: Lsn; readonly position: bigint } {
    const { flushed, acknowledged } = this.#acknowledgements
    return { flushed, position: acknowledged }
  }

  async open({ version, xid, start, after }: FeedStart): Promise<void> {
    const { shapes, onLost } = this.#setup
    this.#assembler = new Assembler({
      shapes,
      xid,
      after,
      onChange: change => this.#arrived(change),
      onCommit: end => this.#acknowledgements.reached(end),
    })
    const stream = await LogStream.open({
      ...this.#setup,
      version,
      start,
      flushed: () => this.#acknowledgements.flushed,
      onFrame: frame => this.#take(frame),
      onLost: error => {
        this.#stream = undefined
        onLost(error)
      },
    })
    if (!stream.hasEnded) this.#stream = stream
    this.#pauseWhenFull()
  }

  /** What was read up to here is not needed any more; with room again, the server is listened to again. */
  dropThrough(position: bigint): void {
    this.changes.dropThrough(position)
    const hasRoom = this.changes.bytes <= this.#setup.bufferBytesMax / 2
    if (this.isPaused && hasRoom) this.#stream?.resume()
  }

  acknowledge(position: bigint): void {
    const before = this.#acknowledgements.flushed
    this.#acknowledgements.acknowledge(position)
    if (this.#acknowledgements.flushed > before) this.#stream?.tell()
  }

  /** What was acknowledged is of a log that is not there any more. */
  forget(): void {
    this.#acknowledgements = new Acknowledgements()
  }

  sawXid(xid: bigint): void {
    this.#assembler?.sawXid(xid)
  }

  async close(): Promise<void> {
    const stream = this.#stream
    this.#stream = undefined
    this.changes.clear()
    await stream?.close()
  }

  #take(frame: Frame): void {
    const assembler = this.#assembler
    if (assembler === undefined) return
    if (frame.kind === 'data') {
      assembler.take(decodePgOutput(frame.message), frame.message.length + CHANGE_BYTES)
    } else if (!assembler.isInTransaction) {
      this.#acknowledgements.reached(frame.end)
    }
  }

  #arrived(change: Change): void {
    const wasEmpty = this.changes.length === 0
    this.changes.push(change)
    this.#acknowledgements.changed(change.cursor.position)
    this.#pauseWhenFull()
    if (wasEmpty) this.#setup.onArrival()
  }

  #pauseWhenFull(): void {
    if (this.changes.bytes > this.#setup.bufferBytesMax && !this.isPaused) this.#stream?.pause()
  }
}
