import { expect, test } from 'vitest'
import { Assembler } from './assembler.ts'
import { ChangeBuffer } from './buffer.ts'
import type { Change } from './change.ts'
import { positionOf } from './lsn.ts'
import type { PgOutputMessage } from './pgoutput.ts'

const shapes = { shapeOf: () => Promise.resolve({ key: undefined, forms: [] }) }
const TABLE: PgOutputMessage = {
  kind: 'relation',
  relation: 1,
  schema: 'public',
  table: 't',
  identity: 'default',
  columns: [],
}
const begin = (commit: bigint, xid: number): PgOutputMessage => ({
  kind: 'begin',
  commit,
  at: 0,
  xid,
})
const insert: PgOutputMessage = { kind: 'insert', relation: 1, new: [] }
const writer = (content: string): PgOutputMessage => ({
  kind: 'message',
  isTransactional: true,
  prefix: 's_tier.writer',
  content,
})

function assembled(messages: readonly PgOutputMessage[], after = 0n) {
  const changes: Change[] = []
  const ends: bigint[] = []
  const assembler = new Assembler({
    shapes,
    xid: 0x1_0000_0005n,
    after,
    onChange: change => changes.push(change),
    onCommit: end => ends.push(end),
  })
  for (const message of messages) assembler.take(message, 1)
  return { changes, ends }
}

test('changes get the whole id of their transaction, and positions in the order of commits', () => {
  const { changes, ends } = assembled([
    ...[begin(100n, 0xffff_fffe), TABLE, insert, insert, { kind: 'commit', end: 108n } as const],
    ...[begin(200n, 3), insert, { kind: 'truncate', relations: [1, 1] } as const],
  ])
  expect(changes.map(({ cursor, kind }) => ({ ...cursor, kind }))).toEqual([
    { xid: 0xffff_fffen, position: positionOf(100n, 1), kind: 'insert' },
    { xid: 0xffff_fffen, position: positionOf(100n, 2), kind: 'insert' },
    { xid: 0x1_0000_0003n, position: positionOf(200n, 1), kind: 'insert' },
    { xid: 0x1_0000_0003n, position: positionOf(200n, 2), kind: 'truncate' },
    { xid: 0x1_0000_0003n, position: positionOf(200n, 3), kind: 'truncate' },
  ])
  expect(ends).toEqual([108n])
})

test('what was read before is left out, in the middle of a transaction too', () => {
  const after = positionOf(100n, 1)
  const { changes } = assembled([begin(100n, 3), TABLE, insert, insert], after)
  expect(changes.map(change => change.cursor.position)).toEqual([positionOf(100n, 2)])
})

test('a transaction says who it is, for what comes after, until its end', () => {
  const { changes } = assembled([
    ...[begin(1n, 3), TABLE, insert, writer('{"role":"anna","claims":"{}","trace":7}'), insert],
    ...[writer('no JSON'), insert, writer('null'), insert, { kind: 'commit', end: 2n } as const],
    ...[begin(3n, 4), insert],
  ])
  expect(changes.map(change => change.writer.role)).toEqual([
    ...[undefined, 'anna', undefined, undefined, undefined],
  ])
  expect(changes[1]?.writer).toEqual({
    role: 'anna',
    claims: '{}',
    requestId: undefined,
    trace: undefined,
  })
})

test('messages of others, and those outside transactions, are let by', () => {
  const of = (part: object) => ({ ...writer('{"role":"anna"}'), ...part })
  const { changes } = assembled([
    of({ isTransactional: false }),
    ...[
      begin(1n, 3),
      TABLE,
      of({ prefix: 'else' }),
      { kind: 'origin', name: 'o' } as const,
      insert,
    ],
  ])
  expect(changes.map(change => change.writer.role)).toEqual([undefined])
})

test.each([
  ['outside a transaction', [TABLE, insert]],
  ['of a table that was not described', [begin(1n, 1), insert]],
])('a change %s is an error', (_, messages) => {
  expect(() => assembled(messages)).toThrow(expect.objectContaining({ code: 'ST638' }))
})

test('a failed question about a table is asked again', async () => {
  let asked = 0
  const failing = {
    async shapeOf() {
      asked += 1
      if (asked === 1) throw new Error('gone')
      return { key: [0], forms: [] }
    },
  }
  const buffer = new ChangeBuffer()
  const assembler = new Assembler({
    shapes: failing,
    xid: 5n,
    after: 0n,
    onChange: change => buffer.push(change),
    onCommit: () => undefined,
  })
  for (const message of [begin(1n, 3), TABLE, insert, insert]) assembler.take(message, 10)
  const [first, second] = buffer.first(9)
  await expect(first?.table.shape()).rejects.toThrow('gone')
  await expect(second?.table.shape()).resolves.toEqual({ key: [0], forms: [] })
  await first?.table.shape()
  expect(asked).toBe(2)
})

test('the buffer knows what it holds, however it is emptied', () => {
  const buffer = new ChangeBuffer()
  const { changes } = assembled([
    begin(1n, 3),
    TABLE,
    ...Array.from({ length: 3_000 }, () => insert),
  ])
  for (const change of changes) buffer.push(change)
  expect(buffer).toMatchObject({ length: 3_000, bytes: 3_000 })
  for (let read = 0; read < 3_000; read += 7) {
    const [next] = buffer.first(7)
    expect(next?.cursor.position).toBe(positionOf(1n, read + 1))
    buffer.dropThrough(positionOf(1n, read + 7))
  }
  expect(buffer).toMatchObject({ length: 0, bytes: 0 })
  buffer.push(changes[0] as Change)
  buffer.clear()
  expect(buffer).toMatchObject({ length: 0, bytes: 0 })
})
