import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../tests/support/seed.ts'
import { isIP } from 'node:net'
import { isNetwork, networkMatcher, networkOf } from './ip.ts'

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001::6', '2001:db8:1:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ['2001:db8:1:2::/64', undefined],
  ['somewhere', undefined],
])('%s is counted as %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

test('an address lies in a network in either form, and so does the network it is counted by', () => {
  const isOurs = networkMatcher(['10.0.0.0/8', '2001:db8::/32', '192.0.2.1'])
  const inside = ['10.1.2.3', '::ffff:10.1.2.3', '2001:db8::7', '2001:db8:1:2::/64', '192.0.2.1']
  expect(inside.filter(isOurs)).toEqual(inside)
  expect(['11.0.0.1', '192.0.2.2', '2001:db9::', 'somewhere', ''].some(isOurs)).toBe(false)
})

test('all addresses of one network of 64 bits are one client, however they are written', () => {
  fc.assert(
    fc.property(fc.ipV6(), address => {
      const network = networkOf(address)
      if (network === undefined) throw new Error('no address')
      if (network.includes('.')) return
      expect(networkOf(network.replace('::/64', ':9:8:7:6'))).toBe(network)
    }),
    { seed },
  )
})

test.each([
  ['10.0.0.0/8', true],
  ['::/0', true],
  ['10.0.0.1', true],
  ['10.0.0.0/33', false],
  ['10.0.0.0/8/8', false],
  ['10.0.0.0/', false],
  ['proxy', false],
])('%s is a network: %s', (text, expected) => {
  expect(isNetwork(text)).toBe(expected)
})

test('an address lies in a network or not', () => {
  const isListed = networkMatcher(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32'])
  expect(['10.1.2.3', '192.0.2.1', '2001:db8:0:7::/64'].map(isListed)).toEqual([true, true, true])
  expect(['11.1.2.3', '2001:db9::1', '', 'x'].map(isListed)).toEqual(Array(4).fill(false))
  expect(networkMatcher([])('10.1.2.3')).toBe(false)
  expect(['10.0.0.0/33', '10.0.0.0/8/8', 'x', '::/129', '10.0.0.0/x'].map(isNetwork)).toEqual(
    Array(5).fill(false),
  )
  expect(['10.0.0.0/32', '::/128', '::1'].map(isNetwork)).toEqual([true, true, true])
})

test('a text is an address where it is one for Node', () => {
  const near = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.ipV4Extended(),
    fc.stringMatching(/^[\da-f:.]{0,24}$/),
    fc
      .tuple(fc.ipV6(), fc.constantFrom('', ':', '::', '1', '.1', ':ffff'))
      .map(parts => parts.join('')),
  )
  fc.assert(
    fc.property(near, text => {
      expect(networkOf(text) !== undefined, text).toBe(isIP(text) !== 0)
    }),
    { seed },
  )
})
