import type { Buffer } from 'node:buffer'
import { ByteReader } from './byte-reader.ts'
import { LogFormatError } from './errors.ts'
import type { Lsn } from './lsn.ts'

/** What a column of a change holds: text, SQL NULL, or undefined for a long value that the statement did not touch. */
export type TupleValue = string | null | undefined
export type Tuple = readonly TupleValue[]

/** PostgreSQL: ALTER TABLE, REPLICA IDENTITY. It decides what the log says of the row before a change. */
export type ReplicaIdentity = 'default' | 'nothing' | 'full' | 'index'

export interface LogColumn {
  readonly name: string
  /** The object id of its type. */
  readonly type: number
  /** Whether it is one of those by which the log identifies a row. */
  readonly isIdentity: boolean
}

export interface RelationMessage {
  readonly kind: 'relation'
  readonly relation: number
  readonly schema: string
  readonly table: string
  readonly identity: ReplicaIdentity
  readonly columns: readonly LogColumn[]
}

/** The row before a change: all of it, or only the columns that identify it, the others being null. */
export interface OldTuple {
  readonly isWhole: boolean
  readonly values: Tuple
}

export type PgOutputMessage =
  | { readonly kind: 'begin'; readonly commit: Lsn; readonly at: number; readonly xid: number }
  | { readonly kind: 'commit'; readonly end: Lsn }
  | { readonly kind: 'origin'; readonly name: string }
  | RelationMessage
  | { readonly kind: 'type'; readonly type: number; readonly schema: string; readonly name: string }
  | { readonly kind: 'insert'; readonly relation: number; readonly new: Tuple }
  | {
      readonly kind: 'update'
      readonly relation: number
      readonly old: OldTuple | undefined
      readonly new: Tuple
    }
  | { readonly kind: 'delete'; readonly relation: number; readonly old: OldTuple }
  | { readonly kind: 'truncate'; readonly relations: readonly number[] }
  | {
      readonly kind: 'message'
      readonly isTransactional: boolean
      readonly prefix: string
      readonly content: string
    }

/**
 * Decodes one message of the plugin pgoutput, protocol version 1. PostgreSQL: "Logical Replication Message Formats". Throws ST638 for
 * bytes that are none, those of streamed and of prepared transactions included: neither is asked for.
 */
export function decodePgOutput(bytes: Buffer): PgOutputMessage {
  const reader = new ByteReader(bytes)
  const message = messageOf(reader.uint8(), reader)
  reader.end()
  return message
}

function messageOf(code: number, reader: ByteReader): PgOutputMessage {
  switch (code) {
    case 0x42: // B
      return begin(reader)
    case 0x43: // C
      return commit(reader)
    case 0x4f: // O
      reader.uint64()
      return { kind: 'origin', name: reader.name() }
    case 0x52: // R
      return relation(reader)
    case 0x59: // Y
      return {
        kind: 'type',
        type: reader.uint32(),
        schema: schemaName(reader),
        name: reader.name(),
      }
    case 0x49: // I
      return { kind: 'insert', relation: reader.uint32(), new: newTuple(reader, reader.uint8()) }
    case 0x55: // U
      return update(reader)
    case 0x44: // D
      return { kind: 'delete', relation: reader.uint32(), old: oldTuple(reader, reader.uint8()) }
    case 0x54: // T
      return truncate(reader)
    case 0x4d: // M
      return logicalMessage(reader)
    default:
      throw new LogFormatError(`no message begins with ${code}`)
  }
}

function begin(reader: ByteReader): PgOutputMessage {
  return {
    kind: 'begin',
    commit: reader.uint64(),
    at: timeOf(reader.int64()),
    xid: reader.uint32(),
  }
}

function commit(reader: ByteReader): PgOutputMessage {
  reader.uint8()
  reader.uint64()
  const end = reader.uint64()
  reader.int64()
  return { kind: 'commit', end }
}

function relation(reader: ByteReader): RelationMessage {
  const oid = reader.uint32()
  const schema = schemaName(reader)
  const table = reader.name()
  const identity = IDENTITIES[String.fromCharCode(reader.uint8())]
  if (identity === undefined) throw new LogFormatError('an unknown replica identity')
  const columns: LogColumn[] = []
  for (let left = reader.uint16(); left > 0; left--) columns.push(column(reader))
  return { kind: 'relation', relation: oid, schema, table, identity, columns }
}

const IDENTITIES: Readonly<Record<string, ReplicaIdentity>> = Object.freeze({
  d: 'default',
  n: 'nothing',
  f: 'full',
  i: 'index',
})

function column(reader: ByteReader): LogColumn {
  const isIdentity = (reader.uint8() & 1) === 1
  const name = reader.name()
  const type = reader.uint32()
  reader.uint32() // The type's modifier.
  return { name, type, isIdentity }
}

/** The log leaves this one out. */
function schemaName(reader: ByteReader): string {
  return reader.name() || 'pg_catalog'
}

function update(reader: ByteReader): PgOutputMessage {
  const oid = reader.uint32()
  const part = reader.uint8()
  if (part === NEW) return { kind: 'update', relation: oid, old: undefined, new: tuple(reader) }
  const old = oldTuple(reader, part)
  return { kind: 'update', relation: oid, old, new: newTuple(reader, reader.uint8()) }
}

const NEW = 0x4e
const KEY = 0x4b
const OLD = 0x4f

function newTuple(reader: ByteReader, part: number): Tuple {
  if (part !== NEW) throw new LogFormatError('a change without its row')
  return tuple(reader)
}

function oldTuple(reader: ByteReader, part: number): OldTuple {
  if (part !== KEY && part !== OLD) throw new LogFormatError('a change without the row before it')
  return { isWhole: part === OLD, values: tuple(reader) }
}

function tuple(reader: ByteReader): Tuple {
  const values: TupleValue[] = []
  for (let left = reader.uint16(); left > 0; left--) values.push(value(reader))
  return values
}

function value(reader: ByteReader): TupleValue {
  switch (reader.uint8()) {
    case 0x74: // t
      return reader.text(reader.uint32())
    case 0x6e: // n
      return null
    case 0x75: // u
      return undefined
    default:
      throw new LogFormatError('an unknown kind of value')
  }
}

function truncate(reader: ByteReader): PgOutputMessage {
  const relations: number[] = []
  const count = reader.uint32()
  reader.uint8()
  for (let index = 0; index < count; index++) relations.push(reader.uint32())
  return { kind: 'truncate', relations }
}

function logicalMessage(reader: ByteReader): PgOutputMessage {
  const isTransactional = (reader.uint8() & 1) === 1
  reader.uint64()
  const prefix = reader.name()
  return { kind: 'message', isTransactional, prefix, content: reader.text(reader.uint32()) }
}

/** Microseconds since 2000 to milliseconds since 1970. */
function timeOf(microseconds: bigint): number {
  return Number(microseconds / 1_000n) + EPOCH_MS
}

/** 2000-01-01T00:00:00Z, where PostgreSQL's time begins. */
export const EPOCH_MS = 946_684_800_000
