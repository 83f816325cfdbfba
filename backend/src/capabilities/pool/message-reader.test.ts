import { expect, test } from 'vitest'
import { MessageReader, readFields, readRow } from './message-reader.ts'

function message(code: string, body: string): Buffer {
  const bytes = Buffer.alloc(5 + Buffer.byteLength(body))
  bytes.write(code)
  bytes.writeInt32BE(4 + Buffer.byteLength(body), 1)
  bytes.write(body, 5)
  return bytes
}

function reading(bytesMax = 1_000): { reader: MessageReader; seen: string[] } {
  const seen: string[] = []
  const reader = new MessageReader(bytesMax, (code, bytes, start, end) => {
    seen.push(String.fromCharCode(code) + bytes.toString('utf8', start, end))
  })
  return { reader, seen }
}

test('messages are the same wherever the network cuts them', () => {
  const whole = Buffer.concat([
    message('1', ''),
    message('D', 'first row'),
    message('D', ''),
    message('C', 'SELECT 2'),
    message('Z', 'I'),
  ])
  const expected = ['1', 'Dfirst row', 'D', 'CSELECT 2', 'ZI']
  for (let size = 1; size <= whole.length; size++) {
    const { reader, seen } = reading()
    const shared = Buffer.alloc(size)
    for (let offset = 0; offset < whole.length; offset += size) {
      const count = whole.copy(shared, 0, offset, offset + size) // The same memory every time, as the socket does.
      reader.read(shared.subarray(0, count))
    }
    expect(seen).toEqual(expected)
  }
})

test('a row is its columns as text, with null for NULL', () => {
  const row = Buffer.from('\0\x03\0\0\0\x02ä' + 'NULL' + '\0\0\0\0').fill(255, 8, 12)
  expect(readRow(row, 0)).toEqual(['ä', null, ''])
})

test('an error is its fields by their letters', () => {
  const bytes = Buffer.from('SERROR\0C42P01\0M\0\0')
  expect([...readFields(bytes, 0, bytes.length)]).toEqual([
    ['S', 'ERROR'],
    ['C', '42P01'],
    ['M', ''],
  ])
})

test('a message above the limit is refused as soon as its length is known, and not kept', () => {
  const whole = message('D', 'x'.repeat(2_000))
  for (const size of [1, 4, 5, 6, 1_500]) {
    const { reader, seen } = reading(2_004)
    const read = () => {
      for (let offset = 0; offset < 1_500; offset += size)
        reader.read(whole.subarray(offset, offset + size))
    }
    expect(read).toThrow(
      expect.objectContaining({ code: 'ST513', details: expect.stringContaining('2005 bytes') }),
    )
    expect(seen).toEqual([])
  }
  const { reader, seen } = reading(2_005)
  reader.read(whole.subarray(0, 1_000))
  reader.read(whole.subarray(1_000))
  expect(seen.length).toBe(1)
})

test('what claims to be shorter than nothing is refused rather than read for ever', () => {
  for (const length of [-1, -5, 0, 3]) {
    const { reader, seen } = reading()
    const bytes = message('D', '')
    bytes.writeInt32BE(length, 1)
    reader.read(bytes.subarray(0, 3))
    expect(() => reader.read(bytes.subarray(3))).toThrow('shorter than its own length')
    expect(seen).toEqual([])
  }
})
