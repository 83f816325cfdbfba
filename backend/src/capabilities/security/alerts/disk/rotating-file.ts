import { type FileHandle, mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { FILE_MODE, FOLDER_MODE } from './durable.ts'

export interface RotatingFileSetup {
  readonly path: string
  /** A file that is larger is put away as `path.1`, this one then as `path.2`, … */
  readonly bytesMax: number
  /** So many are there, with the one that is written. */
  readonly filesMax: number
  /** What is written must outlive the machine as well. */
  readonly isDurable: boolean
  readonly onError: (error: unknown) => void
}

/** What waits to be written when the disk is slow. More is not taken. */
const WAITING_BYTES_MAX = 8_388_608
const BLOCK_BYTES = 65_536

/** Lines in files of a bounded size and number. Who appends does not wait. */
export class RotatingFile {
  /** Lines that were lost, for the disk was too slow or refused. */
  lost = 0
  /** The last line that was there already. */
  readonly lastLine: string | undefined
  readonly #setup: RotatingFileSetup
  #file: FileHandle
  #bytes: number
  #waiting: string[] = []
  #waitingBytes = 0
  #writing: Promise<void> | undefined

  private constructor(setup: RotatingFileSetup, file: FileHandle, { bytes, lastLine }: End) {
    this.#setup = setup
    this.#file = file
    this.#bytes = bytes
    this.lastLine = lastLine
  }

  /** Opens it; a line whose writing was cut off is taken away. */
  static async open(setup: RotatingFileSetup): Promise<RotatingFile> {
    const { path } = setup
    await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE })
    const file = await open(path, 'a+', FILE_MODE)
    const { bytes, lastLine } = await mendEnd(file)
    const before = lastLine ?? (await lastLineOf(`${path}.1`))
    return new RotatingFile(setup, file, { bytes, lastLine: before })
  }

  append(line: string): void {
    const bytes = Buffer.byteLength(line) + 1
    if (this.#waitingBytes + bytes > WAITING_BYTES_MAX) {
      this.lost++
      return
    }
    this.#waiting.push(line)
    this.#waitingBytes += bytes
    this.#writing ??= this.#write()
  }

  /** Resolves when all that was appended so far is written. */
  async flush(): Promise<void> {
    await this.#writing
  }

  async close(): Promise<void> {
    await this.flush()
    await this.#file.close()
  }

  async #write(): Promise<void> {
    await Promise.resolve() // What comes in the same turn goes the same way.
    while (this.#waiting.length > 0) {
      const lines = this.#waiting
      this.#waiting = []
      this.#waitingBytes = 0
      try {
        await this.#writeLines(lines)
      } catch (error) {
        this.lost += lines.length
        this.#setup.onError(error)
      }
    }
    this.#writing = undefined
  }

  async #writeLines(lines: readonly string[]): Promise<void> {
    const { bytesMax, isDurable } = this.#setup
    const text = Buffer.from(`${lines.join('\n')}\n`)
    if (this.#bytes > 0 && this.#bytes + text.length > bytesMax) await this.#rotate()
    await this.#file.appendFile(text)
    this.#bytes += text.length
    if (isDurable) await this.#file.datasync()
  }

  async #rotate(): Promise<void> {
    const { path, filesMax } = this.#setup
    await this.#file.close()
    for (let age = filesMax - 2; age >= 1; age--) {
      await rename(`${path}.${age}`, `${path}.${age + 1}`).catch(() => undefined)
    }
    await rename(path, `${path}.1`)
    this.#file = await open(path, 'a+', FILE_MODE)
    this.#bytes = 0
  }
}

interface End {
  readonly bytes: number
  readonly lastLine: string | undefined
}

async function mendEnd(file: FileHandle): Promise<End> {
  const end = await endOf(file)
  const { size } = await file.stat()
  if (end.bytes < size) await file.truncate(end.bytes)
  return end
}

/** Reads backwards until there is a whole line. */
async function endOf(file: FileHandle): Promise<End> {
  const { size } = await file.stat()
  let tail = Buffer.alloc(0)
  for (let from = size; from > 0; ) {
    const length = Math.min(BLOCK_BYTES, from)
    from -= length
    const block = Buffer.alloc(length)
    await file.read(block, 0, length, from)
    tail = Buffer.concat([block, tail])
    const last = tail.lastIndexOf(10)
    const before = last > 0 ? tail.lastIndexOf(10, last - 1) : -1
    if (last === -1 || (before === -1 && from > 0)) continue
    return { bytes: from + last + 1, lastLine: tail.subarray(before + 1, last).toString('utf8') }
  }
  return { bytes: 0, lastLine: undefined }
}

async function lastLineOf(path: string): Promise<string | undefined> {
  const file = await open(path, 'r').catch(() => undefined)
  if (file === undefined) return undefined
  try {
    return (await endOf(file)).lastLine
  } finally {
    await file.close()
  }
}
