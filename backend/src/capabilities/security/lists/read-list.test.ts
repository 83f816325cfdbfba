import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import { networkMatcher, networkOf } from '../../../base/index.ts'
import { first64Of, numberOfIPv4 } from './address-number.ts'
import { NETWORKS_MAX, readList } from './read-list.ts'

async function* piecesOf(text: string, size = 7): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

test('a list is read as FireHOL and Spamhaus write it; what is no network is told by its line', async () => {
  const text = [
    '# A list; of the usual kind',
    '1.10.16.0/20 ; SBL256894',
    '5.6.7.8',
    '',
    '\t2a0e:b107::/32 # with a comment\r',
    'not-an-address',
    '0.0.0.0/0',
    '1.2.3.4/33',
    '010.1.2.3',
    '1.2.3.4/',
    '::/0',
    '2a0e:1:2:3::9',
    '9.9.9.0/24',
  ].join('\n')
  const { table, refused, refusedLines } = await readList(piecesOf(text))
  expect(table.networks).toBe(5)
  expect([refused, refusedLines]).toEqual([6, [6, 7, 8, 9, 10, 11]])
  const has4 = (ip: string) => table.hasIPv4(numberOfIPv4(ip) ?? 0)
  const has6 = (ip: string) => table.hasIPv6(first64Of(networkOf(ip) ?? '') ?? 0n)
  expect(['1.10.16.0', '1.10.31.255', '5.6.7.8', '9.9.9.9'].map(has4)).not.toContain(false)
  expect(['1.10.15.255', '1.10.32.0', '5.6.7.7', '5.6.7.9', '10.0.0.1'].map(has4)).not.toContain(
    true,
  )
  expect(['2a0e:b107:ffff::1', '2a0e:1:2:3:ffff::'].map(has6)).toEqual([true, true])
  expect(['2a0e:b108::', '2a0e:1:2:4::'].map(has6)).toEqual([false, false])
})

const ipv4 = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.nat(3), fc.nat(255), fc.nat(255))
const networks = fc.array(fc.tuple(ipv4, fc.integer({ min: 8, max: 32 })), { maxLength: 40 })
const ipv6 = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)).map(groups => `2a0${groups.join(':')}::`)
const networks6 = fc.array(fc.tuple(ipv6, fc.integer({ min: 16, max: 64 })), { maxLength: 20 })

test('whatever the order and however they overlap, an address is found where one of them has it', async () => {
  const cases = fc.tuple(networks, networks6, fc.array(ipv4), fc.array(ipv6))
  await fc.assert(
    fc.asyncProperty(cases, async ([four, six, asked4, asked6]) => {
      const all = [
        ...four.map(([octets, bits]) => `${octets.join('.')}/${bits}`),
        ...six.map(([address, bits]) => `${address}/${bits}`),
      ]
      const { table } = await readList(piecesOf(all.join('\n'), 1_000))
      const isWithin = networkMatcher(all)
      for (const octets of [...asked4, ...four.map(([each]) => each)]) {
        const ip = octets.join('.')
        expect(table.hasIPv4(numberOfIPv4(ip) ?? 0)).toBe(isWithin(ip))
      }
      for (const ip of [...asked6, ...six.map(([each]) => each)]) {
        expect(table.hasIPv6(first64Of(ip) ?? 0n)).toBe(isWithin(ip))
      }
    }),
    { seed, numRuns: 200 },
  )
})

test('an address is a number, or nothing', () => {
  const parts = fc.array(fc.oneof(fc.nat(300).map(String), fc.constantFrom('', '01', 'x', '-1')), {
    minLength: 3,
    maxLength: 5,
  })
  fc.assert(
    fc.property(parts, given => {
      const text = given.join('.')
      const [a = 0, b = 0, c = 0, d = 0] = given.map(Number)
      const isAddress = networkOf(text) === text
      expect(numberOfIPv4(text)).toBe(isAddress ? ((a * 256 + b) * 256 + c) * 256 + d : undefined)
    }),
    { seed, numRuns: 500 },
  )
})

test('a list that is too long, or is none, is refused', async () => {
  async function* tooMany(): AsyncGenerator<Buffer> {
    const piece = Buffer.from('1.2.3.4\n'.repeat(10_000))
    for (let sent = 0; sent <= NETWORKS_MAX; sent += 10_000) yield await Promise.resolve(piece)
  }
  await expect(readList(tooMany())).rejects.toThrow('more than 1000000 networks')
  await expect(readList(piecesOf('x'.repeat(5_000)))).rejects.toThrow('no list')
  async function* tooLarge(): AsyncGenerator<Buffer> {
    const piece = Buffer.from('#\n'.repeat(1_048_576))
    for (;;) yield await Promise.resolve(piece)
  }
  await expect(readList(tooLarge())).rejects.toThrow('bytes')
})
