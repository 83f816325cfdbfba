import { expect, test } from 'vitest'
import { createNetworks } from './network.ts'

test('of IPv6 the first 64 bits count, however they are written', () => {
  const networkOf = createNetworks()
  const written: readonly [string, string][] = [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0db8:0:0:1:2:3:4', '2001:db8:0:0::/64'],
    ['2001:db8::2', '2001:db8:0:0::/64'],
    ['2001:db8:0:1::2%eth0', '2001:db8:0:1::/64'],
    ['::1', '0:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['2001:db8:0:0::/64', '2001:db8:0:0::/64'],
    ['not: an address', 'not: an address'],
  ]
  for (const [ip, network] of written) {
    expect(networkOf(ip), ip).toBe(network)
    expect(networkOf(ip), `${ip} again`).toBe(network)
  }
})
