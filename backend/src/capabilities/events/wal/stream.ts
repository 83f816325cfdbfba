import { Buffer } from 'node:buffer'
import { type Clock, identifier } from '../../../base/index.ts'
import type { WalClient } from './client.ts'
import { type Frame, parseFrame, statusUpdate } from './frames.ts'
import { formatLsn, type Lsn } from './lsn.ts'

export interface LogStreamSetup {
  readonly connect: () => WalClient
  readonly slot: string
  readonly publication: string
  readonly version: number
  /** Transactions that committed before it are left out. */
  readonly start: Lsn
  readonly statusEveryMs: number
  readonly silenceMs: number
  readonly clock: Clock
  /** What need never be sent again. */
  readonly flushed: () => Lsn
  readonly onFrame: (frame: Frame) => void
  /** Called once, when it has ended and nobody had closed it. */
  readonly onLost: (error: unknown) => void
}

/** The log as the server sends it, from a commit on, until one of the two ends it. */
export class LogStream {
  readonly #setup: LogStreamSetup
  readonly #client: WalClient
  #state: 'opening' | 'open' | 'closing' | 'ended' = 'opening'
  #isPaused = false
  #received: Lsn = 0n
  #told: Lsn = 0n
  #heardAt: number
  #cancelTimer = (): void => undefined
  #ended: Promise<void>

  private constructor(setup: LogStreamSetup, client: WalClient) {
    this.#setup = setup
    this.#client = client
    this.#heardAt = setup.clock.now()
    this.#ended = new Promise(resolve => client.connection.on('end', resolve))
  }

  /** Throws what the server answers, and gives up after `silenceMs`. */
  static async open(setup: LogStreamSetup): Promise<LogStream> {
    const client = setup.connect()
    const stream = new LogStream(setup, client)
    const cancel = setup.clock.after(setup.silenceMs, () => stream.#lose(new Error(SILENT)))
    client.on('error', error => stream.#lose(error))
    try {
      await client.connect()
      for (const setting of SESSION) await client.query(setting)
      await stream.#start()
    } catch (error) {
      stream.#end()
      throw error
    } finally {
      cancel()
    }
    stream.#begun()
    return stream
  }

  /** It can end at any moment, that between its beginning and its use included. */
  get hasEnded(): boolean {
    return this.#state === 'ended'
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  pause(): void {
    this.#isPaused = true
    this.#client.connection.stream.pause()
  }

  resume(): void {
    this.#isPaused = false
    this.#heardAt = this.#setup.clock.now()
    this.#client.connection.stream.resume()
  }

  /**
   * Says how far the slot may move, once; afterwards 0, which moves nothing. A server that shuts down waits for its readers to have
   * flushed everything, but for one that says 0 only to have received it.
   */
  tell(wantsReply = false): void {
    if (this.#state !== 'open') return
    const flushed = this.#setup.flushed()
    const isNews = flushed > this.#told
    this.#told = flushed
    const at = this.#setup.clock.epochMs()
    const standing = { received: this.#received, flushed: isNews ? flushed : 0n, wantsReply, at }
    this.#client.connection.stream.write(statusUpdate(standing))
  }

  /** The slot is free when it resolves, unless the server does not answer. */
  async close(): Promise<void> {
    if (this.#state !== 'open') return
    this.tell()
    this.#state = 'closing'
    this.#cancelTimer()
    this.resume()
    this.#client.connection.stream.write(COPY_DONE)
    const cancel = this.#setup.clock.after(CLOSE_GRACE_MS, () => this.#end())
    await this.#ended
    cancel()
  }

  async #start(): Promise<void> {
    const { connection } = this.#client
    await new Promise<void>((resolve, reject) => {
      connection.on('replicationStart', () => {
        if (this.#state === 'opening') this.#state = 'open'
        resolve()
      })
      connection.on('copyData', ({ chunk }) => this.#take(chunk))
      connection.on('end', () => reject(new Error(ENDED)))
      this.#client.query(startCommand(this.#setup)).then(
        () => this.#lose(new Error(ENDED)),
        (error: unknown) => {
          reject(error instanceof Error ? error : new Error(ENDED))
          this.#lose(error)
        },
      )
    })
  }

  #take(chunk: Buffer): void {
    if (this.#state === 'ended') return
    this.#heardAt = this.#setup.clock.now()
    try {
      const frame = parseFrame(chunk)
      if (frame.end > this.#received) this.#received = frame.end
      if (this.#state === 'open') this.#setup.onFrame(frame)
      if (frame.kind === 'keepalive' && frame.wantsReply) this.tell()
    } catch (error) {
      this.#lose(error)
    }
  }

  /** It may have ended in the meantime. */
  #begun(): void {
    if (this.#state === 'ended') throw new Error(ENDED)
    this.#tick()
  }

  /** Asks for a word, so that a server that has vanished is noticed. */
  #tick(): void {
    const { clock, statusEveryMs, silenceMs } = this.#setup
    if (this.#state !== 'open') return
    if (!this.#isPaused && clock.now() - this.#heardAt > silenceMs) {
      return this.#lose(new Error(SILENT))
    }
    this.tell(true)
    this.#cancelTimer = clock.after(Math.min(statusEveryMs, silenceMs / 2), () => this.#tick())
  }

  #lose(error: unknown): void {
    const wasOpen = this.#state === 'open'
    this.#end()
    if (wasOpen) this.#setup.onLost(error)
  }

  #end(): void {
    this.#state = 'ended'
    this.#cancelTimer()
    this.#client.connection.stream.destroy(new Error(ENDED)) // Who waits for an answer gets this one.
  }
}

const SILENT = 'The server says nothing any more'
const ENDED = 'The server has ended the stream'
const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4])
const CLOSE_GRACE_MS = 1_000

/** Values as the journal of the triggers has them. */
const SESSION: readonly string[] = [
  `set timezone = 'UTC'`,
  `set datestyle = 'ISO'`,
  `set intervalstyle = 'postgres'`,
  `set bytea_output = 'hex'`,
  'set extra_float_digits = 1',
  'set statement_timeout = 0',
]

/**
 * Protocol version 1: what the later ones add (transactions sent before they commit, and prepared ones) is not wanted here. Messages
 * are sent from PostgreSQL 14 on.
 */
function startCommand({ slot, publication, start, version }: LogStreamSetup): string {
  const names = quoted(identifier(publication).text)
  const messages = version >= 140_000 ? `, messages 'true'` : ''
  const options = `proto_version '1', publication_names ${names}${messages}`
  return `START_REPLICATION SLOT ${identifier(slot).text} LOGICAL ${formatLsn(start)} (${options})`
}

/** These commands have a grammar of their own: keywords in capitals, no escapes. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
