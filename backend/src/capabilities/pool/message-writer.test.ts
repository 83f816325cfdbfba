import { expect, test, vi } from 'vitest'
import { MessageWriter } from './message-writer.ts'

/** A message as code and body. */
function messagesOf(bytes: Buffer): [string, Buffer][] {
  const messages: [string, Buffer][] = []
  for (let offset = 0; offset < bytes.length; ) {
    const length = bytes.readInt32BE(offset + 1)
    messages.push([
      String.fromCharCode(bytes[offset] ?? 0),
      bytes.subarray(offset + 5, offset + 1 + length),
    ])
    offset += 1 + length
  }
  return messages
}

test('a statement is prepared, run with text values, and the batch ends with a sync', () => {
  const writer = new MessageWriter()
  writer.parse('s1', 'select $1')
  writer.run('s1', ['ä', null, ''])
  writer.sync()
  const [parse, bind, execute, sync] = messagesOf(writer.bytes())
  expect(parse).toEqual(['P', Buffer.from('s1\0select $1\0\0\0')])
  expect(bind).toEqual([
    'B',
    Buffer.from('\0s1\0\0\0\0\x03\0\0\0\x02ä' + 'NULL' + '\0\0\0\0\0\0').fill(255, 14, 18),
  ])
  expect(execute).toEqual(['E', Buffer.from('\0\0\0\0\0')])
  expect(sync).toEqual(['S', Buffer.alloc(0)])
})

test('closing names the statement', () => {
  const writer = new MessageWriter()
  writer.close('s1')
  expect(messagesOf(writer.bytes())).toEqual([['C', Buffer.from('Ss1\0')]])
})

test('texts of every length and alphabet arrive as their UTF-8', () => {
  const writer = new MessageWriter()
  for (const alphabet of ['a', 'é', '語', '😀', 'aé語😀']) {
    for (const times of [0, 1, 3, 12, 13, 40, 5_000]) {
      const value = alphabet.repeat(times)
      writer.clear()
      writer.run('', [value])
      const [, body = Buffer.alloc(0)] = messagesOf(writer.bytes())[0] ?? []
      expect(body.readInt32BE(6)).toBe(Buffer.byteLength(value))
      expect(body.toString('utf8', 10, body.length - 2)).toBe(value)
    }
  }
})

test('the buffer grows for a large batch and is small again for the next', () => {
  const writer = new MessageWriter()
  writer.run('', ['x'.repeat(1_000_000)])
  expect(writer.bytes().length).toBeGreaterThan(1_000_000)
  writer.clear()
  writer.sync()
  expect(writer.bytes().buffer.byteLength).toBeLessThan(100_000)
})

test('what the protocol cannot carry is refused before anything is sent', () => {
  const writer = new MessageWriter()
  expect(() => writer.parse('s', 'select \0')).toThrow('no NUL')
  expect(() => writer.parse('s'.repeat(64), 'select')).toThrow('too long')
  expect(() => writer.run('', new Array<string>(65_536).fill(''))).toThrow('65536 values')
})

test('lists of NULL of every length are complete, whatever was in the memory before', () => {
  const allocate = Buffer.allocUnsafeSlow
  const poisoned = vi
    .spyOn(Buffer, 'allocUnsafeSlow')
    .mockImplementation(size => allocate(size).fill(0xaa))
  for (const name of ['', 's', 'ss', 'sss']) {
    for (let count = 0; count <= 2_100; count++) {
      // 2_040 of them fill the first buffer.
      const writer = new MessageWriter()
      writer.run(name, new Array<null>(count).fill(null))
      const bytes = writer.bytes()
      const end = 1 + bytes.readInt32BE(1)
      expect(bytes.readInt16BE(end - 2)).toBe(0)
      expect(bytes.toString('latin1', end)).toBe('E\0\0\0\x09\0\0\0\0\0')
    }
  }
  poisoned.mockRestore()
})
