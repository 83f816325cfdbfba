import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { createSecrets } from '../secrets.ts'
import { type ChainRecord, type ChainVerdict, verifyChain } from '../chain.ts'
import { EVENT_KINDS, type SecurityEvent } from '../types.ts'
import { RecordUnreadableError } from './errors.ts'

/** An event of a file. Who knows which of them were an attack says so by its name; `benign` and none are the same. */
export interface RecordedEvent extends SecurityEvent {
  readonly label?: string
}

const BLOCK_BYTES = 262_144
const NEW_LINE = 10

/** The events of a file and of those that were put away before it, one at a time. Throws ST433. */
export function* readEvents(path: string): Generator<RecordedEvent> {
  for (const file of withOlder(path)) {
    let line = 0
    for (const text of linesOf(file)) {
      line++
      if (text === '') continue
      yield parseEvent(text, file, line)
    }
  }
}

export interface RecordExpectation {
  /** The monitor's `secret`. Default: none. */
  readonly secret?: string | undefined
  /** The hash that the last record must have. Default: any. */
  readonly head?: string | undefined
}

/** Follows the record of alerts and decisions from its first line to its last. Throws ST431 and ST433. */
export function verifyRecord(path: string, { secret, head }: RecordExpectation = {}): ChainVerdict {
  const key = createSecrets(secret, '').chainKey
  return verifyChain(readRecords(path), { key, ...(head === undefined ? {} : { head }) })
}

function* readRecords(path: string): Generator<ChainRecord> {
  for (const file of withOlder(path)) {
    let line = 0
    for (const text of linesOf(file)) {
      line++
      const record = parseObject(text, file, line) as Partial<ChainRecord>
      if (typeof record.sequence !== 'number' || typeof record.hash !== 'string') {
        throw new RecordUnreadableError(file, line, 'it is no record')
      }
      yield record as ChainRecord
    }
  }
}

/** The oldest first: `path.2`, `path.1`, `path`. */
function withOlder(path: string): readonly string[] {
  const files = [path]
  for (let age = 1; existsSync(`${path}.${age}`); age++) files.unshift(`${path}.${age}`)
  return files
}

function* linesOf(path: string): Generator<string> {
  const file = openSync(path, 'r')
  try {
    const block = Buffer.alloc(BLOCK_BYTES)
    let rest = Buffer.alloc(0)
    for (;;) {
      const bytes = readSync(file, block, 0, BLOCK_BYTES, null)
      if (bytes === 0) break
      rest = Buffer.concat([rest, block.subarray(0, bytes)])
      let from = 0
      for (let end = rest.indexOf(NEW_LINE); end !== -1; end = rest.indexOf(NEW_LINE, from)) {
        yield rest.toString('utf8', from, end)
        from = end + 1
      }
      rest = rest.subarray(from)
    }
    if (rest.length > 0) yield rest.toString('utf8')
  } finally {
    closeSync(file)
  }
}

function parseEvent(text: string, file: string, line: number): RecordedEvent {
  const event = parseObject(text, file, line) as Partial<RecordedEvent>
  const { kind, atMs, ip, label } = event
  if (!EVENT_KINDS.some(each => each === kind)) {
    throw new RecordUnreadableError(file, line, `its kind is none of ${EVENT_KINDS.join(', ')}`)
  }
  const isWhole = typeof atMs === 'number' && Number.isFinite(atMs) && typeof ip === 'string'
  if (!isWhole || (label !== undefined && typeof label !== 'string')) {
    throw new RecordUnreadableError(file, line, 'it needs atMs, a number, and ip, a text')
  }
  return event as RecordedEvent
}

function parseObject(text: string, file: string, line: number): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // Told below.
  }
  throw new RecordUnreadableError(file, line, 'it is no JSON object')
}
