import type { Change, LoggedTable } from './change.ts'
import { LogFormatError } from './errors.ts'
import { type Lsn, positionOf } from './lsn.ts'
import type { OldTuple, PgOutputMessage, RelationMessage, Tuple } from './pgoutput.ts'
import type { Shape, Shapes } from './shape.ts'
import { NOBODY, parseWriter, WRITER_PREFIX, type Writer } from './writer.ts'
import { widenXid } from './xid.ts'

export interface AssemblerSetup {
  readonly shapes: Shapes
  /** An id of about now. */
  readonly xid: bigint
  /** Changes up to this position have been read already. */
  readonly after: bigint
  readonly onChange: (change: Change) => void
  readonly onCommit: (end: Lsn) => void
}

interface Transaction {
  readonly xid: bigint
  readonly commit: Lsn
  readonly at: number
  writer: Writer
  changes: number
}

type RowMessage = Exclude<
  PgOutputMessage,
  { kind: 'begin' | 'commit' | 'relation' | 'message' | 'origin' | 'type' }
>

/**
 * The messages of one stream to changes with cursors. A transaction is sent once it has committed, so its changes are passed on as
 * they come, however many they are.
 */
export class Assembler {
  readonly #setup: AssemblerSetup
  readonly #tables = new Map<number, LoggedTable>()
  #xid: bigint
  #transaction: Transaction | undefined = undefined

  constructor(setup: AssemblerSetup) {
    this.#setup = setup
    this.#xid = setup.xid
  }

  get isInTransaction(): boolean {
    return this.#transaction !== undefined
  }

  /** An id that is known to be of about now, for times when the log has none for long. */
  sawXid(xid: bigint): void {
    if (xid > this.#xid) this.#xid = xid
  }

  /** Throws ST638 for a message that has no place here. */
  take(message: PgOutputMessage, bytes: number): void {
    switch (message.kind) {
      case 'begin':
        return this.#begin(message)
      case 'commit':
        this.#transaction = undefined
        return this.#setup.onCommit(message.end)
      case 'relation':
        this.#tables.set(message.relation, loggedTable(message, this.#setup.shapes))
        return
      case 'origin':
      case 'type':
        return
      case 'message':
        if (message.isTransactional && message.prefix === WRITER_PREFIX) {
          this.#current().writer = parseWriter(message.content)
        }
        return
      default:
        return this.#change(message, bytes)
    }
  }

  #begin({ xid, commit, at }: Extract<PgOutputMessage, { kind: 'begin' }>): void {
    this.#xid = widenXid(xid, this.#xid)
    this.#transaction = { xid: this.#xid, commit, at, writer: NOBODY, changes: 0 }
  }

  #change(message: RowMessage, bytes: number): void {
    switch (message.kind) {
      case 'insert':
        return this.#pass('insert', message.relation, undefined, message.new, bytes)
      case 'update':
        return this.#pass('update', message.relation, message.old, message.new, bytes)
      case 'delete':
        return this.#pass('delete', message.relation, message.old, undefined, bytes)
      case 'truncate':
        for (const relation of message.relations) {
          this.#pass('truncate', relation, undefined, undefined, bytes)
        }
    }
  }

  #pass(
    kind: Change['kind'],
    relation: number,
    old: OldTuple | undefined,
    tuple: Tuple | undefined,
    bytes: number,
  ): void {
    const transaction = this.#current()
    const { commit, at, xid, writer } = transaction
    const position = positionOf(commit, ++transaction.changes)
    const table = this.#tables.get(relation)
    if (table === undefined) throw new LogFormatError('a change of a table that was not described')
    if (position <= this.#setup.after) return
    this.#setup.onChange({
      cursor: { xid, position },
      kind,
      at,
      table,
      old,
      new: tuple,
      writer,
      bytes,
    })
  }

  #current(): Transaction {
    if (this.#transaction === undefined) throw new LogFormatError('a change outside a transaction')
    return this.#transaction
  }
}

/** Who asks again after a failure asks anew. */
function loggedTable(message: RelationMessage, shapes: Shapes): LoggedTable {
  let asked: Promise<Shape> | undefined
  return {
    message,
    shape() {
      asked ??= shapes.shapeOf(message).catch((error: unknown) => {
        asked = undefined
        throw error
      })
      return asked
    },
  }
}
