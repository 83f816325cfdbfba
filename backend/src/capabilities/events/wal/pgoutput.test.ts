import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import { parseFrame, statusUpdate } from './frames.ts'
import { decodePgOutput } from './pgoutput.ts'

/** Numbers are bytes, bigints 64 bits, strings end with a zero; `u16` and `u32` are the others. */
function bytesOf(...parts: readonly (number | bigint | string | Buffer)[]): Buffer {
  return Buffer.concat(
    parts.map(part => {
      if (Buffer.isBuffer(part)) return part
      if (typeof part === 'number') return Buffer.from([part])
      if (typeof part === 'string') return Buffer.from(`${part}\0`)
      return u64(part)
    }),
  )
}
const u64 = (value: bigint) => Buffer.from(value.toString(16).padStart(16, '0'), 'hex')
const u32 = (value: number) => Buffer.from(value.toString(16).padStart(8, '0'), 'hex')
const u16 = (value: number) => Buffer.from(value.toString(16).padStart(4, '0'), 'hex')
const code = (letter: string) => letter.charCodeAt(0)
const text = (value: string) =>
  bytesOf(code('t'), u32(Buffer.byteLength(value)), Buffer.from(value))
const tuple = (...values: readonly Buffer[]) => bytesOf(u16(values.length), ...values)
const NULL = bytesOf(code('n'))
const UNTOUCHED = bytesOf(code('u'))

const MESSAGES = {
  begin: bytesOf(code('B'), 0x1_0000_0010n, 1_000_000n, u32(757)),
  commit: bytesOf(code('C'), 0, 1n, 2n, 3n),
  origin: bytesOf(code('O'), 9n, 'elsewhere'),
  relation: bytesOf(
    ...[code('R'), u32(16_385), '', 'größe', code('d'), u16(2)],
    ...[1, 'id', u32(20), u32(0xffff_ffff), 0, 'name', u32(25), u32(0xffff_ffff)],
  ),
  type: bytesOf(code('Y'), u32(16_400), 'public', 'mood'),
  insert: bytesOf(code('I'), u32(1), code('N'), tuple(text('1'), NULL)),
  update: bytesOf(code('U'), u32(1), code('N'), tuple(text('1'), UNTOUCHED)),
  updateOfKey: bytesOf(
    ...[code('U'), u32(1), code('K'), tuple(text('1'), NULL)],
    ...[code('N'), tuple(text('2'), text('zwölf'))],
  ),
  updateOfWhole: bytesOf(
    ...[code('U'), u32(1), code('O'), tuple(text('1'), text(''))],
    ...[code('N'), tuple(text('1'), NULL)],
  ),
  delete: bytesOf(code('D'), u32(1), code('O'), tuple(text('1'), NULL)),
  truncate: bytesOf(code('T'), u32(2), 1, u32(1), u32(2)),
  message: bytesOf(code('M'), 1, 5n, 's_tier.writer', u32(2), Buffer.from('{}')),
}

test('each message is read from its bytes', () => {
  expect(Object.values(MESSAGES).map(decodePgOutput)).toEqual([
    { kind: 'begin', commit: 0x1_0000_0010n, at: 946_684_801_000, xid: 757 },
    { kind: 'commit', end: 2n },
    { kind: 'origin', name: 'elsewhere' },
    {
      kind: 'relation',
      relation: 16_385,
      schema: 'pg_catalog',
      table: 'größe',
      identity: 'default',
      columns: [
        { name: 'id', type: 20, isIdentity: true },
        { name: 'name', type: 25, isIdentity: false },
      ],
    },
    { kind: 'type', type: 16_400, schema: 'public', name: 'mood' },
    { kind: 'insert', relation: 1, new: ['1', null] },
    { kind: 'update', relation: 1, old: undefined, new: ['1', undefined] },
    {
      kind: 'update',
      relation: 1,
      old: { isWhole: false, values: ['1', null] },
      new: ['2', 'zwölf'],
    },
    { kind: 'update', relation: 1, old: { isWhole: true, values: ['1', ''] }, new: ['1', null] },
    { kind: 'delete', relation: 1, old: { isWhole: true, values: ['1', null] } },
    { kind: 'truncate', relations: [1, 2] },
    { kind: 'message', isTransactional: true, prefix: 's_tier.writer', content: '{}' },
  ])
})

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a streamed transaction, which nobody asked for', bytesOf(code('S'), u32(1), 1)],
  ['a prepared transaction', bytesOf(code('b'), 1n, 2n, 3n, u32(1), 'gid')],
  ['a binary value', bytesOf(code('I'), u32(1), code('N'), tuple(bytesOf(code('b'), u32(0))))],
  ['an insert of an old row', bytesOf(code('I'), u32(1), code('O'), tuple())],
  ['an unknown replica identity', bytesOf(code('R'), u32(1), '', 't', code('x'), u16(0))],
  ['more bytes than there should be', bytesOf(MESSAGES.insert, 0)],
  ['more tables than there are bytes', bytesOf(code('T'), u32(0xffff_ffff), 0, u32(1))],
  [
    'a value longer than the message',
    bytesOf(code('I'), u32(1), code('N'), u16(1), code('t'), u32(0xffff_ffff)),
  ],
  ['a name without an end', bytesOf(code('O'), 1n, Buffer.from('name'))],
])('%s is an error with a code', (_, bytes) => {
  expect(() => decodePgOutput(bytes)).toThrow(expect.objectContaining({ code: 'ST638' }))
})

test(`whatever the bytes are, there is an answer or that error (seed ${seed})`, () => {
  const whole = fc.constantFrom(...Object.values(MESSAGES))
  const damage = fc.record({ at: fc.nat(80), by: fc.uint8Array({ maxLength: 6 }), cut: fc.nat(12) })
  const damaged = fc.tuple(whole, damage).map(([bytes, { at, by, cut }]) => {
    const place = at % bytes.length
    return Buffer.concat([bytes.subarray(0, place), by, bytes.subarray(place + cut)])
  })
  const any = fc.uint8Array({ maxLength: 64 }).map(bytes => Buffer.from(bytes))
  fc.assert(
    fc.property(fc.oneof(damaged, any), bytes => {
      for (const read of [decodePgOutput, parseFrame]) {
        try {
          read(bytes)
        } catch (error) {
          expect(error).toMatchObject({ code: 'ST638' })
        }
      }
    }),
    { numRuns: 2_000, seed },
  )
})

test('a frame is data, or a word of the server', () => {
  const data = parseFrame(bytesOf(code('w'), 1n, 2n, 3n, MESSAGES.commit))
  expect(data).toEqual({ kind: 'data', end: 2n, message: MESSAGES.commit })
  const word = parseFrame(bytesOf(code('k'), 7n, 3n, 1))
  expect(word).toEqual({ kind: 'keepalive', end: 7n, wantsReply: true })
})

test('our word says what was received, and how far the slot may move', () => {
  const at = 946_684_800_000 + 1
  const bytes = statusUpdate({ received: 9n, flushed: 5n, wantsReply: true, at })
  expect(bytes).toEqual(bytesOf(code('d'), u32(38), code('r'), 9n, 5n, 5n, 1_000n, 1))
})
