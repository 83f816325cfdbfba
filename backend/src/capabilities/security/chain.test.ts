import { expect, test } from 'vitest'
import { type ChainRecord, createChain, verifyChain } from './chain.ts'

const key = Buffer.from('a key')

function recorded(count: number): ChainRecord[] {
  const chain = createChain({ node: 'a', key })
  const body = (index: number) => ({ rule: `rule-${index}`, principal: { kind: 'ip', ip: '::1' } })
  return Array.from({ length: count }, (_, index) => chain.append('alert', index, body(index)))
}

test('a record is whole as it was written, also after JSON and from a later beginning on', () => {
  const records = recorded(5)
  const head = records[4]!.hash
  expect(verifyChain(records, { key, head })).toEqual({ records: 5, head })
  const read = JSON.parse(JSON.stringify(records)) as ChainRecord[]
  expect(verifyChain(read, { key, head }).records).toBe(5)
  expect(verifyChain(read.slice(2), { key, after: records[1]!.hash }).records).toBe(3)
})

test('it goes on after a restart where it ended', () => {
  const before = recorded(2)
  const chain = createChain({ node: 'a', key, after: before[1]! })
  expect(verifyChain([...before, chain.append('undone', 9, { id: 'x' })], { key }).records).toBe(3)
})

const TAMPERED: readonly [string, number, (records: ChainRecord[]) => ChainRecord[]][] = [
  ['changed', 3, records => records.with(2, { ...records[2]!, atMs: 77 })],
  ['taken out', 3, records => records.toSpliced(2, 1)],
  ['put in twice', 3, records => records.toSpliced(2, 0, records[1]!)],
  ['moved', 2, records => [records[0]!, records[2]!, records[1]!]],
  ['cut off', 5, records => records.slice(0, 4)],
  ['forged without the key', 6, records => [...records, forged(records[4]!)]],
]

function forged(after: ChainRecord): ChainRecord {
  return createChain({ node: 'a', after }).append('undone', 9, { id: 'x' })
}

test.each(TAMPERED)('what was %s is found, at entry %i', (_name, entry, change) => {
  const records = recorded(5)
  const verify = () => verifyChain(change(records), { key, head: records[4]!.hash })
  expect(verify).toThrow(expect.objectContaining({ code: 'ST431' }))
  expect(verify).toThrow(`at entry ${entry}`)
})
