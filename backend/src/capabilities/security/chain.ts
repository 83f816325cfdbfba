import { createHash, createHmac } from 'node:crypto'
import { BrokenChainError } from './errors.ts'

/** What is recorded: an alert, a measure that began, or one that was undone. */
export type RecordKind = 'alert' | 'began' | 'undone'

/** One entry of the record. Each has the hash of the one before it, so nothing can be changed, taken out or put in unseen. */
export interface ChainRecord {
  readonly sequence: number
  readonly atMs: number
  readonly kind: RecordKind
  readonly node: string
  /** JSON. */
  readonly body: Readonly<Record<string, unknown>>
  readonly previous: string
  readonly hash: string
}

export interface Chain {
  append(kind: RecordKind, atMs: number, body: object): ChainRecord
}

/** Where a chain begins. */
export const CHAIN_ORIGIN = '0'.repeat(64)

export interface ChainSetup {
  readonly node: string
  /** With it only who knows it can continue or forge the chain. Default: none, and only changes are seen. */
  readonly key?: Buffer | undefined
  /** The last entry of the record that this one continues. */
  readonly after?: Pick<ChainRecord, 'sequence' | 'hash'> | undefined
}

export function createChain({ node, key, after }: ChainSetup): Chain {
  let sequence = after?.sequence ?? 0
  let previous = after?.hash ?? CHAIN_ORIGIN
  return {
    append(kind, atMs, body) {
      sequence++
      const plain = JSON.parse(JSON.stringify(body)) as Record<string, unknown>
      const entry = { sequence, atMs, kind, node, body: plain, previous }
      const record = { ...entry, hash: hashOf(entry, key) }
      previous = record.hash
      return record
    },
  }
}

function hashOf(entry: Omit<ChainRecord, 'hash'>, key: Buffer | undefined): string {
  const { sequence, atMs, kind, node, body, previous } = entry
  const text = JSON.stringify([sequence, atMs, kind, node, body, previous])
  const hash = key === undefined ? createHash('sha256') : createHmac('sha256', key)
  return hash.update(text).digest('hex')
}

export interface ChainVerdict {
  readonly records: number
  /** The hash of the last one: kept elsewhere, it shows when the end is cut off. */
  readonly head: string
}

export interface ChainExpectation {
  readonly key?: Buffer | undefined
  /** The hash before the first record. Default: whatever the first one says, for a record whose beginning was put away. */
  readonly after?: string
  /** The hash that the last record must have. Default: any. */
  readonly head?: string
}

/** Follows a record from its first entry to its last. Throws ST431 at the first that is not as it was written. */
export function verifyChain(
  records: Iterable<ChainRecord>,
  { key, after, head }: ChainExpectation = {},
): ChainVerdict {
  let count = 0
  let previous = after
  let sequence: number | undefined
  for (const record of records) {
    const expected = sequence === undefined ? record.sequence : sequence + 1
    if (record.sequence !== expected) throw new BrokenChainError(expected, 'it is missing')
    if (previous !== undefined && record.previous !== previous) {
      throw new BrokenChainError(record.sequence, 'it does not follow the one before it')
    }
    if (hashOf(record, key) !== record.hash) {
      throw new BrokenChainError(record.sequence, 'it was changed, or its key is another one')
    }
    previous = record.hash
    sequence = record.sequence
    count++
  }
  const last = previous ?? CHAIN_ORIGIN
  if (head !== undefined && head !== last) {
    throw new BrokenChainError((sequence ?? 0) + 1, 'the end is missing')
  }
  return { records: count, head: last }
}
