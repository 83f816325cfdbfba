import { assert } from '../../base/index.ts'
import { RowParser } from './row.ts'
import { textOf } from './row-values.ts'
import type { JournalEvent, JournalKind, Row } from './types.ts'

const KINDS: Readonly<Record<string, JournalKind>> = {
  i: 'insert',
  u: 'update',
  d: 'delete',
  t: 'truncate',
}

interface Parsers {
  readonly key: RowParser
  readonly row: RowParser
}

/** Makes events of the rows of `s_tier.journal_read()`. It remembers how the rows of each table look. */
export function createEventReader() {
  const parsers = new Map<number, Parsers>()

  function parsersOf(relation: number): Parsers {
    const known = parsers.get(relation)
    if (known !== undefined) return known
    const made = { key: new RowParser(), row: new RowParser() }
    parsers.set(relation, made)
    return made
  }

  return {
    eventOf(row: Readonly<Record<string, unknown>>): JournalEvent {
      const relation = Number(row['relation'])
      const kind = KINDS[String(row['kind'])]
      assert(kind !== undefined, `an event of the kind ${String(row['kind'])}`)
      const { key, row: rows } = parsersOf(relation)
      return {
        cursor: { xid: BigInt(String(row['xid'])), position: BigInt(String(row['position'])) },
        kind,
        relation,
        schema: String(row['schema_name']),
        table: String(row['table_name']),
        at: Number(row['at_ms']),
        key: parsed(key, row['key']),
        old: parsed(rows, row['old_row']),
        new: parsed(rows, row['new_row']),
        role: textOf(row['role']),
        claims: textOf(row['claims']),
        requestId: textOf(row['request_id']),
        trace: textOf(row['trace']),
      }
    },
  }
}

function parsed(parser: RowParser, value: unknown): Row | undefined {
  return typeof value === 'string' ? parser.parse(value) : undefined
}
